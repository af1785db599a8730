"""What runs of the benchmarks are compared by, and what is said of those that can't be."""

import pytest

from benchmarks.comparison import NIGHTS, against_history, compare
from tests.unit.benchmarks.found import figure, nights, run


@pytest.mark.parametrize(
    ("before", "now", "rate", "worse"),
    [
        (1.0, 1.25, False, False),
        (1.0, 1.26, False, True),
        (1.0, 0.5, False, False),
        (5.0, 4.0, True, False),
        (5.0, 3.9, True, True),
        (5.0, 9.0, True, False),
    ],
)
def test_more_than_a_quarter_is_worse(before: float, now: float, rate: bool, worse: bool) -> None:
    """A time that rose by a quarter and a rate that fell to four fifths cost the same; better is never worse."""
    found = compare([run(figure(ratio=before, rate=rate))], run(figure(ratio=now, rate=rate)))

    assert bool(found.worse) is worse
    assert not found.notes


def test_a_slower_machine_changes_nothing() -> None:
    """Seconds may be any: it is the ratio that is held against the ratio."""
    fast, slow = figure(ratio=1.1), figure(ratio=1.1)
    object.__setattr__(slow, "ours", fast.ours * 7)
    assert slow.peer is not None
    object.__setattr__(slow.peer, "value", 2.0 * 7)

    assert compare([run(fast)], run(slow)).changes[0].factor == pytest.approx(1)


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (run(), run(figure()), "loading: not compared, it is new"),
        (run(figure()), run(), "loading: gone, an earlier run has it"),
        (run(figure(peer="other")), run(figure()), "loading: not compared, its peer was not bare before"),
        (run(figure()), run(figure(rate=True)), "loading: not compared, its peer was not bare before"),
        (run(figure()), run(figure(ratio=None)), "loading: not compared, it has no peer, and its goal alone judges it"),
        (run(), run(failed=("moving",)), "benchmark moving: broke in this run"),
    ],
    ids=["new", "gone", "another peer", "another direction", "no peer", "broken"],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(old: object, new: object, note: str) -> None:
    """And nothing else: no figure is left out silently, and none fails for it."""
    found = compare([old], new)  # type: ignore[list-item, arg-type]

    assert found.notes == [note]
    assert not found.changes


def test_a_noisy_night_is_not_what_the_next_is_held_against() -> None:
    """The median of the nights: one of half the ratio among them makes no other night red, one of twice hides none."""
    assert not against_history(nights(1.0, 1.0, 1.0, 0.5), run(figure(ratio=1.0), day=30)).worse
    assert against_history(nights(1.0, 1.0, 1.0, 2.0), run(figure(ratio=1.5), day=30)).worse


def test_only_the_last_nights_count() -> None:
    """What was usual longer ago than these is forgotten."""
    long_ago, usual = nights(*[1.0] * 20)[:5], [run(figure(ratio=2.0), day=day) for day in range(10, 10 + NIGHTS)]
    found = against_history([*long_ago, *usual], run(figure(ratio=2.0), day=30))

    assert (found.changes[0].before, found.changes[0].runs) == (2.0, NIGHTS)


def test_two_nights_judge_nothing_and_it_is_said() -> None:
    """Of so few the median would be a noisy one."""
    found = against_history(nights(1.0, 1.0), run(figure(ratio=9.0), day=30))

    assert found.notes == ["loading: not compared, only 2 of 3 earlier runs have it"]


def test_a_night_is_not_held_against_itself() -> None:
    """When it is in the history already."""
    found = against_history(nights(1.0, 1.0, 1.0, 9.0), run(figure(ratio=9.0), day=4))

    assert found.changes[0].runs == 3
    assert found.worse
