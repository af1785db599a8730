"""Checkov, loaded once and kept. asking.py starts it in Checkov's environment, its standard input a socket.

Who connects gets a fork of it, which does what the driver does and ends: what Checkov and the rules keep in their
modules, as registries, caches and a project's rules, is never seen by the next. A connection on which nothing is asked
keeps it going.
"""

import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Never

READY, REQUEST = b"+", b"?"  # what it says to who connects, and what it is told
_LOOK_AGAIN_S = 0.1


def main() -> None:
    """Answer who connects, until nobody is connected any more."""
    from deployer.compliance import driver  # which loads Checkov, once for all: only its own environment has it

    listening = socket.socket(fileno=os.dup(0))
    _replace(0, os.open(os.devnull, os.O_RDONLY))
    working = set[int]()
    while True:
        called = select.select([listening], [], [], _LOOK_AGAIN_S)[0]
        if called:
            connection, _ = listening.accept()
            if not (process := os.fork()):
                listening.close()  # else it could be connected to after its parent's end, and would not answer
                answer(connection, driver.main)
            connection.close()
            working.add(process)
        while working and (ended := os.waitpid(-1, os.WNOHANG)[0]):
            working.discard(ended)
        if not called and not working:
            return


def answer(connection: socket.socket, drive: Callable[[], None]) -> Never:
    """Do as the driver does with the standard streams, folder and environment of who asks; say the exit code."""
    code = 1
    try:
        connection.sendall(READY)
        asked, files, *_ = socket.recv_fds(connection, 1, 3)
        if asked == REQUEST:
            call = json.loads(connection.makefile().readline())
            if not (worker := os.fork()):
                connection.close()  # who asks is to hear of its end, whatever it may have started
                code = _driven(drive, call, files)
            else:
                connection.sendall(str(_ended(worker)).encode())
                code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _driven(drive: Callable[[], None], call: dict[str, Any], files: list[int]) -> int:
    os.setpgid(0, 0)
    for number, file in enumerate(files):
        _replace(number, file)
    os.chdir(call["folder"])
    os.environ.clear()
    os.environ.update(call["environment"])
    try:
        drive()
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
            stream.flush()
    return 0


def _ended(worker: int) -> int:
    """Its exit code, as of `subprocess`. What it has started and left, having been killed, is ended too."""
    code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    if code:
        with suppress(ProcessLookupError):
            os.killpg(worker, signal.SIGKILL)
    return code


def _replace(number: int, file: int) -> None:
    os.dup2(file, number)
    os.close(file)


if __name__ == "__main__":
    main()
