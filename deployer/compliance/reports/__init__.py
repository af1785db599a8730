"""A judgement for those who read it: people (table), GitHub (sarif, markdown), test reporters (junit).

Called by `tap comply`. Each is one function from a judgement to text; nothing here decides anything.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from deployer.compliance.judgement import SEVERITIES, Finding, Judgement
from deployer.few import counted, few


@dataclass(frozen=True)
class Equal:
    """Findings of one rule that say the same of several resources."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        return self.findings[0]

    @property
    def places(self) -> list[str]:
        """Each once: one line of Python may make many resources."""
        return list(dict.fromkeys(one.place for one in self.findings))

    def line(self, shown: int) -> str:
        """For people: all but the mend, with so many of the places."""
        number = len({one.resource for one in self.findings})
        more = f" ({counted(number, 'resource')})" if number > 1 else ""
        return f"{self.first.severity} {self.first.rule} {few(self.places, shown)} {self.first.message}{more}"


def equal(findings: Iterable[Finding]) -> list[Equal]:
    """The findings, those that say the same as one, in the order of the first of each."""
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for one in findings:
        alike.setdefault((one.rule, one.severity, one.message, one.mend), []).append(one)
    return [Equal(tuple(found)) for found in alike.values()]


def worst_first(one: Finding) -> tuple[int, str, str]:
    """To sort by."""
    return SEVERITIES.index(one.severity), one.rule, one.resource


def summary(judgement: Judgement) -> str:
    """The judgement in one line."""
    found = Counter(one.severity for one in judgement.findings)
    told = ", ".join(f"{found[name]} {name.lower()}" for name in SEVERITIES if found[name]) or "no findings"
    known = f"{len(judgement.known)} known; " if judgement.against else ""
    return (
        f"{told}; {known}{len(judgement.suppressed)} suppressed; {counted(judgement.resources, 'resource')} judged by "
        f"{counted(judgement.rules, 'rule')} in {counted(len(judgement.evaluations), 'evaluation')}"
    )
