"""Keeps one emulator and ends it for certain: run as `python -m deployer.targets.supervisor`, by embedded.py only.

The supervisor starts the emulator as a process group of its own and holds a pipe from the `tap` that wants it. The
system closes that pipe when `tap` ends, however it ends (SIGKILL too); then the supervisor ends the emulator, its
Lambda processes and whatever else still works inside the run folder, and removes the folder. With `--detached` nobody
holds the pipe, and the supervisor stays until `tap local stop` signals it. Pipes and process groups are all it needs,
so it behaves alike on Linux and macOS. Imports little but the standard library and psutil: it starts in the way of
every deployment.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from deployer import process

GRACE = 3.0  # seconds between asking and killing
TICK = 0.1
_OURS = ("terraform", "python")  # never a person's shell that happens to stand in the folder
RECORD = "emulator.json"  # in the run folder: who runs, for the one who started the supervisor


class Ending:
    """Whether the supervisor was asked to end. A plain flag: a signal handler may set it at any instruction."""

    def __init__(self) -> None:
        self.asked = False

    def ask(self, *_: Any) -> None:
        self.asked = True

    def ask_at_end_of(self, stream: int) -> None:
        """Blocks until nobody holds the other end any more."""
        with suppress(OSError):
            while os.read(stream, 1024):
                pass
        self.ask()


def main() -> int:
    """Run the emulator until it ends or the supervisor is asked to end it. Exit code: 0 asked, 1 the emulator died."""
    arguments = _arguments()
    ending = Ending()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, ending.ask)
    if not arguments.detached:
        threading.Thread(target=ending.ask_at_end_of, args=(0,), daemon=True).start()
    with arguments.log.open("ab") as log:
        emulator = process.start(arguments.command, folder=arguments.run, output=log, apart=True)
    write_record(arguments.run / RECORD, emulator.pid)
    while not ending.asked and emulator.poll() is None:
        time.sleep(TICK)
    end_group(emulator.pid)
    end_within(arguments.run)
    shutil.rmtree(arguments.run, ignore_errors=True)
    return 0 if ending.asked else 1


def write_record(path: Path, pid: int) -> None:
    """Name a process so that it is told from a later one that got the same number."""
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))
    scratch.replace(path)


def end_group(leader: int, grace: float = GRACE) -> None:
    """End the process group of `leader`: ask, wait up to `grace` seconds, then kill."""
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        with suppress(OSError):
            os.killpg(leader, number)
        if _wait_until_gone(leader, seconds):
            return


def _wait_until_gone(group: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _alive(group):
        if time.monotonic() > deadline:
            return False
        time.sleep(TICK / 2)
    return True


def _alive(group: int) -> bool:
    """Whether any process of the group runs. A zombie does not, and in a container may stay one for ever."""
    with suppress(OSError):  # reap our own child, which would otherwise stay a zombie
        os.waitpid(group, os.WNOHANG)
    for one in psutil.process_iter(["status"]):
        with suppress(OSError):
            if os.getpgid(one.pid) == group and one.info["status"] != psutil.STATUS_ZOMBIE:
                return True
    return False


def end_within(folder: Path) -> None:
    """End what still works inside `folder`, such as a Terraform whose `tap` was killed: its AWS is gone."""
    for one in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            ours = one.name().startswith(_OURS) and one.pid != os.getpid()
            if ours and Path(one.cwd()).is_relative_to(folder):
                one.kill()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="the run folder, removed at the end")
    parser.add_argument("--log", type=Path, required=True, help="where the emulator's output goes")
    parser.add_argument("--detached", action="store_true", help="stay until signalled")
    parser.add_argument("command", nargs="+", help="what to run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
