"""The tables of the benchmarks, in 80 columns: ours above the peer's, a ratio before above the one now."""

from collections.abc import Sequence
from typing import IO

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.comparison import Change, Comparison
from benchmarks.measure import Figure

WIDTH = 80
_BENCHMARK, _PEERS, _GOAL = "benchmark", "benchmark\n  its peer", "goal"
_WORDS = {_BENCHMARK: 40, _PEERS: 35, _GOAL: 16}  # columns of words, and their characters in a line
_Row = tuple[str, ...]


def show(stream: IO[str], figures: Sequence[Figure], failed: Sequence[str] = ()) -> None:
    """What was found: two lines for each figure, the second the peer's; and which benchmarks broke."""
    rows = [_figure(each) for each in figures]
    _print(stream, (_PEERS, "ours\npeer's", "ratio", _GOAL, "load"), rows)
    _lines(stream, [f"broke, as told above: {name}" for name in failed])


def show_comparison(stream: IO[str], found: Comparison) -> None:
    """The ratios before and now, what was not compared, and last what got worse."""
    if found.changes:
        _print(stream, (_BENCHMARK, "before", "runs", "now", "costs"), [_change(each) for each in found.changes])
    _lines(stream, found.notes)
    held = f"{len(found.changes)} compared, and no ratio got worse by more than a quarter"
    _lines(stream, [_worse(each) for each in found.worse] or [held])


def _figure(figure: Figure) -> _Row:
    peer = figure.peer
    return (
        f"{figure.name}\n  {peer.name}" if peer else figure.name,
        f"{_shown(figure.ours, figure.unit)}\n{_shown(peer.value, figure.unit) if peer else ''}",
        "" if figure.ratio is None else f"{figure.ratio:.3f}",
        f"{figure.goal}\n{'met' if figure.met else 'MISSED'}",
        f"{figure.load:.1f}",
    )


def _change(change: Change) -> _Row:
    now = change.figure.ratio or 0.0
    return change.figure.name, f"{change.before:.3f}", str(change.runs), f"{now:.3f}", f"{change.factor - 1:+.0%}"


def _worse(change: Change) -> str:
    return (
        f"WORSE: {change.figure.name}: ratio {change.before:.3f} before, {change.figure.ratio:.3f} now, "
        f"which costs {change.factor - 1:.0%} more"
    )


def _print(stream: IO[str], titles: Sequence[str], rows: Sequence[_Row]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for title in titles:
        words = title in _WORDS
        table.add_column(title, justify="left" if words else "right", overflow="fold", max_width=_WORDS.get(title))
    for row in rows:
        table.add_row(*row)
    _console(stream).print(table)


def _lines(stream: IO[str], lines: Sequence[str]) -> None:
    for line in lines:
        _console(stream).print(f"\n{line}")


def _console(stream: IO[str]) -> Console:
    """Names are text, not mark-up of Rich's; and as wide anywhere, so that what is kept in a file looks the same."""
    return Console(file=stream, width=WIDTH, markup=False, highlight=False, emoji=False)


def _shown(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 1000 else f"{value:,.2f} {unit}"
