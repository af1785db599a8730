"""What must be unique in a file: the value of a key in a row, and which line first held it. Used by both judgements.

Uniqueness is of values, not of text: 1 and 01 are one integer, and one instant may be written in several offsets. A
key of which a part is nothing, or is not of its column's type, has no value, and repeats none.

The first million values are kept in memory, those after in a temporary database on disk, so that memory does not
grow with the file; nor does it with the values, as of a long one its digest is kept.
"""

import contextlib
import hashlib
import sqlite3
from collections.abc import Callable, Sequence

from transactions.fields import Field
from transactions.schema import Schema
from transactions.schema_keys import Key

IN_MEMORY = 1_000_000  # values of all keys together; about 150 MB
JOINT = "\x1f"  # between the parts of a compound key
_LONG = 64  # characters
_ESCAPED = str.maketrans({"\x1e": "\x1e0", JOINT: "\x1e1"})  # so that no two keys have one text


class UniqueKey:
    """One key of a schema, for the columns of one file's header.

    `columns` are its columns, `positions` where they stand in a row.
    """

    def __init__(self, columns: Key, schema: Schema, header: Sequence[str]) -> None:
        self.columns, self.positions = columns, tuple(map(header.index, columns))
        fields = {one.name: one for one in schema.fields}
        self._parts = [(at, _text_reader(fields[name])) for name, at in zip(columns, self.positions, strict=True)]

    def value(self, cells: Sequence[str]) -> str | None:
        """The key's value as text, the same for the same values alone; None where it has none."""
        parts = list[str]()
        for at, read in self._parts:
            part = read(cells[at])
            if part is None:
                return None
            parts.append(part)
        return parts[0] if len(parts) == 1 else JOINT.join(part.translate(_ESCAPED) for part in parts)


def unique_keys(schema: Schema, header: Sequence[str]) -> list[UniqueKey]:
    """The keys of which the file has all columns. Where it lacks one, a part of each row's key is nothing."""
    return [UniqueKey(key, schema, header) for key in schema.unique if set(key) <= set(header)]


def _text_reader(field: Field) -> Callable[[str], str | None]:
    """What gives the canonical text of a cell's value, whatever else the schema says of it."""
    read, write = field.reader(), field.cell_type.write

    def text(cell: str) -> str | None:
        value = read(cell)
        if value is None:
            return None
        written: str = write(value)
        if field.type == "number":
            return shortest(written)
        return written.casefold() if field.ignore_case else written

    return text


def shortest(number: str) -> str:
    """A number without the decimals that say nothing: 1.50 is 1.5, and 1.0 is 1."""
    return number.rstrip("0").rstrip(".") if "." in number else number


class FirstLines:
    """The first line of each value of one key.

    Args:
        in_memory: values that are kept there.
    """

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._limit = in_memory
        self._known: dict[str | bytes, int] = {}
        self._overflow: sqlite3.Connection | None = None

    def first(self, text: str, line: int) -> int:
        """The line that held the value first: `line` itself, unless one before it did."""
        known, value = self._known, text if len(text) <= _LONG else hashlib.sha256(text.encode()).digest()
        if value in known:
            return known[value]
        if len(known) < self._limit:
            known[value] = line
            return line
        return self._first_on_disk(value, line)

    def _first_on_disk(self, value: str | bytes, line: int) -> int:
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
    database.execute("CREATE TABLE seen (value BLOB PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
    database.execute("BEGIN")
    return database
