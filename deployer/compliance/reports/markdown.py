"""Markdown for a pull request's summary: the answer first, then findings, suppressions and who watches over what."""

from collections.abc import Iterable, Sequence

from deployer.compliance.judgement import Judgement
from deployer.compliance.reports import summary, worst_first
from deployer.compliance.reports.asides import asides
from deployer.compliance.suppressions import ending


def markdown(judgement: Judgement, coverage: str = "") -> str:
    """The judgement as Markdown; `coverage` is a table that ends it."""
    parts = [f"## Compliance: {'findings' if judgement.findings else 'clean'}", summary(judgement)]
    parts += map(_cell, asides(judgement))
    parts += ending(one.until for one in judgement.suppressed)
    if judgement.findings:
        found = sorted(judgement.findings, key=worst_first)
        parts.append(table(
            ("severity", "rule", "resource", "where", "what", "mend"),
            [(one.severity, one.rule, one.construct or one.resource, f"{one.file}:{one.line}", one.message, one.mend)
             for one in found],
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


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(_cell, row)) for row in rows)]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("\r", " ")
