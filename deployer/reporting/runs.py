"""A run of the third level as its reader wants it: the verdict, what failed and why, claims, faults, deployment."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from deployer.reporting.faults import Fault, function_of

TARGETS = {"embedded": "Embedded AWS", "localstack": "LocalStack", "aws": "Live AWS account"}
KINDS = {
    "smoke": "Smoke: the shortest way through",
    "journey": "Journeys: every way through",
    "security": "Security: who may do what, and who may not",
    "fault": "Faults: something fails, and nothing is lost",
    "": "Others",
}
_KEPT = 8_000  # characters of a failure's reason


@dataclass(frozen=True)
class Claim:
    """One test: what it claims, and whether that held."""

    node: str
    told: Mapping[str, Any]

    @property
    def outcome(self) -> str:
        return str(self.told["outcome"])

    @property
    def name(self) -> str:
        """In words, where it has no claim."""
        return function_of(self.node).rpartition("::")[2].removeprefix("test_").replace("_", " ")

    @property
    def claim(self) -> str:
        """Its docstring's first paragraph."""
        return " ".join(str(self.told.get("claim", "")).split("\n\n")[0].split()) or self.name

    def command(self, target: str) -> str:
        """What runs this one test again, for a shell."""
        return f"pytest {shlex.quote(self.node)} --target {target}"

    @property
    def parameters(self) -> str:
        return self.node.partition("[")[2].removesuffix("]")

    @property
    def reason(self) -> str:
        """Why it failed or was skipped, the end of it where it is long."""
        reason = str(self.told.get("reason", ""))
        return reason if len(reason) <= _KEPT else f"[{len(reason) - _KEPT:,} characters before]\n{reason[-_KEPT:]}"

    @property
    def why(self) -> str:
        """What the assertion said, without the code around it: pytest marks these lines with an `E`."""
        marked = [line[1:].removeprefix("   ") for line in self.reason.splitlines() if line.startswith("E ")]
        return "\n".join(marked).strip() or self.reason


@dataclass(frozen=True)
class Survived:
    """A row of the table of faults and what became of its test here: an outcome, or blank where it did not run."""

    fault: Fault
    outcome: str
    times: int  # with how many parameters

    @property
    def command(self) -> str:
        """What runs it."""
        return f"pytest {self.fault.test}"


@dataclass(frozen=True)
class Run:
    """The evidence of one target, as schemas/evidence.schema.json has it, and the rows of the table of faults."""

    told: Mapping[str, Any]
    rows: Sequence[Fault]

    @property
    def target(self) -> str:
        return str(self.told["target"])

    @property
    def title(self) -> str:
        return TARGETS[self.target]

    @property
    def ended(self) -> datetime:
        return datetime.fromisoformat(self.told["ended"])

    @property
    def took(self) -> float | None:
        """Seconds of the whole session."""
        if "began" not in self.told:
            return None
        return (self.ended - datetime.fromisoformat(self.told["began"])).total_seconds()

    @cached_property
    def tests(self) -> list[Claim]:
        """The third level's."""
        return [Claim(node, test) for node, test in self.told["tests"].items()]

    @cached_property
    def others(self) -> list[Claim]:
        return [Claim(node, test) for node, test in self.told.get("others", {}).items()]

    @cached_property
    def levels(self) -> dict[str, dict[str, int]]:
        """Counts by level and outcome; evidence without them has those of the third level."""
        own = {each: sum(test.outcome == each for test in self.tests) for each in ("passed", "failed", "skipped")}
        return self.told.get("levels") or {"3 end to end": {each: count for each, count in own.items() if count}}

    def count(self, outcome: str) -> int:
        return sum(level.get(outcome, 0) for level in self.levels.values())

    @property
    def passes(self) -> int:
        return self.count("passed")

    @cached_property
    def failed(self) -> list[Claim]:
        return [test for test in (*self.others, *self.tests) if test.outcome == "failed"]

    @property
    def passed(self) -> bool:
        """Whether all of it did, and nothing was left behind."""
        return not self.failed and self.told["exit"] == 0

    @property
    def kinds(self) -> Iterator[tuple[str, list[Claim]]]:
        """The tests by what they are about."""
        for marker, title in KINDS.items():
            if found := [test for test in self.tests if test.told.get("marker", "") == marker]:
                yield title, found

    @cached_property
    def survived(self) -> list[Survived]:
        """Each row with the worst outcome of its test."""
        outcomes: dict[str, list[str]] = {}
        for test in (*self.tests, *self.others):
            outcomes.setdefault(function_of(test.node), []).append(test.outcome)
        return [_survived(row, outcomes.get(row.test, [])) for row in self.rows]

    @property
    def tried(self) -> list[Survived]:
        return [row for row in self.survived if row.outcome]

    @property
    def untried(self) -> list[Survived]:
        return [row for row in self.survived if not row.outcome]

    @property
    def before(self) -> list[tuple[str, str]]:
        """Parts of the page that stand before the project's chapter: the ends of their ids, and their names."""
        return [] if self.passed else [("failed", "what failed")]

    @property
    def after(self) -> list[tuple[str, str]]:
        """And those behind it."""
        faults = [("faults", "faults")] if self.rows else []
        return [("tests", "tests"), *faults, ("compliance", "compliance"), ("deployment", "deployment")]

    def summary(self) -> dict[str, Any]:
        """As `tap report --json` prints it."""
        return {
            "target": self.target,
            "ended": self.told["ended"],
            "passed": self.passed,
            "tests": {outcome: self.count(outcome) for outcome in ("passed", "failed", "skipped")},
            "failed": [test.node for test in self.failed],
        }


def _survived(row: Fault, outcomes: Sequence[str]) -> Survived:
    worst = next((each for each in ("failed", "skipped", "passed") if each in outcomes), "")
    return Survived(row, worst, len(outcomes))
