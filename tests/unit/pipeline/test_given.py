"""A file comes through a pipe as well as from the disk: taken once, judged the same, and not left behind."""

import os
import pty
import resource
import shlex
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from deployer.errors import EnvironmentUnready, UsageError
from pipeline.given import given, readable, require_names

ROOT = Path(__file__).parents[3]
CSV = "transaction_id,account_id,timestamp,amount,currency,type\n" + "".join(
    f"T{number},A,2025-03-01T09:00:00Z,{number}.50,EUR,debit\n" for number in range(1, 4)
)
BROKEN = "nothing,of,ours\n1,2,3\n"
TAP = f"{shlex.quote(sys.executable)} -m deployer"
WAYS = {
    "a dash": "cat FILE | {tap} {command} -",
    "standard input by its path": "cat FILE | {tap} {command} /dev/stdin",
    "a file as standard input": "{tap} {command} - < FILE",
    "the rest of standard input": "(echo of ours; cat FILE) > FILE.more; (read -r said; {tap} {command} -) < FILE.more",
    "a process substituted": "{tap} {command} <(cat FILE)",
    "a pipe of the shell's by its number": "{tap} {command} /dev/fd/7 7< <(cat FILE)",
    "a FIFO": "mkfifo FILE.fifo; cat FILE > FILE.fifo & {tap} {command} FILE.fifo",
}


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """The folder of temporary files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def shell(
    line: str, file: Path, scratch: Path, command: str = "validate", **told: object
) -> subprocess.CompletedProcess[str]:
    """What a shell's line does; FILE is the file."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "PYTHON"))}
    typed = line.format(tap=TAP, command=command).replace("FILE", shlex.quote(str(file)))
    given_stdin = {} if "stdin" in told else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        ["bash", "-c", typed], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False,
        env={**plain, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)}, **given_stdin, **told,
    )  # fmt: skip


@pytest.fixture(scope="module")
def of_the_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is printed of the file itself."""
    folder = tmp_path_factory.mktemp("file")
    file = folder / "it.csv"
    file.write_text(CSV)
    return shell("{tap} {command} FILE", file, folder, "validate --json").stdout


@pytest.mark.parametrize("way", WAYS)
def test_a_pipe_is_judged_as_the_file_is(way: str, of_the_file: str, tmp_path: Path, scratch: Path) -> None:
    """The same document, to the digest of its bytes; nothing is left where it was kept."""
    file = tmp_path / "it.csv"
    file.write_text(CSV)
    piped = shell(WAYS[way], file, scratch, "validate --json")

    assert (piped.returncode, piped.stderr) == (0, "")
    assert piped.stdout == of_the_file
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(("way", "name"), [("a dash", "standard input"), ("a process substituted", "/dev/fd/")])
def test_the_verdict_names_where_it_came_from(way: str, name: str, tmp_path: Path, scratch: Path) -> None:
    """And no temporary file, which nobody has seen."""
    file = tmp_path / "it.csv"
    file.write_text(CSV)

    assert shell(WAYS[way], file, scratch).stdout.strip().startswith(name)


@pytest.mark.parametrize("command", ["validate", "run"])
def test_what_is_refused_is_not_left_behind(command: str, tmp_path: Path, scratch: Path) -> None:
    """Not a file of transactions: said, and gone."""
    file = tmp_path / "it.csv"
    file.write_text(BROKEN)
    told = shell("cat FILE | {tap} {command} -", file, scratch, command)

    assert told.returncode == {"validate": 2, "run": 3}[command], told.stderr
    assert "standard input is not a" in told.stdout + told.stderr
    assert list(scratch.iterdir()) == []


def test_a_schema_may_come_through_a_pipe(tmp_path: Path, scratch: Path) -> None:
    """As a file may."""
    file = tmp_path / "it.csv"
    file.write_text("a\n1\nx\n")
    line = """{tap} validate FILE --schema <(printf '{{"fields": [{{"name": "a", "type": "integer"}}]}}')"""
    told = shell(line, file, scratch)

    assert (told.returncode, told.stderr) == (1, "")


def test_a_terminal_is_no_file(tmp_path: Path, scratch: Path) -> None:
    """Nobody waits for rows that nobody pipes in."""
    _, its = pty.openpty()
    told = shell("{tap} validate -", tmp_path, scratch, stdin=its)

    assert told.returncode == 2
    assert told.stderr.split("\n")[1] == "standard input is a terminal, and nothing is piped into it"


def test_no_room_is_three_and_leaves_nothing(tmp_path: Path, scratch: Path) -> None:
    """A pipe that does not end fills no disk for longer than the command lasts."""

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))

    told = shell("{tap} validate - < /dev/zero", tmp_path, scratch, preexec_fn=little)

    assert told.returncode == 3
    assert "standard input is larger than the room for temporary files: File too large" in told.stderr
    assert str(scratch) in told.stderr
    assert list(scratch.iterdir()) == []


def test_a_command_that_is_ended_leaves_nothing(tmp_path: Path, scratch: Path) -> None:
    """While it still waits for the rest of a pipe."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    environment = {**os.environ, "TMPDIR": str(scratch), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = subprocess.Popen([sys.executable, "-m", "deployer", "validate", str(pipe)], cwd=ROOT, env=environment)
    writing = os.open(pipe, os.O_WRONLY)
    os.write(writing, CSV.encode())
    while not list(scratch.rglob("*.csv")) or not waits(command.pid):
        time.sleep(0.05)
    command.terminate()

    assert command.wait(600) == 143
    assert list(scratch.iterdir()) == []
    os.close(writing)


def waits(pid: int) -> bool:
    """Whether a process does nothing: a signal that comes shortly before Python waits is seen when the wait is over."""
    process = psutil.Process(pid)
    before = process.cpu_times()
    time.sleep(0.5)
    return process.status() == psutil.STATUS_SLEEPING and process.cpu_times() == before


def test_a_pipe_needs_a_key() -> None:
    """One that somebody chose: every pipe has the same name."""
    with pytest.raises(UsageError, match="no name"):
        require_names([Path("a.csv"), Path("-")])

    require_names([Path("a.csv"), Path("not there")])


def test_a_file_is_read_where_it_is(tmp_path: Path) -> None:
    """And not copied; it has its own name."""
    file = tmp_path / "it.csv"
    file.write_text(CSV)
    with given(file) as source:
        assert (source.path, source.name, source.piped) == (file, "it.csv", False)


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda path: None, UsageError, "there is no file"),
        (Path.mkdir, UsageError, "is a folder"),
        (lambda path: path.symlink_to(path), EnvironmentUnready, "can't be read"),
    ],
)
def test_what_can_not_be_read_is_said(
    make: Callable[[Path], object], error: type[Exception], said: str, tmp_path: Path
):
    """Before anything is started or sent."""
    path = tmp_path / "it.csv"
    make(path)
    with pytest.raises(error, match=said):
        readable(path)
    with pytest.raises(error, match=said), given(path):
        pass


def test_what_is_kept_is_for_its_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Movements of money lie in a folder that others can't enter."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with given(Path("/dev/null")) as source:
        assert stat.S_IMODE(source.path.parent.stat().st_mode) == 0o700
        assert source.piped
