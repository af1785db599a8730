"""One run against earlier ones, by the ratio of each figure to its peer: machines and their load differ, ratios hardly.

Against a history it is the median of the last nights, so that no noisy night is what the next is held against. What
stays worse is red until half of these nights have it, and is then what is usual; goals bound what creeps.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.measure import Figure
from benchmarks.results import Run

MOST_WORSE = 1.25  # times what it cost before
NIGHTS = 14  # of a history, the last ones
FEWEST = 3  # nights that have a figure, before it is judged


@dataclass(frozen=True)
class Change:
    """A figure whose ratio was `before`, as the median of `runs` runs."""

    figure: Figure
    before: float
    runs: int

    @property
    def factor(self) -> float:
        """What it costs now, in terms of before: 1.5 is half as much again, whether a time rose or a rate fell."""
        now = self.figure.ratio or 0.0
        return now / self.before if self.figure.better == "lower" else self.before / now

    @property
    def worse(self) -> bool:
        return self.factor > MOST_WORSE


@dataclass
class Comparison:
    """`notes` say, of each figure that could not be compared, why."""

    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def worse(self) -> list[Change]:
        return [each for each in self.changes if each.worse]


def compare(earlier: Sequence[Run], now: Run, fewest: int = 1) -> Comparison:
    """`now` against the median of the earlier runs, for each figure that at least `fewest` of them have."""
    found = Comparison()
    for figure in now.figures:
        before = [each for run in earlier for each in run.figures if each.name == figure.name]
        alike = [each.ratio for each in before if each.ratio and _meaning(each) == _meaning(figure)]
        if figure.ratio and len(alike) >= fewest:
            found.changes.append(Change(figure, statistics.median(alike), len(alike)))
        else:
            found.notes.append(f"{figure.name}: not compared, {_why(figure, len(before), len(alike), fewest)}")
    known, there = ({each.name for run in runs for each in run.figures} for runs in (earlier, [now]))
    found.notes += [f"{name}: gone, an earlier run has it" for name in sorted(known - there)]
    found.notes += [f"benchmark {name}: broke in this run" for name in now.failed]
    return found


def against_history(nights: Sequence[Run], now: Run) -> Comparison:
    """`now` against the last nights before it."""
    return compare([night for night in nights if night.at != now.at][-NIGHTS:], now, FEWEST)


def _meaning(figure: Figure) -> tuple[str | None, str]:
    """What a ratio says; those of different meaning are not compared."""
    return figure.peer.name if figure.peer else None, figure.better


def _why(figure: Figure, before: int, alike: int, fewest: int) -> str:
    if figure.peer is None:
        return "it has no peer, and its goal alone judges it"
    if not before:
        return "it is new"
    if not alike:
        return f"its peer was not {figure.peer.name} before"
    return f"only {alike} of {fewest} earlier runs have it"
