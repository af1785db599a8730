"""An end to what might never end: expressions of a few lines can unfold without bounds. Called by `scan`."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from deployer.compliance.errors import CouldNotJudge

_AGAIN = 1  # seconds


@contextmanager
def deadline(seconds: float, where: str) -> Iterator[None]:
    """Raises CouldNotJudge in the block after so many seconds, where the system has alarms: in the main thread.

    The alarm comes again each second: where it meets a finalizer or a callback of the garbage collector, Python ignores
    what is raised.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise CouldNotJudge(
            f"reading it took more than {seconds:g} s", where=where,
            remedy="judge a smaller part of it, or give a plan: `terraform show -json PLAN > plan.json`",
        )  # fmt: skip

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
