"""What the benchmarks print fits a terminal of 80 columns, whole."""

import io
import re

import pytest

from benchmarks import table
from benchmarks.comparison import compare
from benchmarks.measure import Figure, Peer
from tests.unit.benchmarks.found import figure, run

LONG = f"a figure whose name is longer than any other, in [bold]brackets[/bold] :smile: and {'x' * 45}"
PEER = "a peer of a name just as long as that of the figure which it is held against"
GOAL = "no more than 1.15 times the peer, and 400,000 rows a second"
LONGEST = Figure(LONG, 9_999_999.0, Peer(PEER, 99_999_999.0), GOAL, False, "us/row", rounds=1, load=123.4)
REAL = Figure(
    "rows a second, judged and written", 402_345.6, Peer("csv + Pydantic", 80_123.0), ">= 5x, 400,000/s", False, "/s",
    "higher", rounds=5, load=12.5,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def letters(text: str) -> str:
    """Without what wrapping puts in between."""
    return re.sub(r"\s", "", text)


def test_the_table_fits_eighty_columns_and_cuts_nothing() -> None:
    """With the longest names, beside ones that are real; a name is text, whatever stands in it."""
    out = io.StringIO()
    table.show(out, [LONGEST, REAL, figure("the ZIP", None)], ["moving"])
    lines = out.getvalue().splitlines()
    first = letters("".join(re.split("  +", line.strip())[0] for line in lines))

    assert max(map(len, lines)) <= table.WIDTH == 80
    assert letters(LONG) in first
    assert letters(PEER) in first
    assert "9,999,999 us/row" in out.getvalue()
    assert all(word in out.getvalue() for word in GOAL.split())
    assert "…" not in out.getvalue()
    assert "broke, as told above: moving" in out.getvalue()


def test_a_figure_takes_two_lines() -> None:
    """Ours with its goal, and the peer below with whether it is met."""
    out = io.StringIO()
    table.show(out, [REAL])
    *_, ours, peers = (" ".join(line.split()) for line in out.getvalue().splitlines())

    assert ours == "rows a second, judged and written 402,346 /s 5.022 >= 5x, 400,000/s 12.5"
    assert peers == "csv + Pydantic 80,123 /s MISSED"


def test_a_comparison_fits_eighty_columns_and_names_what_got_worse() -> None:
    """Last, where it is seen."""
    out = io.StringIO()
    worse = Figure(LONG, 3 * LONGEST.ours, LONGEST.peer, GOAL, False, rounds=1)
    table.show_comparison(out, compare([run(LONGEST, figure("gone"))], run(worse, figure(LONG + "!"))))
    *_, last = out.getvalue().split("\n\n")

    assert max(map(len, out.getvalue().splitlines())) <= table.WIDTH
    assert letters(f"WORSE: {LONG}: ratio 0.100 before, 0.300 now, which costs 200% more") == letters(last)
    assert "gone: gone, an earlier run has it" in out.getvalue()
