"""Locks between processes that end with their holder, however that one ends; used where two would do the same work.

Ours are files that the library filelock holds, and the system releases when a process dies; beside each stands who
holds it. A state in a file is held by Terraform's own kind of lock, which is another: POSIX's, not `flock`'s.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from deployer.errors import StateLocked

LONGEST_S = 3600.0  # a hang: the lock of a process that died is free, and the work of a living one takes minutes


@contextmanager
def file_lock(path: Path, seconds: float = LONGEST_S, tell: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the lock `path` while the block runs, after waiting up to `seconds` for whoever holds it.

    `tell` is told once for whom it waits.

    Raises:
        StateLocked: it is still held after that time.
    """
    from filelock import FileLock, Timeout  # here, as `make setup` comes without it

    lock = FileLock(path, fallback_to_soft=False)  # a soft one would outlive a process that is killed
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            tell(f"{_holder(path)} is at the same work; waiting up to {seconds:.0f} s")
            lock.acquire(timeout=seconds)
    except Timeout:
        raise StateLocked(
            f"another `tap` is at the same work, and did not end within {seconds:.0f} s",
            where=str(path),
            remedy="wait for it or end it, then try again",
            details=(_holder(path),),
        ) from None
    try:
        _beside(path).write_text(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        yield
    finally:
        lock.release()


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".holder")


def _holder(path: Path) -> str:
    try:
        return _beside(path).read_text()
    except OSError:
        return "another `tap`"


def taken(file: int) -> bool:
    """Whether a file's lock, as Terraform takes it on a state, is ours now; the system ends it with the process."""
    with suppress(BlockingIOError, PermissionError):
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
