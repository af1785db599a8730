"""Which line first held a value that must be unique in the file. Used by `judge`.

The first million values are kept in memory, those after in a temporary database on disk, so that memory does not
grow with the file.
"""

import contextlib
import sqlite3

IN_MEMORY = 1_000_000  # values; about 150 MB


class FirstLines:
    """The first line of each value of one column."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._limit = in_memory
        self._known: dict[str, int] = {}
        self._overflow: sqlite3.Connection | None = None

    def first(self, value: str, line: int) -> int:
        """The line that held the value first: `line` itself, unless one before it did."""
        known = self._known
        if value in known:
            return known[value]
        if len(known) < self._limit:
            known[value] = line
            return line
        return self._first_on_disk(value, line)

    def _first_on_disk(self, value: str, line: int) -> int:
        if self._overflow is None:
            self._overflow = _temporary_table()
        if self._overflow.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (value, line)).rowcount:
            return line
        found: int = self._overflow.execute("SELECT line FROM seen WHERE value = ?", (value,)).fetchone()[0]
        return found

    def close(self) -> None:
        """Give the disk back."""
        if self._overflow is not None:
            with contextlib.closing(self._overflow):
                self._overflow = None


def _temporary_table() -> sqlite3.Connection:
    """An unnamed database: SQLite keeps it in its cache, spills it to an unlinked file, and forgets it at the end."""
    database = sqlite3.connect("", isolation_level=None)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;")
    database.execute("CREATE TABLE seen (value TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
    database.execute("BEGIN")
    return database
