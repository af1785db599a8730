"""The judgement on a terminal: a screen of it however much was found, or all of it."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from deployer.compliance.judgement import SEVERITIES, Finding, Judgement
from deployer.compliance.reports import Equal, equal, summary, worst_first
from deployer.compliance.reports.asides import asides, not_judged
from deployer.compliance.suppressions import ending
from deployer.few import counted, few
from deployer.visible import in_a_line

# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-warning-message
_ON_GITHUB = os.environ.get("GITHUB_ACTIONS") == "true"
_WORST, _PLACES, _OTHERS, _ABSENT, _SUPPRESSED = 3, 3, 8, 3, 3  # lines or groups that a screen has room for
_WIDE = 160  # characters of a line on a screen


@dataclass(frozen=True)
class Group:
    """All that one rule found, worst first."""

    rule: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> str:
        return self.findings[0].severity

    @property
    def resources(self) -> list[str]:
        return list(dict.fromkeys(one.resource for one in self.findings))

    @property
    def messages(self) -> list[str]:
        return list(dict.fromkeys(one.message for one in self.findings))

    @property
    def head(self) -> str:
        """What is about no resource, such as a grant that was removed, is counted by findings."""
        resources = self.resources
        number = counted(len(resources), "resource") if all(resources) else counted(len(self.findings), "finding")
        return f"{self.severity:<8} {self.rule}  {number}"


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """By rule: the worst first, of these the one with the most resources."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for one in sorted(findings, key=worst_first):
        by_rule[one.rule].append(one)
    groups = [Group(rule, tuple(found)) for rule, found in by_rule.items()]
    return sorted(groups, key=lambda one: (SEVERITIES.index(one.severity), -len(one.resources), one.rule))


def show(stream: TextIO, judgement: Judgement, *, verbose: bool = False) -> None:
    """Findings by rule, what was left out, and the sum in one line. `verbose`: each place of each finding."""
    groups = grouped(judgement.findings)
    lines = [*(_all(groups) if verbose else _screen(groups))]
    lines += [*_suppressed(judgement, verbose=verbose), *_absent(judgement, verbose=verbose), *asides(judgement)]
    for line in lines:
        print(in_a_line(line), file=stream)  # no line begins but ours
    for told in ending(one.until for one in judgement.suppressed):
        print(f"::{told.replace(':', '::', 1)}" if _ON_GITHUB else told, file=stream)
    print(summary(judgement), file=stream)


def _screen(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups[:_WORST]:
        yield from map(_cut, _detailed(group, _PLACES))
    rest = groups[_WORST:]
    for group in rest[:_OTHERS]:
        yield _cut(f"{group.head}: {group.messages[0]}")
    if hidden := rest[_OTHERS:]:
        number, told = sum(len(one.findings) for one in hidden), "rule" if len(hidden) == 1 else "rules"
        yield f"and {len(hidden)} more {told} with {counted(number, 'finding')}: {few([one.rule for one in hidden])}"
    if rest or any(len(one.findings) > _PLACES for one in groups):
        yield "every place and remedy: --verbose, or --sarif, --markdown, --junit, --report FILE"


def _all(groups: Sequence[Group]) -> Iterator[str]:
    for group in groups:
        yield from _detailed(group, len(group.findings))


def _detailed(group: Group, shown: int) -> Iterator[str]:
    """Findings that say the same are told once, with their resources."""
    if len(group.messages) == 1:
        yield f"{group.head}: {group.messages[0]}"
        told, lines = group.findings[:shown], [_where(one) for one in group.findings[:shown]]
    else:
        yield group.head
        alike = equal(group.findings)[:shown]
        told, lines = tuple(one for same in alike for one in same.findings), [_same(same, shown) for same in alike]
    yield from (f"         {line}" for line in lines)
    if len(group.findings) > len(told):
        yield f"         and {len(group.findings) - len(told):,} more"
    for mend in dict.fromkeys(one.mend for one in told):
        yield f"         mend: {mend}"


def _same(same: Equal, shown: int) -> str:
    """How many stands first, as a screen may have no room for all places."""
    places, message = [_where(one) for one in same.findings], same.first.message
    return f"{len(places):,} of them: {message}: {few(places, shown)}" if places[1:] else f"{places[0]}  {message}"


def _where(one: Finding) -> str:
    """A grant that was removed has no resource."""
    return "  ".join(filter(None, (one.construct or one.resource, one.place)))


def _suppressed(judgement: Judgement, *, verbose: bool) -> list[str]:
    """Those in Checkov's words; what the stack suppresses with a last day is in the reports."""
    told = [f"suppressed: {one.rule}  {one.resource}  {one.file}:{one.line}  {one.told}"
            for one in judgement.suppressed if verbose or not one.until]  # fmt: skip
    return told if verbose else _some(told, _SUPPRESSED, "suppressed")


def _absent(judgement: Judgement, *, verbose: bool) -> list[str]:
    told = [f"not judged: {line}" for line in not_judged(judgement)]
    return told if verbose else _some(told, _ABSENT, "not judged")


def _some(lines: list[str], shown: int, what: str) -> list[str]:
    more = len(lines) - shown
    return lines if more <= 1 else [*lines[:shown], f"{what}: and {more} more"]


def _cut(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"
