"""`python -m benchmarks`: what runs, what is left on disk, and the exit codes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import results
from benchmarks.__main__ import SUITES, main
from benchmarks.measure import Figure
from tests.unit.benchmarks.found import figure, nights, run


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the figures are left; each benchmark finds one figure of its own name, `moving` breaks after its."""
    monkeypatch.setattr(results, "OUT", tmp_path / "build" / "bench.json")

    def suite(name: str) -> SimpleNamespace:
        def figures() -> Iterator[Figure]:
            yield figure(name)
            assert name != "moving", "it broke"

        return SimpleNamespace(figures=figures)

    for name in SUITES:
        monkeypatch.setitem(sys.modules, f"benchmarks.{name}", suite(name))  # type: ignore[arg-type]
    return results.OUT


def names(file: Path) -> list[str]:
    return [each.name for each in results.read(file).figures]


def test_those_named_run(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which they were named, and they alone; the table is all of stdout."""
    assert main(["scaling", "judging"]) == 0
    assert names(out) == ["scaling", "judging"]
    assert capsys.readouterr().out.startswith("benchmark ")


def test_what_broke_takes_no_other_with_it(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its traceback is told, what it had found and all others are kept, and the run is red."""
    assert main([]) == 1
    assert names(out) == [
        "synthesis",
        "compliance",
        "deploying",
        "judging",
        "rejecting",
        "transforming",
        "loading",
        "moving",
    ]
    assert results.read(out).failed == ["moving"]
    assert "it broke" in capsys.readouterr().err


def test_a_missed_goal_is_red(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though everything ran."""
    missed = Figure("loading", 9.0, None, "<= 1 s", False, rounds=1)
    monkeypatch.setattr(sys.modules["benchmarks.loading"], "figures", lambda: iter([missed]))

    assert main(["loading"]) == 1
    assert names(out) == ["loading"]


def test_one_run_against_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Red where a ratio got worse, which is named; green the other way round."""
    old, new = (str(tmp_path / name) for name in ("old.json", "new.json"))
    results.write(Path(old), run(figure(ratio=1.0)))
    results.write(Path(new), run(figure(ratio=1.3)))

    assert main(["compare", old, new]) == 1
    assert "WORSE: loading: ratio 1.000 before, 1.300 now" in capsys.readouterr().out
    assert main(["compare", new, old]) == 0
    assert "1 compared, and no ratio got worse" in capsys.readouterr().out


def test_a_night_after_others(tmp_path: Path) -> None:
    """The first has an empty history; each is added, the red one too."""
    history, new = tmp_path / "history.jsonl", tmp_path / "new.json"
    history.touch()
    codes = []
    for night in nights(1.0, 1.1, 1.0, 1.4):
        results.write(new, night)
        codes += [main([each, str(history), str(new)]) for each in ("compare", "remember")]

    assert codes == [0, 0, 0, 0, 0, 0, 1, 0]
    assert len(results.read_history(history)) == 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "no such benchmark: nothing; there are synthesis,"),
        (["compare", "OLD"], "compare takes two files, not 1"),
        (["compare", "OLD", "missing.json"], "missing.json can't be read"),
        (["compare", "missing.jsonl", "OLD"], "missing.jsonl can't be read"),
        (["compare", "OLD", "OTHER"], "other.json is not what bench.schema.json says"),
        (["remember", "OTHER", "OLD"], "other.json, line 1 is not what"),
    ],
)
def test_what_is_wrong_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """With exit code 2, in words and not as a traceback."""
    places = {"OLD": tmp_path / "old.json", "OTHER": tmp_path / "other.json"}
    results.write(places["OLD"], run(figure()))
    places["OTHER"].write_text("{}")

    assert main([str(places.get(each, each)) for each in arguments]) == 2
    assert said in capsys.readouterr().err
