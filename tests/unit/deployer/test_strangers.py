"""Of any account, `tap cleanup` and `tap adopt` take what is this environment's, and nothing of a stranger."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import AmbiguousMatch, ForeignResource
from deployer.resources.configuration import Configuration, Wanted
from deployer.resources.deletion import Cleanup
from deployer.resources.inventory import Inventory
from deployer.resources.resource import AwsResource
from deployer.resources.resource_types import RESOURCE_TYPES
from tests.unit.deployer.fake_account import LISTINGS, REGION, FakeTarget, Item, account

IDENTITY = {"Project": "tap", "EnvironmentSuffix": "dev"}
OURS = {**IDENTITY, "Team": "synth-2"}
NAMES = {
    "aws_cloudwatch_log_group": "/aws/lambda/worker-dev", "aws_lambda_function": "worker-dev",
    "aws_kms_alias": "alias/thing-dev", "aws_kms_key": "Encrypts the thing dev",
}  # fmt: skip
FOREIGN = [
    {}, {"Team": "finance"}, {"Project": "tap"}, {"EnvironmentSuffix": "dev"},
    {**IDENTITY, "EnvironmentSuffix": "prod"}, {**IDENTITY, "Project": "other"},
    {"Project": "tap", "EnvironmentSuffix": "Dev"}, {"project": "tap", "environmentsuffix": "dev"},
]  # fmt: skip
REGIONAL = ("aws_s3_bucket", "aws_iam_role")  # listed in every region
NEVER_HALF_MADE = ("aws_api_gateway_rest_api", "aws_kms_key", "aws_kms_alias")


def name_of(type_: str) -> str:
    return NAMES.get(type_, "thing-dev")


CONFIGURATION = Configuration(
    {
        f"{type_}.one": Wanted(f"{type_}.one", type_, {kind.named: name_of(type_)})
        for type_, kind in RESOURCE_TYPES.items()
    },
    IDENTITY,
    {},
    suffix="dev",
)
LEDGER = frozenset((type_, name_of(type_)) for type_ in RESOURCE_TYPES)
TYPES = st.sampled_from(sorted(RESOURCE_TYPES))


@st.composite
def names(draw: st.DrawFn, type_: str) -> str:
    """Ours, an older one of ours, and those that only look so."""
    ours = name_of(type_)
    return draw(st.sampled_from([ours, ours, f"{ours}0", f"{ours}-x", ours.upper(), f"x-{ours}", "older-dev", "other"]))


@st.composite
def items(draw: st.DrawFn) -> Item:
    type_ = draw(TYPES)
    return Item(
        type_,
        draw(names(type_)),
        f"id-{draw(st.integers(0, 10**6))}",
        draw(st.sampled_from([OURS, OURS, *FOREIGN])),
        draw(st.sampled_from([REGION, REGION, "us-east-1"])) if type_ in REGIONAL else REGION,
        draw(st.sampled_from(["/", "/team/"])) if type_ == "aws_iam_role" else "/",
    )


def possible(drawn: Iterable[Item]) -> list[Item]:
    """As an account can be: an id once, and a name too, where the service lets nobody repeat it."""
    kept: dict[tuple[str, str], Item] = {}
    ids: set[str] = set()
    for item in drawn:
        key = (item.type, item.name if RESOURCE_TYPES[item.type].unique else item.id)
        if key not in kept and item.id not in ids:
            kept[key] = item
            ids.add(item.id)
    return list(kept.values())


ACCOUNTS = st.lists(items(), max_size=25).map(possible)


def is_ours(item: Item, drawn: Iterable[Item], noted: frozenset[tuple[str, str]]) -> bool:
    """As docs/what-is-deleted.md has it, in words that share none with the code."""
    if item.region != REGION or not (item.name == name_of(item.type) or item.name.endswith("-dev")):
        return False
    if item.tags == OURS:
        return True
    if item.tags:
        return False
    half_made = (item.type, item.name) in noted and item.type not in NEVER_HALF_MADE and item.place == "/"
    writers = {f"/aws/lambda/{one.name}" for one in drawn if one.type == "aws_lambda_function" and one.tags == OURS}
    return half_made or (item.type == "aws_cloudwatch_log_group" and item.name in writers)


def seen(found: Iterable[AwsResource]) -> set[tuple[str, str, str]]:
    """Type, name, and what tells two of one name apart."""
    return {(one.type, one.name, one.id if not RESOURCE_TYPES[one.type].unique else "") for one in found}


def expected(drawn: list[Item], noted: frozenset[tuple[str, str]]) -> set[tuple[str, str, str]]:
    return {
        (one.type, one.name, one.id if not RESOURCE_TYPES[one.type].unique else "")
        for one in drawn
        if is_ours(one, drawn, noted)
    }


@given(drawn=ACCOUNTS, noted=st.sampled_from([frozenset(), LEDGER]))
def test_a_cleanup_takes_what_is_ours_and_nothing_else(drawn: list[Item], noted: frozenset[tuple[str, str]]) -> None:
    """Tags of others, none, or in another case; names that contain ours; another region or path; with and without a
    ledger.
    """
    cleanup = Cleanup(account(*drawn), CONFIGURATION, noted, lambda _: None, data_too=True)

    assert seen(cleanup.preview().removed) == expected(drawn, noted)


GROUP = Item("aws_cloudwatch_log_group", "/aws/lambda/worker-dev", "g")
FUNCTION = Item("aws_lambda_function", "worker-dev", "f")


@pytest.mark.parametrize("function", [(), (FUNCTION,), (replace(FUNCTION, tags={**IDENTITY, "Project": "other"}),)])
def test_the_log_group_of_a_strangers_function_is_spared(function: tuple[Item, ...]) -> None:
    """Lambda makes it without tags: by its name alone, beside a function without our tags or none, it is nobody's."""
    target = account(GROUP, *function)
    cleaned = Cleanup(target, CONFIGURATION, frozenset(), lambda _: None).preview()

    with pytest.raises(ForeignResource):
        Inventory(target, CONFIGURATION).existing(["aws_cloudwatch_log_group.one"])

    assert cleaned.removed == []
    assert GROUP.name in {thing.name for thing, _ in cleaned.others}


def test_the_log_group_of_our_function_goes_with_it() -> None:
    """Its function's tags say whose it is, also when the function has gone first."""
    worker = replace(FUNCTION, tags=OURS)
    seen_before = Inventory(account(GROUP, worker), CONFIGURATION).ours()[0]
    gone = frozenset({(worker.type, worker.name)})
    seen_after = Inventory(account(GROUP), CONFIGURATION, gone=gone).ours()[0]

    assert {thing.name for thing in seen_before} == {GROUP.name, worker.name}
    assert {thing.name for thing in seen_after} == {GROUP.name}


@given(drawn=ACCOUNTS, noted=st.sampled_from([frozenset(), LEDGER]), type_=TYPES)
def test_adoption_takes_what_is_ours_or_refuses(
    drawn: list[Item], noted: frozenset[tuple[str, str]], type_: str
) -> None:
    """What has our name and is a stranger's is never taken into the state: it is refused by name, or left alone."""
    inventory = Inventory(account(*drawn), CONFIGURATION, recorded=noted)
    found: list[AwsResource] = []

    with suppress(ForeignResource, AmbiguousMatch):
        found = list(inventory.existing([f"{type_}.one"]).values())

    assert seen(found) <= expected(drawn, noted)


@given(drawn=ACCOUNTS, noted=st.sampled_from([frozenset(), LEDGER]))
def test_a_bucket_of_another_account_is_refused(drawn: list[Item], noted: frozenset[tuple[str, str]]) -> None:
    """S3 lists it nowhere here, and says that it is forbidden: it is in the way, and nobody's to take."""
    name = name_of("aws_s3_bucket")
    others = [one for one in drawn if (one.type, one.name) != ("aws_s3_bucket", name)]
    target: FakeTarget = account(*others, taken=frozenset({name}))
    found: dict[str, AwsResource] | None = None

    with suppress(ForeignResource):
        found = Inventory(target, CONFIGURATION, recorded=noted).existing(["aws_s3_bucket.one"])

    assert found is None


def test_every_kind_is_drawn() -> None:
    """A kind that the fake account does not list would be proven nothing about."""
    listed = {
        item
        for type_ in RESOURCE_TYPES
        for item in seen(RESOURCE_TYPES[type_].listed(_holding(type_).client(RESOURCE_TYPES[type_].service)))
    }

    assert {type_ for type_, *_ in listed} == set(RESOURCE_TYPES)
    assert len(LISTINGS) >= len(RESOURCE_TYPES)


def _holding(type_: str) -> FakeTarget:
    return account(Item(type_, name_of(type_), "id-1", OURS))


def test_what_an_endpoint_only_says_it_deleted_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its tags are gone and it is not: neither removed nor a stranger's."""
    queue = Item("aws_sqs_queue", "thing-dev", "q", OURS)
    there, clock = [account(queue)], [0.0]
    monkeypatch.setattr("time.sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    monkeypatch.setattr("time.monotonic", lambda: clock[0])

    class Deaf:
        """Takes the tags away, and says that the queue is gone."""

        name, region, account_id = there[0].name, there[0].region, there[0].account_id

        def client(self, service: str) -> object:
            return there[0].client(service)

        def trait(self, name: str) -> object:
            return there[0].trait(name)

    def deleted(*_: object) -> None:
        there[0] = account(replace(queue, tags={}))

    monkeypatch.setitem(RESOURCE_TYPES, "aws_sqs_queue", replace(RESOURCE_TYPES["aws_sqs_queue"], remove=deleted))
    cleaned = Cleanup(Deaf(), CONFIGURATION, frozenset(), lambda _: None, data_too=True).run()

    assert [thing.name for thing in cleaned.left] == ["thing-dev"]
    assert cleaned.removed == []
    assert cleaned.others == []
    assert 300 <= clock[0] < 330
