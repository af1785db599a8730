"""What hinders a proof: processes that only spin, and an embedded AWS that stands still most of the time."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

RUNS_S = 0.01  # or a little longer, as timers are late
STANDS = 3  # times as long as it ran: it has a quarter of the time, however late the timers of a busy machine are
_LOOKED_FOR_S = 0.5


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that each take a core whole, if they get it, while the block runs."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for each in spinning:
            each.kill()
        for each in spinning:
            each.wait()


class Slowed:
    """Every emulator that runs from a checkout, with its functions, stands still for three quarters of the time.

    A function is a process of its emulator's group; signals to a group need no rights but those of its user, and are
    the same on macOS.
    """

    def __init__(self, checkout: Path) -> None:
        self._server = ["-P", str(checkout / "deployer" / "targets" / "ministack_server")]  # what Python is given
        self._over, self._thread = threading.Event(), threading.Thread(target=self._rhythm, daemon=True)
        self.seen = set[int]()  # process groups
        self.ran_s = self.stood_s = 0.0

    def __enter__(self) -> "Slowed":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    @property
    def share(self) -> float:
        """Of the time, as it came out, in which they could run."""
        return self.ran_s / (self.ran_s + self.stood_s) if self.seen else 1.0

    def _rhythm(self) -> None:
        groups, looked = set[int](), 0.0
        while not self._over.is_set():
            begun = time.monotonic()
            if begun - looked > _LOOKED_FOR_S:
                groups, looked = self._groups(), begun
                self.seen |= groups
            time.sleep(RUNS_S)
            _tell(groups, signal.SIGSTOP)
            stopped = time.monotonic()
            try:
                time.sleep(STANDS * (stopped - begun))
            finally:
                _tell(groups, signal.SIGCONT)
            if groups:
                self.ran_s, self.stood_s = self.ran_s + stopped - begun, self.stood_s + time.monotonic() - stopped

    def _groups(self) -> set[int]:
        """Those that emulators lead, and none of which one is a mere member. A supervisor has the words further on."""
        running = psutil.process_iter(["cmdline"])
        found = (one.pid for one in running if (one.info["cmdline"] or [])[1:3] == self._server)
        return {pid for pid in found if _leads(pid)}


def _leads(pid: int) -> bool:
    with suppress(ProcessLookupError):
        return os.getpgid(pid) == pid
    return False


def _tell(groups: set[int], number: int) -> None:
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):  # it ended
            os.killpg(group, number)
