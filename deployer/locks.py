"""A lock between processes that ends with its holder, however that one ends; used where two would do the same work.

SQLite's own file lock: in the standard library, on every platform, released by the system when a process dies.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from deployer.errors import Unfit


@contextmanager
def held(path: Path, seconds: float = 300) -> Iterator[None]:
    """Hold the lock `path` while the block runs, after waiting up to `seconds` for whoever holds it.

    Raises:
        Unfit: it is still held after that time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path, timeout=seconds, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise Unfit(
                f"another `tap` has been at the same work for {seconds:.0f} s",
                where=str(path),
                remedy="wait for it or end it, then try again",
            ) from error
        yield
