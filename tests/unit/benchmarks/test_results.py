"""The files of the benchmarks: written whole, read as they were, and refused when they are something else."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from deployer.errors import UsageError
from tests.unit.benchmarks.found import figure, nights, run


def test_what_is_written_is_read() -> None:
    """Figures with and without a peer, and what broke."""
    ours = run(figure(), figure("judging", 5.0, rate=True), figure("cold start", None), failed=("moving",))

    assert results.Run.of(json.loads(json.dumps(ours.to_json()))) == ours


def test_a_run_of_now_is_of_the_form(tmp_path: Path) -> None:
    """With what this machine says of itself."""
    file = tmp_path / "build" / "bench.json"
    results.write(file, results.Run(figures=[figure()]))

    assert results.read(file).figures == [figure()]
    assert [each.name for each in file.parent.iterdir()] == ["bench.json"]


def spoilt(**changed: Any) -> str:
    return json.dumps(run(figure()).to_json() | changed)


def with_figure(**changed: Any) -> str:
    document = run(figure()).to_json()
    document["figures"][0].update(changed)
    return json.dumps(document)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        spoilt(format="tap-bench/2"),
        spoilt(more=1),
        spoilt(at="yesterday"),
        with_figure(ours=0),
        with_figure(ours=float("nan")),
        with_figure(ours=0).replace('"ours": 0', '"ours": 1e999'),
        with_figure(peer={"name": "bare", "value": 0}),
        with_figure(better="faster"),
        json.dumps(run(figure(), figure()).to_json()),
    ],
    ids=[
        "empty", "another document", "deep", "another form", "a key more", "no moment", "nothing", "no number",
        "infinite", "a peer of nothing", "no direction", "a name twice",
    ],
)  # fmt: skip
def test_another_form_is_refused(tmp_path: Path, text: str) -> None:
    """As a run and as a line of a history, which is named."""
    file = tmp_path / "bench.json"
    file.write_text(text)
    history = tmp_path / "history.jsonl"
    history.write_text(f"{json.dumps(run().to_json())}\n{text}\n")

    with pytest.raises(UsageError, match=r"bench\.json"):
        results.read(file)
    with pytest.raises(UsageError, match=r"history\.jsonl, line 2"):
        results.read_history(history)


def test_a_history_grows_by_one_and_forgets_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins where there is none; the same run a second time is there once."""
    monkeypatch.setattr(results, "KEPT", 3)
    history, (one, *rest) = tmp_path / "build" / "history.jsonl", nights(1.0, 2.0, 3.0, 4.0)
    results.append(history, one)
    results.append(history, one)

    assert results.read_history(history) == [one]
    for each in rest:
        results.append(history, each)
    assert results.read_history(history) == rest


def test_a_history_that_cannot_be_read_is_left(tmp_path: Path) -> None:
    """Nothing is added to it, and nothing of it is lost."""
    history = tmp_path / "history.jsonl"
    history.write_text("spoilt\n")

    with pytest.raises(UsageError):
        results.append(history, run())
    assert history.read_text() == "spoilt\n"
