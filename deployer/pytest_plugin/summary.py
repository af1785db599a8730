"""The suite's last lines, for people: each level's counts, what was skipped and why, the deployment, and the report."""

from collections import Counter, defaultdict
from typing import Any

import pytest

from deployer.pytest_plugin.evidence import Report
from deployer.pytest_plugin.levels import NAMES, Levels, levels
from deployer.pytest_plugin.session import shared
from deployer.visible import visible

OUTCOMES = ("passed", "failed", "error", "skipped")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line per level that ran; then the reasons of skips, where the files moved, and where the report is."""
    counts = _counts(terminalreporter.stats, levels(config))
    if not counts:
        return

    def write(line: str) -> None:
        terminalreporter.write_line(visible(line))

    terminalreporter.section("the three levels")
    for level in filter(counts.__contains__, NAMES):
        told = ", ".join(f"{counts[level][outcome]} {outcome}" for outcome in OUTCOMES if counts[level][outcome])
        write(f"  {level:<18} {told}")
    for (level, reason), count in _skips(terminalreporter.stats, levels(config)).items():
        write(f"  skipped {count} of {level}: {reason}")
    if "seconds" in (answer := shared(config).answered()):
        stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in answer["seconds"].items())
        write(f"  deployed on {answer['target']['name']}: {stages}")
    if report := config.stash.get(Report, ""):
        write(f"  report: {report}")


def _counts(stats: dict[str, list[Any]], known: Levels) -> dict[str, Counter[str]]:
    """How many tests of each level that ran ended how."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in OUTCOMES:
        for each in stats.get(outcome, ()):
            counts[known.level_of(getattr(each, "nodeid", ""))][outcome] += 1
    return counts


def _skips(stats: dict[str, list[Any]], known: Levels) -> Counter[tuple[str, str]]:
    reasons: Counter[tuple[str, str]] = Counter()
    for each in stats.get("skipped", ()):
        reason = each.longrepr[2] if isinstance(each.longrepr, tuple) else str(each.longrepr)
        reasons[known.level_of(each.nodeid), reason.removeprefix("Skipped: ")] += 1
    return reasons
