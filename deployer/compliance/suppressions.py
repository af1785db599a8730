"""Findings that somebody answers for, as the synthesised JSON carries them. Called by `scan`.

A suppression that is not whole suppresses nothing and is a finding itself; so is one past its day, or without effect:
an exception that nobody can explain, or that outlives its cause, hides the next mistake.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.judgement import Finding, Suppressed
from deployer.compliance.subject import Subject
from deployer.few import counted

RULE = "TAP_SUPPRESSION_1"
MEND = "give suppress(...) a reason and a day to come, or remove it when nothing is found there any more"
_SHORTEST = 10
WARNED_DAYS = 60
FOR_GOOD = date.min  # a day on which no suppression has ended


def today() -> date:
    """The day by which suppressions are judged, in UTC."""
    return datetime.now(UTC).date()


def ending(untils: Iterable[str], on: date | None = None) -> list[str]:
    """What to say of suppressions that end within WARNED_DAYS of a day, today if not set, or have ended.

    One whose last day is blank, as an inline skip's, has no end.
    """
    on = on or today()
    told = []
    for until, number in sorted(Counter(filter(None, untils)).items()):
        left = (date.fromisoformat(until) - on).days
        if left <= WARNED_DAYS:
            what = f"{counted(number, 'suppression')} of findings"
            when = f"ended on {until}" if left < 0 else f"will end on {until}, in {counted(left, 'day')}"
            told.append(f"warning: {what} {when}: review them, then set a later last day")
    return told


@dataclass(frozen=True)
class Suppression:
    """One entry beside a resource."""

    rule: str
    resource: str
    reason: str
    until: str
    file: str
    line: int

    def fault(self, today: date) -> str:
        """What is wrong with it; blank if nothing is."""
        if len(self.reason.strip()) < _SHORTEST:
            return f"the suppression of {self.rule} has no reason"
        try:
            last = date.fromisoformat(self.until)
        except ValueError:
            return f"the suppression of {self.rule} has no last day: {self.until!r}"
        return f"the suppression of {self.rule} ended on {self.until}" if last < today else ""


def applied(
    subjects: list[Subject], findings: Collection[Finding], today: date, heard: Collection[str] | None
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings that are left, and those that are suppressed.

    `heard`: the rules that were asked for, None for all; a suppression of another rule may have no effect.
    """
    left, suppressed = list(findings), []
    for one in suppressions_in(subjects):
        matching = [found for found in left if (found.rule, without_keys(found.resource)) == (one.rule, one.resource)]
        fault = one.fault(today)
        if not fault and not matching and (heard is None or one.rule in heard):
            fault = f"nothing is found by {one.rule} here, so its suppression is not needed"
        if fault:
            left.append(Finding(RULE, "MEDIUM", one.resource, one.file, one.line, fault, MEND))
        elif matching:
            left = [found for found in left if found not in matching]
            suppressed.append(Suppressed(one.rule, one.resource, one.reason, one.until, one.file, one.line))
    return left, suppressed


def suppressions_in(subjects: list[Subject]) -> Iterator[Suppression]:
    """All that stand in the configurations, in the `"//"` of their resources."""
    for subject in subjects:
        for kind, named in subject.document.get("resource", {}).items():
            for name, values in named.items():
                entries = _entries(values)
                for rule, entry in entries.items():
                    address = f"{kind}.{name}"
                    yield Suppression(
                        str(rule), subject.full(address), str(entry.get("reason", "")), str(entry.get("until", "")),
                        *subject.place(address),
                    )  # fmt: skip


def _entries(values: Any) -> dict[str, dict[str, Any]]:
    comment = values.get("//") if isinstance(values, dict) else None
    entries = comment.get("suppressions") if isinstance(comment, dict) else None
    if not isinstance(entries, dict):
        return {}
    return {rule: entry if isinstance(entry, dict) else {} for rule, entry in entries.items()}
