"""A journey: one file on its way through the deployed pipeline, as a test follows it.

    journey = travel(Path("good.csv"))
    journey.reaches("validated")
    journey.reconciles()

Where it stops, the test fails with what `tap watch` would tell: the stage that was reached and when, the one that was
not, and the evidence of why. What each journey came to is kept with the test's report, for build/evidence.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from deployer.errors import FileStopped, NoProgress
from pipeline.client import FAILED, STAGES, FileState, Pipeline
from pipeline.domain import Upload

SPLITS = (("read", ("accepted", "rejected")), ("accepted", ("loaded", "duplicate", "conflicting")))
SILENCE_S = 900.0  # a hang: nothing here takes minutes, on however busy a machine
ERRORS_KEPT = 50  # of each file, for the evidence
_KEPT = ("stage", "state", "rows", "totals", "reconciled")


@dataclass
class Journey:
    """One file version under way. `seconds` from the upload's end until each stage was seen."""

    pipeline: Pipeline
    upload: Upload
    seconds: dict[str, float] = field(default_factory=dict)
    state: FileState | None = None
    stopped: str = ""  # why it did, as people are told

    def __post_init__(self) -> None:
        self._begun, self._day = time.monotonic(), datetime.now(UTC)
        self._states = self._watched()

    def _watched(self) -> Iterator[FileState]:
        for state in self.pipeline.watch(self.upload, SILENCE_S):
            self.state = state
            self.seconds.setdefault(state.stage, round(time.monotonic() - self._begun, 3))
            yield state

    def reaches(self, stage: str) -> FileState:
        """Follow it until it is at `stage` or beyond. The test fails where it stops before."""
        for state in self._told():
            if _at(state, stage):
                return state
        if self.state and _at(self.state, stage):
            return self.state
        pytest.fail(f"{self.upload.name} did not reach `{stage}`: {self.state}", pytrace=False)

    def ends(self) -> FileState:
        """Follow it to its end, whichever that is. The test fails where it gets stuck."""
        for _ in self._told():
            pass
        assert self.state is not None
        return self.state

    def reconciles(self) -> FileState:
        """Follow it to `loaded`, and check that every row and every amount of each currency is accounted for."""
        self.ends()
        state = self.reaches("loaded")
        assert state.reconciled is True, f"{self.upload.name} does not reconcile: {state}"
        for what, figures in [("rows", state.rows), *state.totals.items()]:
            amounts = {name: Decimal(amount) for name, amount in figures.items()}
            for whole, parts in SPLITS:
                assert amounts[whole] == sum(amounts[part] for part in parts), (
                    f"{what} of {self.upload.name}: {amounts}"
                )
        return state

    def stops(self) -> str:
        """Follow it until it stops, which is expected, and return what people are told. Where it ends, it fails."""
        try:
            for _ in self._states:
                pass
        except FileStopped as error:
            self.stopped = str(error)
            return self.stopped
        pytest.fail(f"{self.upload.name} was to stop, and went on to {self.state}", pytrace=False)

    def _told(self) -> Iterator[FileState]:
        try:
            yield from self._states
        except (NoProgress, FileStopped) as error:
            self.stopped = str(error)
            pytest.fail(self.stopped, pytrace=False)

    def told(self) -> dict[str, Any]:
        """As JSON, for the evidence; evidence.schema.json says what is in it."""
        state = self.state.to_json() if self.state else {}
        return {
            "key": self.upload.name,
            "version": self.upload.version,
            "begun": self._day.isoformat(timespec="milliseconds"),
            **{name: state.get(name) for name in _KEPT},
            "seconds": self.seconds,
            "stopped": self.stopped,
            "errors_by_code": state.get("evidence", {}).get("errors_by_code", {}),
            "errors": self._errors(),
        }

    def _errors(self) -> list[dict[str, str]]:
        """The first rejected rows. That they can't be read must not hide what the test found."""
        try:
            found = self.pipeline.rejected(self.state) if self.state else []
        except (ClientError, BotoCoreError) as error:
            found = [{"message": f"the rejected rows could not be read: {error}"}]
        return [{name: each.get(name, "") for name in ("line", "column", "code", "message")} for each in found][
            :ERRORS_KEPT
        ]


@dataclass
class Travel:
    """What the fixture `travel` is: sends files on their way, and keeps their journeys."""

    pipeline: Pipeline
    journeys: list[Journey] = field(default_factory=list)

    def __call__(self, path: Path, key: str = "") -> Journey:
        """Upload a file."""
        return self.follow(self.pipeline.upload(path, key or path.name))

    def follow(self, upload: Upload) -> Journey:
        """Of a file version that is there already."""
        journey = Journey(self.pipeline, upload)
        self.journeys.append(journey)
        return journey


def _at(state: FileState, stage: str) -> bool:
    return state.stage != FAILED and state.state != FAILED and STAGES.index(state.stage) >= STAGES.index(stage)
