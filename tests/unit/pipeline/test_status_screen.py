"""`tap status` at a glance: no word is broken, no row is unexplained, and a live screen asks no more than it must."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from pipeline.deployed import FileState
from pipeline.status_screen import age, changes, followed, shortened, show_live, show_states
from tests.unit.deployer.terminal import Terminal

NOW = datetime.now(UTC)
ROWS = {"read": 3_000, "accepted": 2_958, "rejected": 42, "loaded": 2_950, "duplicate": 5, "conflicting": 3}
LONG = "from-the-bank/of-the-first-office/transactions-of-the-day-2026-11-30.csv"
STATES = [
    FileState(LONG, "loaded", NOW.isoformat(), rows=ROWS, reconciled=True),
    FileState("second.csv", "loading", NOW.isoformat(), rows={"read": 1_000_000, "rejected": 0},
              evidence={"progress": {"done": 500, "of": 2_000}}),
    FileState("third.csv", "loaded", NOW.isoformat(), rows={**ROWS, "read": 9}, reconciled=False),
    FileState("fourth.csv", "failed", NOW.isoformat(), "failed"),
]  # fmt: skip
PLAIN = FileState("a.csv", "loaded", NOW.isoformat(), rows={"read": 7, "loaded": 7, "rejected": 0}, reconciled=True)


def screen(monkeypatch: pytest.MonkeyPatch, columns: int, states: Sequence[FileState] = STATES) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    show_states(stream, states)
    return re.sub(r"\x1b\[[\d;]*m", "", stream.getvalue()).splitlines()


@pytest.mark.parametrize("columns", [80, 120])
def test_no_word_is_broken(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """And no line is wider than the terminal; of a long key the middle goes."""
    lines = screen(monkeypatch, columns)
    words = set(" ".join(lines).replace("…", " ").split())

    assert max(map(len, lines)) <= columns
    assert {"3,000", "2,950", "rejected,", "conflicting", "1,000,000", "NOT", "reconciled", "second.csv"} <= words
    assert ("500/2,000" in words, "25" in words) == (columns == 120, columns == 80)
    assert sum(line.strip().startswith(("from", "second", "third", "fourth")) for line in lines) == 4


def test_the_fate_of_every_row_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that were read are loaded, rejected, duplicate and conflicting together; none is told of none."""
    (line,) = [line for line in screen(monkeypatch, 160) if line.strip().startswith("from")]
    (plain,) = [line for line in screen(monkeypatch, 160, [PLAIN]) if "a.csv" in line]

    assert "3,000   2,950 loaded, 42 rejected, 5 duplicate, 3 conflicting" in line
    assert re.search(r"7   7 loaded +\d+ (s|min|h) ago", plain)


def test_where_nothing_was_sent_it_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """No headings over an empty table."""
    assert screen(monkeypatch, 80, []) == ["no file yet: `tap upload FILE.csv` sends one"]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7_199, "1 h ago"), (90_000, "1 d ago"), (-5, "0 s ago")],
)
def test_times_are_ages(seconds: int, told: str) -> None:
    """In the greatest unit that fits; a clock that is behind AWS's tells none below zero."""
    assert age((NOW - timedelta(seconds=seconds)).isoformat(), NOW) == told


@pytest.mark.parametrize("width", [12, 20, 71])
def test_a_key_keeps_both_ends(width: int) -> None:
    """And is what it is where it fits."""
    told = shortened(LONG, width)

    assert len(told) == width
    assert (LONG.startswith(told.split("…")[0]), LONG.endswith(told.split("…")[1])) == (True, True)
    assert shortened("a.csv", width) == "a.csv"


class Looks:
    """A pipeline in which something else is true at each look."""

    def __init__(self, *looks: list[FileState]) -> None:
        self.looks = iter(looks)
        self.known: list[Sequence[FileState]] = []

    def states(self, known: Sequence[FileState] = ()) -> list[FileState]:
        self.known.append(known)
        return next(self.looks)


def test_what_is_known_is_given_to_the_next_look() -> None:
    """So that of a thousand files that have ended none is asked for again."""
    asked, waits = Looks(STATES[:1], STATES[:2]), list[float]()

    assert list(islice(followed(asked, waits.append), 2)) == [STATES[:1], STATES[:2]]
    assert asked.known == [[], STATES[:1]]
    assert len(waits) == 1


def looks() -> Iterator[list[FileState]]:
    first = FileState("a.csv", "uploaded", NOW.isoformat())
    yield [first]
    yield [first, STATES[1]]
    yield [FileState("a.csv", "loaded", NOW.isoformat(), rows=ROWS, reconciled=True), STATES[1]]


def test_only_what_changed_is_told_to_a_pipe() -> None:
    """A line for each change."""
    stream = io.StringIO()
    show_live(stream, looks())

    assert [one.key for one in changes(looks())] == ["a.csv", "second.csv", "a.csv"]
    assert [line.split("  ")[1:3] for line in stream.getvalue().splitlines()] == [
        ["a.csv", "uploaded"], ["second.csv", "loading"], ["a.csv", "loaded"],
    ]  # fmt: skip


def test_a_terminal_has_one_screen_that_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """With how to end it."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    show_live(stream, looks())

    assert stream.getvalue().count("Ctrl-C ends this screen") >= 3
    assert "\x1b[1A" in stream.getvalue()
