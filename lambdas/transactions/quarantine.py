"""What is kept of rejected rows: a CSV that people open, and the original bytes to repair and resubmit.

Written by the validator. The CSV is guarded: no cell of it runs as a formula in a spreadsheet. The bytes are not
guarded, as they are the original, and carry a name that no spreadsheet opens by itself.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from transactions.codes import DataError
from transactions.dialect import Dialect
from transactions.footers import matching
from transactions.records import Record

COLUMNS = ("line", "record", "column", "code", "value", "message")
_FULL_WIDTH = ("\uff1d", "\uff0b", "\uff0d", "\uff20")  # = + - @ of East Asian keyboards run too
_STARTS_A_FORMULA = frozenset(("=", "+", "-", "@", "\t", "\r", "\n", *_FULL_WIDTH))
_BLOCK = 1 << 20


def guard(cell: str) -> str:
    """The cell as text for a spreadsheet: a single quote is put before what would start a formula (OWASP)."""
    return f"'{cell}" if cell[:1] in _STARTS_A_FORMULA else cell


class RejectedCsv:
    """One line per error: line, record, column, code, value, message; with a byte order mark, as spreadsheets want.

    Args:
        out: opened with `newline=""` and `encoding="utf-8"`.
        max_details: errors that are written; the report says when there were more.
    """

    def __init__(self, out: TextIO, max_details: int) -> None:
        out.write("\ufeff")
        self._writer = csv.writer(out, lineterminator="\r\n")
        self._writer.writerow(COLUMNS)
        self._room = max_details

    def add(self, errors: Sequence[DataError]) -> None:
        """Write the errors of one row."""
        told = errors[: self._room]
        self._room -= len(told)
        for line, record, column, code, value, message in told:
            cells = line, record, column and guard(column), code, value and guard(value), guard(message)
            self._writer.writerow(cells)


class RejectedRaw:
    """The header and the rejected records, byte for byte as they were: a file of its own under the same schema.

    It begins as the original does, up to the header: with its byte order mark, and what the dialect has before the
    header. A row that looks like a footer is none where a record is behind it. So the last row that does not look like
    one is written behind those that do.

    Args:
        out: where it is written.
        original: the file.
        dialect: how that is written.
        header: its header.
    """

    def __init__(self, out: BinaryIO, original: Path, dialect: Dialect, header: Record) -> None:
        self._out, self._original, self._encoding = out, original, dialect.encoding
        self._newline, footers = dialect.newline, dialect.stated.footers
        self._matches = matching(footers) if footers else None
        self._held: Record | None = None
        self._copy(0, dialect.start)
        self._write(header)

    def add(self, record: Record) -> None:
        """Write one record's bytes."""
        if self._matches is None or self._matches(record.text.rstrip("\r\n").rpartition(self._newline)[2]):
            self._write(record)
        else:
            self.close()
            self._held = record

    def close(self) -> None:
        """Write what was held back."""
        if self._held is not None:
            self._write(self._held)
            self._held = None

    def _write(self, record: Record) -> None:
        content = record.text.encode(self._encoding)
        if len(content) == record.size:
            self._out.write(content)
        else:
            self._copy(record.offset, record.size)

    def _copy(self, at: int, size: int) -> None:
        """What is too long to be held is copied from the original."""
        with self._original.open("rb") as original:
            original.seek(at)
            while size and (block := original.read(min(size, _BLOCK))):
                self._out.write(block)
                size -= len(block)
