"""Files on their whole way while AWS has its moods, drawn by Hypothesis: nothing is lost, and nothing untrue is told.

25 draws with the unit tests, the same each time; thousands by `make prove-moods`.
"""

import json
import logging
import os
from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import quote

import boto3
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.core.base_backend import BackendDict

from stack.settings import Settings
from stack.state_machine import BADLY, definition
from tests.unit.rows import make_file, make_row

from .conftest import EVENTS, FUNCTIONS, load_app
from .moods.effects import DRAWN, PASSING, Refused
from .moods.estate import BUCKET, MACHINE, QUEUE, REGION, TABLE, TOPIC, furnish, observers, version
from .moods.truth import Account, File, Sent
from .moods.weather import FOREVER, Mood, Weather
from .moods.world import LATE, TWICE, UNVERSIONED, World

# Powertools sends its figures by itself when there are a hundred, and then warns that none are left: a line in a log.
pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")
OFF_THE_WAY = (
    "sqs.SendMessage",
    "sns.Publish",
    "workflow.lambda:invoke fail",
    "workflow.sqs:sendMessage",
    "workflow.state",
)
THOROUGH = settings.default.max_examples > 100
EXAMPLES = settings.default.max_examples // (4 if THOROUGH else 20)  # of each kind
KINDS = ("one", "versions", "rivals", "poison", "young")
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "unit", "AWS_SECRET_ACCESS_KEY": "unit", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION,
    "BUCKET_NAME": BUCKET, "TABLE_NAME": TABLE, "ROWS_PER_PART": "4", "STATE_MACHINE_ARN": MACHINE,
    "DEAD_LETTERS_URL": QUEUE, "TOPIC_ARN": TOPIC, "POWERTOOLS_SERVICE_NAME": "moods",
    "POWERTOOLS_METRICS_NAMESPACE": "Tap",
    "POWERTOOLS_METRICS_DISABLED": "true", "LOG_LEVEL": "CRITICAL",
}  # fmt: skip

FIRST = File(
    "in/a 1+1.csv",
    (make_file(1, 2, 3, 4, 5) + make_row(6, currency="JPY", amount="150") + make_row(7, amount="x")).encode(),
    {**{f"T{number}": ("1.50", "EUR") for number in range(1, 6)}, "T6": ("150", "JPY")},
    rejected=1,
)
NEXT = File(FIRST.name, make_file(11, 12).encode(), {"T11": ("1.50", "EUR"), "T12": ("1.50", "EUR")})
RIVAL = File(
    "b.csv",
    (make_file(1, 21) + make_row(5, amount="9.99")).encode(),
    {"T1": ("1.50", "EUR"), "T21": ("1.50", "EUR"), "T5": ("9.99", "EUR")},
)
POISON = File("c.csv", b"\x89PNG\r\n\x1a\n" + bytes(64), refused=True)
FILES = {
    "one": [FIRST],
    "versions": [FIRST, NEXT],
    "rivals": [FIRST, RIVAL],
    "poison": [POISON, FIRST],
    "young": [FIRST, RIVAL],
}


class Sky:
    """What a process makes once: the functions, loaded as on Lambda, with the weather around their clients.

    No dataclass: Hypothesis would show all of its fields with each draw that fails.
    """

    def __init__(
        self, apps: dict[str, Any], weather: Weather, clients: dict[str, Any], definition: dict[str, Any]
    ) -> None:
        self.apps, self.weather, self.clients, self.definition = apps, weather, clients, definition


@pytest.fixture(scope="module")
def sky() -> Iterator[Sky]:
    """Nobody really waits between a client's tries, and nobody keeps what is logged."""
    logging.disable(logging.CRITICAL)
    quiet = mock.patch("time.sleep")
    with mock.patch.dict(os.environ, ENVIRONMENT), mock_aws(config={"core": {"reset_boto3_session": False}}), quiet:
        weather, modules = Weather(), {name: load_app(name) for name in FUNCTIONS}
        for module in modules.values():
            for holder in vars(module).values():
                for name in getattr(holder, "__slots__", ()):
                    if hasattr(getattr(holder, name), "meta"):
                        weather.attend(getattr(holder, name))
        machine = json.loads(definition(Settings.load({}, environment_suffix="unit"), QUEUE))
        clients = observers(weather) | {"sns": boto3.client("sns", region_name=REGION)}
        yield Sky({name: module.handler for name, module in modules.items()}, weather, clients, machine)
    logging.disable(logging.NOTSET)


def world(sky: Sky, kind: str, befalls: list[tuple[int, str]]) -> World:
    BackendDict.reset()
    furnish(sky.clients, versioned=kind != "young")
    heard = BADLY
    if kind == "versions":  # which of two versions an event without one is about, S3 alone knows
        befalls = [one for one in befalls if one != (0, UNVERSIONED)]
    return World(sky.apps, sky.weather, sky.clients, sky.definition, heard, befalls)


def send(at: World, kind: str) -> list[Sent]:
    """The files of a kind. Of a young bucket, the first comes before the versioning is in force."""
    sent = []
    for file in FILES[kind]:
        answer = at.put(f"incoming/{file.name}", file.content)
        sent.append(Sent(file, str(answer.get("VersionId", "")).replace("null", "")))
        if kind == "young":
            version(at.clients)
        if kind == "rivals":
            at.settle()
    return sent


def moods() -> st.SearchStrategy[list[Mood]]:
    """Up to four, each of a few calls, of more than all tries together, or until somebody mends it."""
    times = st.sampled_from([1, 2, 5, 16, 60, FOREVER])
    calls = st.sampled_from(sorted(DRAWN))
    pairs = calls.flatmap(lambda call: st.tuples(st.just(call), st.sampled_from(DRAWN[call])))
    mood = st.builds(lambda pair, after, times: Mood(*pair, after, times), pairs, st.integers(0, 3), times)
    return st.lists(mood, max_size=4)


def events() -> st.SearchStrategy[list[tuple[int, str]]]:
    """What befalls the first events: those of uploads, and of manifests."""
    return st.lists(st.tuples(st.integers(0, 4), st.sampled_from([TWICE, LATE, UNVERSIONED])), max_size=3, unique=True)


@pytest.mark.parametrize("kind", KINDS)
@settings(
    deadline=None, max_examples=EXAMPLES, derandomize=not THOROUGH, print_blob=True,
    phases=[phase for phase in Phase if phase is not Phase.explain],  # it draws for minutes, and tells little here
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(moods=moods(), events=events())
def test_files_come_to_the_same_end_or_rest_with_a_reason(
    sky: Sky, kind: str, moods: list[Mood], events: list[tuple[int, str]]
) -> None:
    """What is told is true at any time; what is not done rests with its reason, and a redrive brings it to its end."""
    sky.weather.becomes(moods)
    at = world(sky, kind, events)
    sent = send(at, kind)
    at.settle()
    account = Account(at, sent)

    assert list(account.untruths()) == []
    assert list(account.losses()) == []
    assert list(mistold(at, account, moods)) == []
    sky.weather.becomes()
    at.redrive()
    account = Account(at, sent)
    assert list(account.untruths()) == []
    assert list(account.shortfalls()) == []


def mistold(at: World, account: Account, moods: list[Mood]) -> Iterator[str]:
    """What the API answers for a file while the moods go on: its report, or that it can't be said."""
    unseen = any(mood.effect == Refused(404, "NoSuchKey") for mood in moods)
    for one in account.sent:
        event = json.loads((EVENTS / "api_get_file.json").read_text())
        event["pathParameters"] = {"key": quote(one.file.name)}
        event["path"] = f"/files/{quote(one.file.name)}"
        try:
            answer = at.call("status", event)
        except Exception:  # noqa: S112 - ended in the middle: API Gateway answers 502
            continue
        there = account.report(one)
        if answer["statusCode"] == 200 and json.loads(answer["body"]) != there:
            yield f"{one.file.name}: {answer['body']}, and not {there}"
        if answer["statusCode"] == 404 and there is not None and not unseen:
            yield f"{one.file.name}: there is no report, is said, and there is"


def test_a_calm_aws_takes_each_file_to_its_end(sky: Sky) -> None:
    """Without moods, no letter rests, and each load is told."""
    for kind in KINDS:
        sky.weather.becomes()
        at = world(sky, kind, [])
        account = (sent := send(at, kind), at.settle(), Account(at, sent))[2]

        assert [*account.untruths(), *account.losses(), *account.shortfalls()] == []
        assert at.told == ["Transactions loaded"] * sum(not file.refused for file in FILES[kind])


@pytest.mark.parametrize("call", DRAWN)
def test_what_passes_with_the_next_try_leaves_no_letter(sky: Sky, call: str) -> None:
    """One hiccup of each kind, at each call: the files come to their end by themselves."""
    struck = 0
    for effect in [each for name, each in PASSING if name == call][:: 1 if THOROUGH else 12]:
        sky.weather.becomes([Mood(call, effect)])
        at = world(sky, "rivals", [])
        sent = send(at, "rivals")
        at.settle()
        account = Account(at, sent)
        struck += sky.weather.struck

        assert [*account.untruths(), *account.shortfalls()] == [], effect
    assert struck > 0 or call in OFF_THE_WAY
