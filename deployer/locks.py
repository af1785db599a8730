"""Locks between processes that end with their holder, however that one ends; used where two would do the same work.

Ours is SQLite's own file lock: in the standard library, on every platform, released by the system when a process dies.
A state in a file is held by Terraform's.
"""

import errno
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from deployer.errors import StateLocked


@contextmanager
def held(path: Path, seconds: float = 300, tell: Callable[[str], None] = lambda _: None) -> Iterator[None]:
    """Hold the lock `path` while the block runs, after waiting up to `seconds` for whoever holds it.

    `tell` is told once for whom it waits.

    Raises:
        StateLocked: it is still held after that time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as lock:
        if not _taken(lock):
            tell(f"{_holder(path)} is at the same work; waiting up to {seconds:.0f} s")
            lock.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
            if not _taken(lock):
                raise StateLocked(
                    f"another `tap` is at the same work, and did not end within {seconds:.0f} s",
                    where=str(path),
                    remedy="wait for it or end it, then try again",
                    details=(_holder(path),),
                )
        _beside(path).write_text(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        yield


def _taken(lock: sqlite3.Connection) -> bool:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:  # nobody holds it: the disk is full, or broken
            raise OSError(
                errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO, str(error)
            ) from error
        return False
    return True


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
