"""Folders for what is put on disk for a while, and the removal of those whose owner died. Used by whoever needs disk.

An instance of a Lambda keeps its /tmp from one call to the next, also when a call was ended in the middle: what that
left would fill it (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). A folder is locked
for as long as its process lives, so no other process of the machine takes it for a leftover.
"""

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "tap-scratch-"
_FULL = (os.strerror(errno.ENOSPC), "database or disk is full")  # as Python and DuckDB say it, and SQLite


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that nobody else can write to, and that is removed at the end."""
    _sweep()
    folder, lock = _make()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(lock)


def free_bytes(folder: Path) -> int:
    """What may still be written where the folder lies."""
    return shutil.disk_usage(folder).free


def is_full(error: Exception) -> bool:
    """Whether an error says that there was no room on the disk."""
    return any(text in str(error) for text in _FULL)


def _sweep() -> None:
    """Remove each of our folders that no process holds."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)  # another user's can't be, and need not
            os.close(lock)


def _make() -> tuple[Path, int]:
    """A folder with its lock; another one if a sweeper was faster than the lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _lock(folder)
        if lock is not None:
            return folder, lock


def _lock(folder: Path) -> int | None:
    """The folder's lock, or None if somebody holds it, it is another user's, or it is gone."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.exists():
            return opened
    except OSError:
        pass
    os.close(opened)
    return None
