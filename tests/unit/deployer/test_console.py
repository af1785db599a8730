"""One message and the right exit code, whatever the streams and the disk are like; for every command, by one means."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.rows import HEADER, make_row

ROW = make_row(2, amount="zehn…", merchant="Schöp")  # no amount, and not in ASCII
FULL = Path("/dev/full")
COMMANDS = [(["validate", "FILE"], 1), (["validate", "FILE", "--json"], 1), (["--help"], 0), (["docs", "--help"], 0)]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "file.csv"
    path.write_text(HEADER + ROW)
    return path


def tap(
    arguments: list[str], csv: Path, before: Callable[[], object] = lambda: None, **environment: str
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the real command, with `before` done in its process first."""
    command = [sys.executable, "-m", "deployer", *(each.replace("FILE", str(csv)) for each in arguments)]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "PYTHON"))}
    done = subprocess.run(
        command, capture_output=True, env={**plain, **environment}, timeout=600, check=False, preexec_fn=before,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def onto(descriptor: int, path: Path) -> Callable[[], object]:
    return lambda: os.dup2(os.open(path, os.O_WRONLY), descriptor)


@pytest.mark.parametrize("arguments", [command for command, _ in COMMANDS])
def test_a_full_stdout_is_three_with_one_message(arguments: list[str], csv: Path) -> None:
    """No traceback, no log of a defect: there is no room where the answer was to go."""
    if not FULL.exists():
        pytest.skip("a system without /dev/full")
    code, _, stderr = tap(arguments, csv, onto(1, FULL))

    assert (code, stderr.split("\n")[1]) == (3, "stdout can't be written: No space left on device")
    assert "Traceback" not in stderr
    assert "Exception ignored" not in stderr


@pytest.mark.parametrize("arguments", [command for command, _ in COMMANDS])
def test_a_closed_stdout_is_wrong_use_before_anything_is_done(arguments: list[str], csv: Path) -> None:
    """Nothing that the command found could be told, and the next file that is opened would take what is printed."""
    code, _, stderr = tap(arguments, csv, lambda: os.close(1))

    assert (code, stderr.split("\n")[1]) == (2, "stdout is closed")


@pytest.mark.parametrize(("arguments", "code"), [*COMMANDS, (["nonsense"], 2)])
@pytest.mark.parametrize("closed", [True, False])
def test_without_stderr_the_exit_code_tells(arguments: list[str], code: int, closed: bool, csv: Path) -> None:
    """What stderr refuses is lost, and changes nothing."""
    before = (lambda: os.close(2)) if closed else onto(2, FULL)

    assert tap(arguments, csv, before)[0] == code


@pytest.mark.parametrize(("arguments", "code"), COMMANDS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_an_encoding_without_our_characters_gets_plain_ones(
    arguments: list[str], code: int, encoding: str, csv: Path
) -> None:
    """The same answer, and no character that is not of the encoding; JSON stays the same document."""
    got, stdout, stderr = tap(arguments, csv, PYTHONIOENCODING=encoding)

    assert (got, stderr) == (code, "")
    stdout.encode(encoding)
    if "--json" in arguments:
        assert json.loads(stdout)["errors"][0]["value"] == "zehn…"


def test_a_reader_that_has_had_enough_is_no_error(csv: Path) -> None:
    """As `tap ... | head`: no message."""
    gone, stdout = os.pipe()
    os.close(gone)
    code, _, stderr = tap(["validate", "FILE", "--json"], csv, lambda: os.dup2(stdout, 1))
    os.close(stdout)

    assert (code, stderr) == (1, "")


@pytest.mark.parametrize("arguments", [["synth", "--out", "FILE.out"], ["local", "start"]])
def test_a_full_disk_is_three_with_one_message(arguments: list[str], csv: Path) -> None:
    """No file can be given a byte: said at once, and not taken for a lock that somebody holds or a defect of ours."""

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    code, stdout, stderr = tap(arguments, csv, full, TAP_TARGET="embedded")

    assert (code, stdout) == (3, ""), stderr
    assert "in a way it should not" not in stderr
    assert "at the same work" not in stderr


def test_what_is_told_is_there_at_once() -> None:
    """On stderr, which a CI reads while the command works: a process that dies right after has told it."""
    dies = (
        "import os, sys; from deployer.console import streams; streams.prepare(); "
        "print('synth', file=sys.stderr); os._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", dies], capture_output=True, text=True, check=True)

    assert told.stderr == "synth\n"
