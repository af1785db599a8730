"""The guard, with real processes: whatever ends its `tap`, the emulator and its children end too."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from deployer.targets import supervisor

# An "emulator" that starts a child of its own, as MiniStack does for a Lambda.
EMULATOR = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("child").write_text(str(child.pid))
time.sleep(600)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + EMULATOR
# A `tap` that starts a guard, tells its number, and then hangs.
PARENT = """
import subprocess, sys, time
guard = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
print(guard.pid, flush=True)
time.sleep(600)
"""


def wait_for(condition: Callable[[], bool], seconds: float = 600) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def gone(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def ended() -> Iterator[list[int]]:
    """Process numbers that the test's end makes sure of."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()


def command(run: Path, *options: str, program: str = EMULATOR) -> list[str]:
    guarding = [
        sys.executable,
        "-m",
        "deployer.targets.supervisor",
        "--run",
        str(run),
        "--log",
        str(run.parent / "log"),
        *options,
    ]
    return [*guarding, "--", sys.executable, "-c", program]


def started(run: Path, ended: list[int]) -> tuple[int, int]:
    """The emulator and its child, once both run."""
    assert wait_for((run / "child").exists)
    assert wait_for(lambda: bool((run / "child").read_text()))
    pids = (json.loads((run / supervisor.RECORD).read_text())["pid"], int((run / "child").read_text()))
    ended.extend(pids)
    return pids


def test_a_killed_parent_takes_the_emulator_with_it(run: Path, ended: list[int]) -> None:
    """After SIGKILL of `tap`, the emulator, its child and the run folder are gone."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *command(run)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    guard_pid = int(parent.stdout.readline())
    ended.append(guard_pid)
    emulator, child = started(run, ended)

    parent.kill()
    parent.communicate()

    assert wait_for(lambda: gone(emulator) and gone(child) and gone(guard_pid))
    assert not run.exists()


def test_closing_the_pipe_ends_the_emulator(run: Path, ended: list[int]) -> None:
    """An orderly stop waits until everything is gone, and counts as asked for."""
    process = subprocess.Popen(command(run), stdin=subprocess.PIPE)
    emulator, child = started(run, ended)

    process.communicate(timeout=600)

    assert process.returncode == 0
    assert gone(emulator)
    assert gone(child)
    assert not run.exists()


def test_an_emulator_that_does_not_listen_is_killed(run: Path, ended: list[int]) -> None:
    """One that ignores SIGTERM is ended all the same, after some seconds."""
    process = subprocess.Popen(command(run, program=DEAF), stdin=subprocess.PIPE)
    emulator, child = started(run, ended)

    process.communicate(timeout=600)

    assert gone(emulator)
    assert gone(child)


def test_a_detached_guard_stays_until_it_is_signalled(run: Path, ended: list[int]) -> None:
    """Without a pipe to hold, the guard outlives its starter, and ends all at SIGTERM."""
    process = subprocess.Popen(command(run, "--detached"), stdin=subprocess.DEVNULL, start_new_session=True)
    emulator, child = started(run, ended)
    assert process.poll() is None

    process.terminate()

    assert process.wait(600) == 0
    assert gone(emulator)
    assert gone(child)


def test_an_emulator_that_dies_leaves_no_children(run: Path, ended: list[int]) -> None:
    """When the emulator itself is killed, its children go too, and the guard says so by its exit code."""
    with subprocess.Popen(command(run), stdin=subprocess.PIPE) as process:
        emulator, child = started(run, ended)

        psutil.Process(emulator).kill()

        assert process.wait(600) == 1
    assert gone(child)
    assert not run.exists()


def test_a_terraform_inside_the_run_folder_is_ended(run: Path, ended: list[int]) -> None:
    """What still works inside the folder of a dead `tap` would wait for an AWS that is gone: it is ended."""
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], cwd=run)
    ended.append(worker.pid)

    supervisor.end_within(run)

    assert worker.wait(600) != 0
