"""Markdown for a pull request's summary: the answer first, then findings, suppressions and who watches over what."""

import re
from collections.abc import Iterable, Sequence

from deployer.compliance.judgement import Judgement
from deployer.compliance.reports import Equal, equal, summary, worst_first
from deployer.compliance.reports.asides import asides
from deployer.compliance.suppressions import ending
from deployer.visible import in_a_line

# What means something in a line of GitHub's Markdown, a table's and mathematics too; `_` not between letters.
_MARKS = re.compile(r"[\\`*\[\]|~$&<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def markdown(judgement: Judgement, coverage: str = "") -> str:
    """The judgement as Markdown; `coverage` is a table that ends it."""
    parts = [f"## Compliance: {'findings' if judgement.findings else 'clean'}", summary(judgement)]
    parts += map(_cell, asides(judgement))
    parts += ending(one.until for one in judgement.suppressed)
    if judgement.findings:
        found = sorted(judgement.findings, key=worst_first)
        parts.append(table(
            ("severity", "rule", "resource", "where", "what", "mend"),
            map(_row, equal(found)),
        ))  # fmt: skip
    if judgement.suppressed:
        parts += [
            "### Suppressed",
            table(
                ("rule", "resource", "where", "reason", "until"),
                [
                    (one.rule, one.resource, f"{one.file}:{one.line}", one.reason, one.until)
                    for one in judgement.suppressed
                ],
            ),
        ]
    if judgement.not_judged:
        parts += [
            "### Not judged",
            table(("rule", "why"), [(one.rule, one.reason) for one in judgement.not_judged]),
        ]
    if coverage:
        parts += ["### Coverage", coverage]
    return "\n\n".join(parts) + "\n"


def _row(same: Equal) -> tuple[str, ...]:
    """What findings that say the same have in common, and each of their resources with its place, in one order."""
    one = same.first
    resources = ", ".join(each.construct or each.resource for each in same.findings)
    return one.severity, one.rule, resources, ", ".join(each.place for each in same.findings), one.message, one.mend


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    """As it is read, not as it is written: it is a name or a sentence, and no mark-up."""
    return _MARKS.sub(r"\\\g<0>", in_a_line(text.replace("\n", " ")))
