"""The files of a run: where each came to, how long it took to get there, and what became of its rows and amounts."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

from pipeline.deployed import FAILED, STAGES

FIGURES = ("read", "accepted", "rejected", "loaded", "duplicate", "conflicting")
_WHERE = {
    "uploaded": "S3",
    "validated": "csv-validator",
    "transformed": "csv-transformer",
    "loading": "Step Functions, loader",
    "loaded": "DynamoDB",
}
_ENDED = ("stopped", "refused", "does not add up")


@dataclass(frozen=True)
class Leg:
    """A part of a file's way: until it was seen at `stage`, from and to in seconds since its upload."""

    stage: str
    begun: float
    ended: float


@dataclass(frozen=True)
class File:
    """One file version that a test followed. `told` is evidence as schemas/evidence.schema.json has it."""

    told: Mapping[str, Any]
    test: str
    test_passed: bool

    @property
    def key(self) -> str:
        return str(self.told["key"])

    @property
    def anchor(self) -> str:
        """Names this version of the file in an address: what of its key is safe there, and a digest of all."""
        digest = hashlib.sha256(
            f"{self.key}\0{self.told['version']}\0{self.test}".encode("utf-8", "replace")
        ).hexdigest()
        return f"file-{re.sub(r'[^A-Za-z0-9.]+', '-', self.key)[:60]}-{digest[:8]}"

    @property
    def state(self) -> str:
        """In a word."""
        if self.told["stopped"]:
            return "stopped"
        if self.told["stage"] == FAILED:
            return "refused"
        if self.told["stage"] == "loaded":
            return "reconciled" if self.told["reconciled"] else "does not add up"
        return "not followed"

    @property
    def tone(self) -> str:
        """`good`, `bad`, or `note`: not loaded, and its test expected that."""
        if self.state == "reconciled":
            return "good"
        return "note" if self.test_passed else "bad"

    @property
    def furthest(self) -> str:
        """The last stage that it is known to have reached."""
        reached = [stage for stage in (*self.told["seconds"], self.told["stage"]) if stage in STAGES]
        return max(reached, key=STAGES.index, default="uploaded")

    @property
    def legs(self) -> list[Leg]:
        """What was seen of its way, in the order of time."""
        seen = sorted(self.told["seconds"].items(), key=lambda one: float(one[1]))
        ends = pairwise([0.0, *(float(seconds) for _, seconds in seen)])
        return [Leg(stage, begun, ended) for (stage, _), (begun, ended) in zip(seen, ends, strict=True)]

    @property
    def reached(self) -> dict[str, float]:
        """Each stage it came to, in seconds since its upload at the latest: one passed unseen counts with the next."""
        seen, latest = self.told["seconds"], self.seconds
        found = {}
        for stage in reversed(STAGES[1 : STAGES.index(self.furthest) + 1]):
            latest = min(latest, float(seen.get(stage, latest)))
            found[stage] = latest
        return {STAGES[0]: 0.0, **dict(reversed(found.items()))}

    @property
    def seconds(self) -> float:
        """From its upload until it was seen last."""
        return max(map(float, self.told["seconds"].values()), default=0.0)

    @property
    def figures(self) -> list[tuple[str, list[str]]]:
        """Rows and each currency, with what was read and what became of it; blank where that is not known."""
        kinds = [("rows", self.told["rows"] or {}), *sorted((self.told["totals"] or {}).items())]
        return [(name, [_figure(told.get(each, "")) for each in FIGURES]) for name, told in kinds if told]

    @property
    def errors(self) -> list[Mapping[str, str]]:
        return list(self.told.get("errors", []))

    @property
    def errors_csv(self) -> str:
        """The same as CSV, with a header; what UTF-8 can't hold is written out."""
        text = io.StringIO()
        writer = csv.DictWriter(text, ("line", "column", "code", "message"), restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(self.errors)
        return text.getvalue().encode("utf-8", "backslashreplace").decode()

    @property
    def errors_by_code(self) -> Mapping[str, int]:
        return self.told.get("errors_by_code") or {}

    @property
    def begun(self) -> datetime | None:
        return datetime.fromisoformat(self.told["begun"]) if "begun" in self.told else None


@dataclass(frozen=True)
class Stage:
    """A stage of the pipeline, by the files of a run. Seconds are from a file's upload until it was seen there."""

    name: str
    where: str
    reached: int
    ended: Sequence[File]  # that came this far, and were stopped or refused here
    median: float | None
    longest: float | None

    @property
    def bad(self) -> int:
        """How many of them should not have ended here."""
        return sum(file.tone == "bad" for file in self.ended)

    @property
    def expected(self) -> int:
        """How many of them ended as their tests expected."""
        return len(self.ended) - self.bad


def files_of(tests: Mapping[str, Mapping[str, Any]]) -> list[File]:
    """All files of a run, as they were sent."""
    found = [
        File(journey, node, test["outcome"] == "passed")
        for node, test in tests.items() for journey in test.get("journeys", ())
    ]  # fmt: skip
    return sorted(found, key=lambda file: file.told.get("begun", ""))


def stages_of(files: Sequence[File]) -> list[Stage]:
    """The stages in their order."""
    return [_stage(stage, files) for stage in STAGES]


def _stage(name: str, files: Sequence[File]) -> Stage:
    took = [file.reached[name] for file in files if name in file.reached]
    ended = [file for file in files if file.furthest == name and file.state in _ENDED]
    return Stage(name, _WHERE[name], len(took), ended, median(took) if took else None, max(took, default=None))


def rows_of(files: Iterable[File]) -> dict[str, int]:
    """The rows of all files that were loaded, summed."""
    loaded = [file.told["rows"] or {} for file in files if file.told["stage"] == "loaded"]
    return {name: sum(int(rows.get(name, 0)) for rows in loaded) for name in FIGURES}


def arrivals(files: Iterable[File]) -> dict[str, list[float]]:
    """When a file reached each stage, in seconds since the first file of the run was sent, ascending.

    Empty where nobody wrote down when files were sent.
    """
    begun = [(file, file.begun) for file in files if file.begun]
    first = min((moment for _, moment in begun), default=None)
    found: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for file, moment in begun:
        for stage, seconds in file.reached.items():
            found[stage].append((moment - first).total_seconds() + seconds if first else seconds)
    return {stage: sorted(times) for stage, times in found.items() if times}


def _figure(value: Any) -> str:
    """With separators of thousands; an amount keeps its decimals."""
    if isinstance(value, int):
        return f"{value:,}"
    whole, point, decimals = str(value).partition(".")
    return f"{int(whole):,}{point}{decimals}" if whole not in ("", "-0") else str(value)
