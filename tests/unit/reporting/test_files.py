"""Files and faults of a run: what is worked out of what was seen."""

import importlib
from typing import Any

import pytest

from deployer.reporting.faults import Fault
from deployer.reporting.runs import Run
from pipeline.report.files import File, arrivals, files_of, rows_of, stages_of
from pipeline.report.plot import NARROW, plot
from tests.unit.reporting import making


def file(passed: bool = True, **changed: Any) -> File:
    return File(making.journey(**changed), making.FIFTY, passed)


@pytest.mark.parametrize(
    ("changed", "passed", "state", "tone"),
    [
        ({}, True, "reconciled", "good"),
        ({"reconciled": False}, True, "does not add up", "note"),
        ({"stage": "failed"}, True, "refused", "note"),
        ({"stage": "failed"}, False, "refused", "bad"),
        ({"stage": "loading", "stopped": "why"}, True, "stopped", "note"),
        ({"stage": "loading", "stopped": "why"}, False, "stopped", "bad"),
        ({"stage": "validated", "reconciled": None}, True, "not followed", "note"),
        ({"stage": None, "reconciled": None, "seconds": {}}, False, "not followed", "bad"),
    ],
)
def test_what_became_of_a_file(changed: dict[str, Any], passed: bool, state: str, tone: str) -> None:
    """A file that did not get through is bad where its test failed, and else what the test expected."""
    assert (file(passed, **changed).state, file(passed, **changed).tone) == (state, tone)


def test_a_stage_passed_unseen_counts_with_the_next() -> None:
    """A look that comes late sees several stages at once; none of them was reached after a later one."""
    one = file(seconds={"uploaded": 0.1, "transformed": 2.0, "loaded": 4.0})

    assert one.reached == {"uploaded": 0.0, "validated": 2.0, "transformed": 2.0, "loading": 4.0, "loaded": 4.0}
    assert [(leg.stage, leg.begun, leg.ended) for leg in one.legs] == [
        ("uploaded", 0.0, 0.1), ("transformed", 0.1, 2.0), ("loaded", 2.0, 4.0),
    ]  # fmt: skip


def test_stages_count_who_came_and_who_ended_there() -> None:
    """A refused file never left the bucket; a stopped one counts where it came last."""
    refused = file(stage="failed", seconds={"uploaded": 0.1, "failed": 0.3})
    stopped = file(stage="transformed", stopped="why", seconds={"transformed": 3.0})
    stages = stages_of([file(), refused, stopped])

    assert [stage.reached for stage in stages] == [3, 2, 2, 1, 1]
    assert [len(stage.ended) for stage in stages] == [1, 0, 1, 0, 0]
    assert [(stage.bad, stage.expected) for stage in stages] == [(0, 1), (0, 0), (0, 1), (0, 0), (0, 0)]
    assert (stages[2].median, stages[2].longest) == (2.5, 3.0)
    assert [stage.bad for stage in stages_of([file(False, stopped="why", stage="loading", seconds={})])][3] == 1


def test_rows_are_those_of_loaded_files() -> None:
    """A file that is under way has not all its figures yet."""
    assert rows_of([file(), file(), file(stage="loading")])["read"] == 2 * making.ROWS["read"]


def test_figures_have_separators_and_keep_their_decimals() -> None:
    """An amount is shown as it was told, and what was not told is blank."""
    ((_, rows), (currency, amounts)) = file(totals={"JPY": {"read": "-1234567", "accepted": "-0.50"}}).figures

    assert rows[0] == "1,003"
    assert (currency, amounts[:3]) == ("JPY", ["-1,234,567", "-0.50", ""])


def test_arrivals_are_counted_from_the_first_file() -> None:
    """Each stage has the moments at which files came to it, in order."""
    later = file(begun="2026-11-24T10:00:10+00:00")
    found = arrivals([later, file()])

    assert found["uploaded"] == [0.0, 10.0]
    assert found["loaded"] == [4.0, 14.0]
    assert arrivals(files_of(making.old()["tests"])) == {}


@pytest.mark.parametrize("count", [1, 2, 500])
def test_a_plot_of_any_number_of_files_is_drawn(count: int) -> None:
    """One file at one moment is drawn too; script, styles and the day of its making are not in it."""
    found = arrivals(file(begun=f"2026-11-24T10:{each // 60:02d}:{each % 60:02d}+00:00") for each in range(count))
    drawn = plot(found, NARROW, "so <many>")

    assert drawn.startswith("<svg")
    assert 'aria-label="so &lt;many&gt;"' in drawn
    assert not any(word in drawn for word in ("<script", "<style", "<!--", " id=", "nan", "inf"))
    assert drawn.count('class="series') == 5


def test_drawing_leaves_python_as_it_was() -> None:
    """An import of what is not there is still an ImportError alone."""
    plot({"uploaded": [0.0]}, NARROW, "one")

    with pytest.raises(ImportError):
        importlib.import_module("no_such_module_anywhere")


def test_a_fault_has_the_worst_outcome_of_its_test() -> None:
    """A test with parameters survived if it did with each; one that did not run is told as such."""
    rows = [Fault("a", "b", making.FIFTY), Fault("c", "d", "tests/proofs/prove_faults.py::test_x")]
    tests = {f"{making.FIFTY}[{each}]": making.a_test(outcome=each) for each in ("passed", "skipped", "failed")}
    first, second = Run(making.evidence(tests=tests), rows).survived

    assert (first.outcome, first.times) == ("failed", 3)
    assert (second.outcome, second.times, second.command) == ("", 0, "pytest tests/proofs/prove_faults.py::test_x")
