"""A stream of records from a file: cells, physical line, record number, and where the original bytes lie.

Called by `judge`. Memory is bounded by the longest record that is taken; what is broken in its structure becomes a
record with a fault, and the records after it are read.

A record whose quote is not closed is its first physical line alone: the lines that the quote would have swallowed
are read again, each as a record of its own.
"""

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from transactions.codes import Fault, file_error
from transactions.dialect import Dialect, find_undecodable
from transactions.errors import FileRefused

RECORD_LIMIT = 256 * 1024  # characters; an item of the table holds at most 400 KB
csv.field_size_limit(2 * RECORD_LIMIT)  # the limit above counts whole records, so csv's own never decides

_TOO_LONG = Fault("row-too-long", f"the row is longer than {RECORD_LIMIT // 1024} KiB: shorten it")
_NUL = Fault("row-nul-byte", "the row holds a NUL byte: remove it")
_UNCLOSED = Fault(
    "row-unclosed-quote", 'a quote is opened and not closed: close it, or double a quote that is text ("")'
)
_BAD_QUOTE = Fault("row-bad-quote", 'text follows a closing quote: double a quote in a text ("")')
_STRAY_RETURN = Fault("row-stray-return", "a carriage return stands in the middle of the row: put the cell in quotes")


class Record(NamedTuple):
    """One record as it stands in the file.

    `text` is the record with its line ending, cut at the limit for a record that is too long; `offset` and `size`
    say in bytes where it lies. `cells` is empty where there is a `fault` of structure.
    """

    line: int
    number: int
    text: str
    cells: list[str]
    fault: Fault | None
    offset: int
    size: int


class Source:
    """A file while it is read once: its header, then its records. A context manager.

    After the last record, `sha256` and `size` (bytes) are those of the whole file.
    """

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self.path, self.dialect = path, dialect
        self._file = path.open("rb", buffering=0)
        self._before = self._identity()
        self._hashing = _Hashing(self._file)
        buffered = io.BufferedReader(self._hashing, 1 << 18)
        buffered.read(len(dialect.bom))
        text = io.TextIOWrapper(buffered, encoding=dialect.encoding, errors="strict", newline=dialect.newline)
        self._lines = _Lines(text)
        self._offset = len(dialect.bom)

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _identity(self) -> tuple[int, int]:
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns

    @property
    def sha256(self) -> str:
        """Hex digest of the bytes read."""
        return self._hashing.digest.hexdigest()

    @property
    def size(self) -> int:
        """Bytes read."""
        return self._hashing.size

    def header(self) -> Record:
        """The first record that is not blank, as number 0. A file without one is refused before, by `dialect`."""
        return next(self._read(0, None))

    def records(self, width: int) -> Iterator[Record]:
        """The records after the header, in order.

        Args:
            width: cells that each must have.

        Raises:
            FileRefused: a byte does not decode, or the file changed while it was read.
        """
        yield from self._read(1, width)
        if self._identity() != self._before or self.size != self._before[0]:
            raise FileRefused([file_error("file-changed", "the file changed while it was read: send it again")])

    def _read(self, number: int, width: int | None) -> Iterator[Record]:
        try:
            yield from self._split(number, width)
        except UnicodeDecodeError as error:
            raise FileRefused([find_undecodable(self.path, self.dialect)]) from error

    def _split(self, number: int, width: int | None) -> Iterator[Record]:
        """The loop over all lines; what is without quotes and NUL bytes is split right here."""
        lines, delimiter = self._lines, self.dialect.delimiter
        while line := lines.next():
            first, fault = lines.number, None
            if '"' in line or "\0" in line or len(line) >= RECORD_LIMIT:
                text, size, cells, fault = self._parse(line)
            else:
                text, size, cells = line, self._bytes(line), _bare(line).split(delimiter)
                if "\r" in text and "\r" in _bare(text):
                    fault = _STRAY_RETURN
            offset, self._offset = self._offset, self._offset + size
            if cells == [""] and not _bare(text):
                continue  # a blank line holds no record
            if fault is None and width is not None and len(cells) != width:
                fault = _ragged(len(cells), width)
            yield Record(first, number, text, [] if fault else cells, fault, offset, size)
            number += 1

    def _bytes(self, text: str) -> int:
        wide = self.dialect.encoding != "utf-8"
        return len(text.encode(self.dialect.encoding)) if wide or not text.isascii() else len(text)

    def _parse(self, line: str) -> tuple[str, int, list[str], Fault | None]:
        """Text, bytes, cells and fault of a record with quotes, a NUL byte, or of great length."""
        if len(line) >= RECORD_LIMIT:
            return line, self._bytes(line) + self._skip_rest(line), [], _TOO_LONG
        pulled = [line]
        reader = csv.reader(self._feed(pulled), delimiter=self.dialect.delimiter, strict=True)
        try:
            cells, fault = next(reader), None
        except csv.Error as error:
            cells, fault = [], _classify(str(error), len(pulled))
            self._lines.push_back(pulled[1:])
            del pulled[1:]
        text = "".join(pulled)
        if "\0" in text:
            fault = _NUL
        return text, self._bytes(text), cells, fault

    def _feed(self, pulled: list[str]) -> Iterator[str]:
        """The lines that the csv module asks for, noted in `pulled`, until the record would be too long."""
        yield pulled[0]
        size = len(pulled[0])
        while size < RECORD_LIMIT and (line := self._lines.next()):
            pulled.append(line)
            size += len(line)
            if size < RECORD_LIMIT:
                yield line

    def _skip_rest(self, line: str) -> int:
        """Read to the end of an overlong line without keeping it; its bytes."""
        size = 0
        while not line.endswith(self.dialect.newline) and (line := self._lines.rest()):
            size += self._bytes(line)
        return size


class _Lines:
    """Physical lines with their number; lines can be put back. An overlong line comes in pieces."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._readline = text.readline
        self._put_back: list[str] = []
        self.number = 0

    def next(self) -> str:
        """The next line with its ending, or "" at the end of the file."""
        line = self._put_back.pop() if self._put_back else self._readline(RECORD_LIMIT)
        if line:
            self.number += 1
        return line

    def rest(self) -> str:
        """The next piece of the same physical line."""
        return self._put_back.pop() if self._put_back else self._readline(RECORD_LIMIT)

    def push_back(self, lines: list[str]) -> None:
        """Lines to be read again, in the file's order."""
        self._put_back.extend(reversed(lines))
        self.number -= len(lines)


class _Hashing(io.RawIOBase):
    """A file whose bytes are hashed and counted as they are read."""

    def __init__(self, source: io.RawIOBase | io.FileIO) -> None:
        self._source = source
        self.digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._source.readinto(buffer) or 0
        self.digest.update(memoryview(buffer)[:count])
        self.size += count
        return count


def _bare(line: str) -> str:
    """The line without its ending."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith(("\n", "\r")) else line


def _ragged(cells: int, width: int) -> Fault:
    if cells < width:
        return Fault("row-missing-cells", f"the row has {cells} cells and the header {width}: add the missing ones")
    hint = "put a cell that holds the delimiter in quotes"
    return Fault("row-extra-cells", f"the row has {cells} cells and the header {width}: {hint}")


def _classify(reason: str, pulled: int) -> Fault:
    """The fault that an error of the csv module stands for."""
    if "new-line character" in reason:
        return _STRAY_RETURN
    return _BAD_QUOTE if pulled == 1 and "expected after" in reason else _UNCLOSED
