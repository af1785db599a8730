"""The suite's last lines, for people: each level's counts, what was skipped and why, the deployment, and the report.

A pytest plugin, registered by the root conftest.
"""

import json
from collections import Counter
from typing import Any

import pytest

from tests.evidence import LEVELS, Report
from tests.integration.session import ANSWER, Starter
from tests.unchanged import SINCE

OUTCOMES = ("passed", "failed", "error", "skipped")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line per level that ran; then the reasons of skips, where the files moved, and where the report is."""
    write = terminalreporter.write_line
    terminalreporter.section("the three levels")
    for prefix, name in LEVELS.items():
        if counts := _of_level(terminalreporter.stats, prefix):
            told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
            write(f"  {name:<18} {told}")
    if again := sum(map(_is_told_again, terminalreporter.stats.get("passed", ()))):
        write(f"  {again} of these passed before on the same files, and were not run again (--reuse)")
    for (level, reason), count in _skips(terminalreporter.stats).items():
        write(f"  skipped {count} of {level}: {reason}")
    if deployment := config.stash.get(Starter, None):
        answer = deployment.folder / ANSWER
        if answer.exists() and "seconds" in (content := json.loads(answer.read_text())):
            stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in content["seconds"].items())
            write(f"  deployed on {content['target']['name']}: {stages}")
    if report := config.stash.get(Report, ""):
        write(f"  report: {report}")


def _of_level(stats: dict[str, list[Any]], prefix: str) -> Counter[str]:
    """How many tests of one level ended how."""
    return Counter(outcome for outcome in OUTCOMES for each in stats.get(outcome, ()) if _below(each, prefix))


def _is_told_again(report: Any) -> bool:
    return any(name == SINCE for name, _ in report.user_properties)


def _skips(stats: dict[str, list[Any]]) -> Counter[tuple[str, str]]:
    reasons: Counter[tuple[str, str]] = Counter()
    for each in stats.get("skipped", ()):
        level = next((name for prefix, name in LEVELS.items() if _below(each, prefix)), "other")
        reason = each.longrepr[2] if isinstance(each.longrepr, tuple) else str(each.longrepr)
        reasons[level, reason.removeprefix("Skipped: ")] += 1
    return reasons


def _below(report: Any, prefix: str) -> bool:
    return getattr(report, "nodeid", "").startswith(prefix)
