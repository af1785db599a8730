"""Fixtures of the end-to-end tests: the target, the deployed pipeline, and files with keys of their own."""

import fcntl
import json
import os
import random
import textwrap
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import pytest

from deployer.deploy.synthesis import stack_folder
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.policy_documents import policy_of
from deployer.pytest_plugin.evidence import record
from deployer.pytest_plugin.fixtures import Deployment
from deployer.pytest_plugin.options import MARKERS
from deployer.resources.configuration import Configuration, configuration_of
from deployer.targets.targets import Credentials, Target
from pipeline.client import Pipeline
from stack.outputs import Outputs
from stack.settings import Settings
from tests.integration.fault_injection import Plant
from tests.integration.journeys import Travel

Rows = list[dict[str, str]]
CsvFile = Callable[..., Path]
MODEL = "suffix-of-the-model"
HERE = Path(__file__).parent


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test of this folder says by exactly one marker what it is about; who waits for another comes in turn."""
    ours = [item for item in items if item.path.is_relative_to(HERE)]
    for item in ours:
        if len(named := [mark.name for mark in item.iter_markers() if mark.name in MARKERS]) != 1:
            raise pytest.UsageError(
                f"{item.nodeid}: give it exactly one of the markers {', '.join(MARKERS)}; has {named}"
            )
    items[:] = [*(item for item in items if item not in {*ours}), *_in_turn(ours)]


def _in_turn(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Who does without the pipeline, while it is made; who has it alone in turn with some of them, so that no worker
    waits; then the rest.
    """
    uses = {item: set(getattr(item, "fixturenames", ())) for item in items}
    alone = [item for item in items if "plant" in uses[item]]
    apart = [item for item in items if "pipeline" not in uses[item]]
    apart.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)  # what takes one worker long
    first = len(apart) - len(alone)
    yield from apart[: max(first, 0)]
    for pair in zip_longest(alone, apart[max(first, 0) :]):
        yield from filter(None, pair)
    yield from (item for item in items if item not in {*alone, *apart})


@pytest.fixture(scope="session")
def settings(tap_deployment: Deployment) -> Settings:
    """Those of the stack, as it was deployed."""
    return Settings.load({**os.environ, **tap_deployment.settings.environment()})


@pytest.fixture(scope="session")
def target(tap_target: Target) -> Target:
    """The AWS that answers, as the deployer sees it."""
    return tap_target


@pytest.fixture(scope="session")
def outputs(tap_deployment: Deployment) -> Outputs:
    return Outputs.parse(tap_deployment.outputs)


@pytest.fixture(scope="session")
def pipeline(target: Target, outputs: Outputs) -> Pipeline:
    return Pipeline(target, outputs)


@pytest.fixture(autouse=True)
def _turn(request: pytest.FixtureRequest) -> Iterator[None]:
    """Who breaks the pipeline on purpose has it alone; all others share it, whichever worker they run in."""
    if "pipeline" not in request.fixturenames:
        yield
        return
    folder = request.getfixturevalue("tap_deployment").shared
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX if "plant" in request.fixturenames else fcntl.LOCK_SH)
        yield


@pytest.fixture
def plant(pipeline: Pipeline) -> Iterator[Plant]:
    """`plant.configured(...)`, `plant.denied(...)`: breaks the pipeline until the test is over."""
    planted = Plant(pipeline)
    yield planted
    planted.mend()


@pytest.fixture
def travel(pipeline: Pipeline, request: pytest.FixtureRequest) -> Iterator[Travel]:
    """`travel(path, key)` sends a file on its way; its journey can be asked how far it comes."""
    way = Travel(pipeline)
    yield way
    record(request.node, "journeys", [journey.told() for journey in way.journeys])


@pytest.fixture
def stranger(target: Target) -> None:
    """For tests of calls without a signature: they must reach what was deployed."""
    if not target.hears_unsigned:
        pytest.skip(f"{target.difference('unsigned').reason}: it is taken for one of {target.trait('unsigned')}")


@pytest.fixture
def account(target: Target) -> Target:
    """An account that nobody else uses."""
    if not target.trait("accounts"):
        pytest.skip(target.difference("accounts").reason)
    return target.as_account(str(random.randrange(10**11, 10**12)))


Caller = Callable[..., Target]


@pytest.fixture
def caller(target: Target, tag: str) -> Iterator[Caller]:
    """`caller("s3:*")` is the target as a user of the same account who may do that, and nothing else."""
    if not target.trait("accounts"):
        pytest.skip("no user with a lasting key is made in a live account")
    iam, name = target.client("iam"), f"tap-caller-{tag}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]

    def allowed(*actions: str) -> Target:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        iam.put_user_policy(UserName=name, PolicyName="allowed", PolicyDocument=policy_of(statement))
        return replace(target, credentials=Credentials(key["AccessKeyId"], key["SecretAccessKey"]), _clients={})

    yield allowed
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_user_policy(UserName=name, PolicyName="allowed")
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)


@pytest.fixture(scope="session")
def configuration_for() -> Callable[[Settings], Configuration]:
    """The synthesised stack of any environment: the same text for each, but for the suffix."""
    settings = Settings.load({}, environment_suffix=MODEL)
    stack = stack_folder(settings, Paths.here())
    text = (stack / "cdk.tf.json").read_text()
    return lambda settings: configuration_of(
        json.loads(text.replace(MODEL, settings.environment_suffix)),
        Identity.of(settings.environment_suffix, Paths.here()),
    )


@pytest.fixture
def tag(request: pytest.FixtureRequest) -> str:
    """The test's first words and what no other test has, for keys and transaction ids: whoever sees a file knows it."""
    words = [word for word in request.function.__name__.split("_")[1:] if word not in ("a", "an", "the")]
    name = textwrap.wrap(" ".join(words), 28)[0].replace(" ", "-")
    return f"{name}-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def csv_file(tmp_path: Path, tag: str) -> Callable[..., Path]:
    """`csv_file([{...}, ...], name="a.csv")` is a file of these rows; what a row leaves out is filled in well."""

    def write(rows: Rows, name: str = f"{tag}.csv") -> Path:
        full = [{**_good(tag, number), **row} for number, row in enumerate(rows)]
        lines = [",".join(full[0]), *(",".join(row.values()) for row in full)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


def _good(tag: str, number: int) -> dict[str, str]:
    return {
        "transaction_id": f"{tag}-{number}",
        "account_id": f"acc-{tag}",
        "timestamp": f"2025-03-01T10:{number % 60:02d}:00+01:00",
        "amount": "10.25",
        "currency": "EUR",
        "type": "debit",
        "merchant": "Shop",
        "description": "Goods",
    }
