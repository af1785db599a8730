"""AWS's delays and moods, planted in the embedded AWS: the file's end is the same as without them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.client import Pipeline
from tests.integration.conftest import CsvFile
from tests.integration.journeys import Travel
from tests.integration.reading import items_of

pytestmark = pytest.mark.fault
ROWS: list[dict[str, str]] = [{}, {}, {"amount": "x"}]
UPLOADS = "incoming/"


@dataclass(frozen=True)
class Moods:
    """What deployer/targets/ministack_server/moods.py is told, and what it tells; of the files of one test alone."""

    run: Path
    tag: str

    def reign(self, *calls: dict[str, Any], **others: Any) -> None:
        """From now on, and from the first count on. Whole or not at all: the emulator reads whenever it is asked."""
        ours = {name: self._ours(said) if isinstance(said, dict) else said for name, said in others.items()}
        half = self.run / f"{self.tag}.half"
        half.write_text(json.dumps({"calls": [self._ours(call) for call in calls], **ours}))
        half.replace(self._file)

    def calm(self) -> int:
        """No more moods; how often they struck."""
        self._file.unlink(missing_ok=True)
        log = self._file.with_suffix(".log")
        struck = len(log.read_text().splitlines()) if log.exists() else 0
        log.unlink(missing_ok=True)
        return struck

    @property
    def _file(self) -> Path:
        return self.run / f"moods-{self.tag}.json"

    def _ours(self, said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "about": [said.get("about", ""), self.tag]}


@pytest.fixture
def moods(pipeline: Pipeline, tag: str) -> Iterator[Moods]:
    """Those of the embedded AWS with the files of this test: their keys and their transactions have its tag."""
    if pipeline.target.name != "embedded":
        pytest.skip(f"moods are planted in the embedded AWS, and this is {pipeline.target.name}")
    planted = Moods(Path(pipeline.target.ca_bundle).parents[1], tag)
    yield planted
    planted.calm()


Comes = Callable[[], None]


@pytest.fixture
def comes_through(travel: Travel, pipeline: Pipeline, moods: Moods, csv_file: CsvFile, tag: str) -> Comes:
    """Sends a file into the moods that reign; its figures and its items are those of a calm day."""

    def send() -> None:
        state = travel(csv_file(ROWS), f"{tag}.csv").reconciles()
        figures = tuple(state.rows[name] for name in ("read", "rejected", "loaded", "duplicate", "conflicting"))

        assert moods.calm() > 0, "the mood struck nothing"
        assert figures == (3, 1, 2, 0, 0)
        assert len(items_of(pipeline, f"acc-{tag}")) == 2

    return send


def test_events_that_come_late_and_twice_and_without_a_version(moods: Moods, comes_through: Comes) -> None:
    """The file is loaded once, as the version that it is."""
    moods.reign(events={"about": UPLOADS, "late_s": 1, "twice": True, "unversioned": True})

    comes_through()


@pytest.mark.parametrize(("status", "code"), [(404, "NoSuchKey"), (403, "AccessDenied")])
def test_an_upload_that_cannot_be_read_for_a_while(moods: Moods, comes_through: Comes, status: int, code: str) -> None:
    """Not found or denied after its creation: the event's next try reads it."""
    moods.reign({"call": "s3.GetObject", "about": UPLOADS, "status": status, "code": code, "times": 2})

    comes_through()


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        ("s3.PutObject", 503, "SlowDown"),
        ("dynamodb.PutItem", 400, "ProvisionedThroughputExceededException"),
        ("states.StartExecution", 400, "ThrottlingException"),
    ],
)
def test_a_service_that_throttles(moods: Moods, comes_through: Comes, call: str, status: int, code: str) -> None:
    """Six times in a row, which is more than a client's own tries: the work is done by a later one."""
    moods.reign({"call": call, "status": status, "code": code, "times": 6})

    comes_through()


@pytest.mark.parametrize("cut", ["before", "after"])
@pytest.mark.parametrize(
    ("call", "about"),
    [("s3.PutObject", "manifest.json"), ("s3.GetObject", "accepted.jsonl"), ("dynamodb.PutItem", ""),
     ("states.StartExecution", "")],
)  # fmt: skip
def test_a_connection_that_is_closed(moods: Moods, comes_through: Comes, call: str, about: str, cut: str) -> None:
    """Before the call was done or after, twice: the figures are those of a file that met nothing."""
    moods.reign({"call": call, "about": about, "cut": cut, "times": 2})

    comes_through()


@pytest.mark.usefixtures("plant")
def test_answers_in_the_smallest_pages(
    moods: Moods, travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str
) -> None:
    """Every file is listed, and every dead letter looked at, when a page holds one; all who ask get such pages."""
    for number in range(3):
        travel(csv_file([{"transaction_id": f"{tag}-{number}"}]), f"{tag}/{number}.csv").reconciles()
    moods.reign(smallest_pages=True)

    states = {state.key: state.stage for state in pipeline.states()}

    assert moods.calm() >= 3
    assert {key: stage for key, stage in states.items() if key.startswith(tag)} == {
        f"{tag}/{number}.csv": "loaded" for number in range(3)
    }
