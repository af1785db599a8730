"""What a stage tells as it goes: one line on a terminal, which counts its time itself; in a log a line now and then."""

import io
import re
import threading
from pathlib import Path

import pytest

from deployer.console.view import LiveView, PlainView, view_for
from tests.unit.deployer.terminal import CONTROL, Terminal, on_a_terminal

# Terraform's events of an apply of 54 resources with long addresses, and then a stage in which nothing is told.
PROGRAM = """
import sys, time
from deployer.console.progress import Progress
from deployer.console.view import view_for
view = view_for(json=False)
with view.stage("apply"):
    tell = Progress(view)
    for number in range(54):
        tell({"type": "planned_change", "change": {"resource": {"addr": f"aws_x.a_long_name_of_a_resource_{number}"}}})
    for kind in ("apply_start", "apply_complete"):
        for number in range(40):
            resource = {"addr": f"aws_x.a_long_name_of_a_resource_{number}"}
            tell({"type": kind, "hook": {"resource": resource, "action": "create"}})
            view._progress.refresh()
with view.stage("synth"):
    asked = []
    def a_second_later():
        asked.append(None)
        return begun + 1.2
    task = view._progress.tasks[0]
    begun, task._get_time = task.start_time, a_second_later
    while len(asked) < 20:  # nobody but the line itself asks, each time that it is drawn
        time.sleep(0.01)
view.note("over")
"""


def frames(columns: int, tmp_path: Path) -> list[str]:
    """Each line as it stood on the terminal."""
    told = on_a_terminal([], tmp_path, columns, program=("-c", PROGRAM))
    return [CONTROL.sub("", one) for one in re.split(r"[\r\n]+|\x1b\[2K", told)]


@pytest.mark.parametrize("columns", [80, 120])
def test_a_stage_is_one_line_that_never_wraps(columns: int, tmp_path: Path) -> None:
    """With how many of how many are done, a bar, and what it waits for, as far as there is room."""
    seen = frames(columns, tmp_path)

    assert max(map(len, seen)) <= columns
    assert any(re.search(r"apply +\d+ s .*0 of 54 done, creating aws_x", one) for one in seen)
    assert any("40 of 54 done, waiting for aws_x" in one for one in seen)
    assert any("━" in one for one in seen)
    assert next(one for one in seen if one.startswith("✓")).startswith("✓ apply")


def test_the_time_counts_by_itself(tmp_path: Path) -> None:
    """Where nothing is told, as in a synthesis."""
    assert any(re.search(r"synth +1 s", one) for one in frames(80, tmp_path))


def test_a_log_says_that_a_silent_stage_goes_on() -> None:
    """And not after it has ended; what is told in between counts as a word of it."""
    stream, told = io.StringIO(), threading.Event()
    write = stream.write

    def seen(text: str) -> int:
        if "goes on" in text:
            told.set()
        return write(text)

    stream.write = seen  # type: ignore[method-assign]
    with PlainView(stream, beat_s=0.02).stage("synth"):
        assert told.wait(60)
    lines = stream.getvalue().splitlines()

    assert lines[0].startswith("synth      goes on, after ")
    assert lines[-1].startswith("synth      done in ")


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10[0-7])[;\d]*m")


@pytest.mark.parametrize("arguments", [["--help"], ["validate", "file.csv"], ["validate", "--nonsense"]])
def test_there_is_no_colour_where_none_is_wanted(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the option, before the command or after it, and by the variable; answers, help and errors alike."""
    (tmp_path / "file.csv").write_text("transaction_id\nx\n")
    plain = [
        on_a_terminal([*given], tmp_path, 80) for given in (["--no-color", *arguments], [*arguments, "--no-color"])
    ]
    monkeypatch.setenv("NO_COLOR", "1")
    plain.append(on_a_terminal(arguments, tmp_path, 80))

    assert [COLOUR.findall(told) for told in plain] == [[], [], []]
    assert "No such option: --no-color" not in "".join(plain)


def test_a_terminal_has_colours_otherwise(tmp_path: Path) -> None:
    """Help is coloured, as that of other commands is."""
    assert COLOUR.search(on_a_terminal(["--help"], tmp_path, 80))


@pytest.mark.parametrize(("term", "kind"), [("dumb", PlainView), ("unknown", PlainView), ("xterm", LiveView)])
def test_a_terminal_that_cannot_move_back_has_lines(term: str, kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a pipe has: otherwise nothing of a stage would be seen before its end."""

    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stdout", Terminal())

    assert isinstance(view_for(json=False), kind)
