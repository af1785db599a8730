"""A stream of records from a file: cells, physical line, record number, and where the original bytes lie.

Called by `judge`, and by `flat` and `originals` for what only this module can decide. Memory is bounded by the longest
record that is taken; what is broken in its structure becomes a record with a fault, and the records after it are read.

A record whose quote is not closed is its first physical line alone: the lines that the quote would have swallowed
are read again, each as a record of its own.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from transactions.codes import Fault, counted
from transactions.dialect import Dialect, empty
from transactions.encoding import find_undecodable
from transactions.errors import FileRefused
from transactions.lines import RECORD_LIMIT, FileLines, HashedFile, Lines, bare, byte_length
from transactions.stated import Stated

csv.field_size_limit(2 * RECORD_LIMIT)  # the limit above counts whole records, so csv's own never decides

TOO_LONG = Fault("row-too-long", f"the row is longer than {RECORD_LIMIT // 1024} KiB: shorten it")
_NUL = Fault("row-nul-byte", "the row holds a NUL byte: remove it")
_OPEN_ESCAPE = Fault("row-open-escape", "the escape character is the row's last: write it twice if it is text")
_STRAY_RETURN = Fault("row-stray-return", "a carriage return stands in the middle of the row: put the cell in quotes")
_STRAY_NEWLINE = Fault(
    "row-stray-newline", "a line feed stands in the row, and the file's lines end with CR: put the cell in quotes"
)
_TWO_RETURNS = Fault("row-stray-return", "the line ends with CR CR LF: end it as the file's first line ends")


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
    """A file while it is read once, row by row: its header, then its records. A context manager.

    After the last record, `sha256` and `size` (bytes) are those of the whole file.
    """

    def __init__(
        self, path: Path, dialect: Dialect, *, lines: Callable[[io.TextIOWrapper, int], Lines] = FileLines
    ) -> None:
        self.path, self.dialect = path, dialect
        self._file = HashedFile(path, dialect.end)
        self._file.skip(dialect.start)
        buffered = io.BufferedReader(self._file, 1 << 18)
        text = io.TextIOWrapper(buffered, encoding=dialect.encoding, errors="strict", newline=dialect.newline)
        self._splitter = Splitter(lines(text, dialect.first_line - 1), dialect, dialect.start, Rereads())

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        """Hex digest of the bytes read."""
        return self._file.digest.hexdigest()

    @property
    def size(self) -> int:
        """Bytes read."""
        return self._file.size

    def header(self) -> Record:
        """The first record, as number 0.

        Raises:
            FileRefused: there is none, or a byte does not decode.
        """
        header = next(self._read(0, None), None)
        if header is None:
            raise FileRefused([empty()])
        return header

    def records(self, width: int) -> Iterator[Record]:
        """The records after the header, in order.

        Args:
            width: cells that each must have.

        Raises:
            FileRefused: a byte does not decode, or the file changed while it was read.
        """
        yield from self._read(1, width)
        self._file.check_unchanged()

    def _read(self, number: int, width: int | None) -> Iterator[Record]:
        try:
            yield from self._splitter.split(number, width)
        except UnicodeDecodeError as error:
            raise FileRefused([find_undecodable(self.path, self.dialect.encoding, self.dialect.bom)]) from error


class Rereads:
    """What reading lines again may cost, so that no file costs more than a few readings of it.

    A quote that is not closed makes the lines behind it be read again, up to the limit of a record; a file made of
    such lines would be read thousands of times. Beyond the allowance, a quote must be closed nearer by.
    """

    def __init__(self) -> None:
        self._left = 64 * RECORD_LIMIT

    def window(self, offset: int) -> int:
        """Characters that a record at this byte of the file may have."""
        return max(0, min(RECORD_LIMIT, self._left + 4 * offset))

    def spend(self, characters: int) -> None:
        """So many are read again."""
        self._left -= characters


class PlainLines:
    """Splits lines that need no parsing: without quotes, escapes and NUL bytes, and not too long."""

    def __init__(self, dialect: Dialect) -> None:
        stated = dialect.stated
        self._dialect, self._delimiter, self._skips = dialect, dialect.delimiter, stated.skip_initial_space
        self._quote, self._escape = stated.quote or "\0", stated.escape
        self._other = "\n" if dialect.newline == "\r" else "\r"

    def cells(self, line: str) -> list[str] | None:
        """The cells of a line; None of one that must be parsed."""
        if self._quote in line or "\0" in line or (self._escape and self._escape in line) or len(line) >= RECORD_LIMIT:
            return None
        cells = bare(line).split(self._delimiter)
        return [cell.lstrip(" ") for cell in cells] if self._skips else cells

    def fault(self, line: str) -> Fault | None:
        """Whether such a line holds an end of another kind than the file's."""
        return stray(line, self._dialect) if self._other in line and self._other in bare(line) else None


class Splitter:
    """Makes records of lines.

    Args:
        lines: where they come from.
        dialect: how they are written.
        offset: bytes of the file that lie before the first.
        rereads: shared by all splitters of one reading of a file.
    """

    def __init__(self, lines: Lines, dialect: Dialect, offset: int, rereads: Rereads) -> None:
        self._lines, self._dialect, self._offset, self._rereads = lines, dialect, offset, rereads
        self._checks = bool(dialect.stated.escape) or not dialect.stated.double_quote  # what the csv module does not

    def split(self, number: int, width: int | None) -> Iterator[Record]:
        """The loop over all lines; what is without quotes and NUL bytes is split right here.

        Args:
            number: of the first record.
            width: cells that each must have; None for a header.
        """
        lines, plain, comment = self._lines, PlainLines(self._dialect), self._dialect.stated.comment
        while line := lines.next():
            first = lines.number
            if comment and line.startswith(comment):
                self._offset += self._bytes(line) + self._skip_rest(line)
                continue
            bare_cells = plain.cells(line)
            if bare_cells is None:
                text, size, cells, fault = self._parse(line)
            else:
                text, size, cells, fault = line, self._bytes(line), bare_cells, plain.fault(line)
            offset, self._offset = self._offset, self._offset + size
            if cells == [""] and not bare(text):
                continue  # a blank line holds no record
            yield made(first, number, text, cells, fault, offset, size, width)
            number += 1

    def _bytes(self, text: str) -> int:
        return byte_length(text, self._dialect.encoding)

    def _parse(self, line: str) -> tuple[str, int, list[str], Fault | None]:
        """Text, bytes, cells and fault of a record with quotes, a NUL byte, or of great length."""
        if len(line) >= RECORD_LIMIT:
            return line, self._bytes(line) + self._skip_rest(line), [], TOO_LONG
        pulled = [line]
        reader = csv.reader(self._feed(pulled), self._dialect.csv)
        try:
            cells = next(reader)
            passed_over = bare(pulled[-1]).endswith(("\r", "\n"))  # by the csv module, as if it ended the line
            fault = stray(pulled[-1], self._dialect) if passed_over else None
            if self._checks:
                self._dialect.check_quotes(pulled, [cells])
                fault = fault or self._escaped_return(pulled[-1], cells)
        except csv.Error as error:
            cells, fault = [], self._classified(str(error), pulled)
            self._rereads.spend(sum(map(len, pulled[1:])))
            self._lines.push_back(pulled[1:])
            del pulled[1:]
        text = "".join(pulled)
        if "\0" in text:
            fault = _NUL
        return text, self._bytes(text), cells, fault

    def _classified(self, reason: str, pulled: Sequence[str]) -> Fault:
        """The fault that an error of the csv module stands for."""
        if "new-line character" in reason:
            return stray(pulled[-1], self._dialect)
        stated = self._dialect.stated
        if stated.quote is None or (stated.escape and stated.quote not in pulled[0]):
            return _OPEN_ESCAPE
        if len(pulled) == 1 and "expected after" in reason:
            return Fault("row-bad-quote", f"text follows a closing quote: {_as_text(stated, 'in a text')}")
        hint = f"close it, or {_as_text(stated, 'that is text')}"
        return Fault("row-unclosed-quote", f"a quote is opened and not closed: {hint}")

    def _escaped_return(self, line: str, cells: Sequence[str]) -> Fault | None:
        """An escape before CR LF takes the CR alone for text, and the row ends there."""
        escape = self._dialect.stated.escape
        return _OPEN_ESCAPE if escape and cells[-1].endswith("\r") and bare(line).endswith(escape) else None

    def _feed(self, pulled: list[str]) -> Iterator[str]:
        """The lines that the csv module asks for, noted in `pulled`, until the record would be too long."""
        yield pulled[0]
        size, window = len(pulled[0]), self._rereads.window(self._offset)
        while size < window and (line := self._lines.next()):
            pulled.append(line)
            size += len(line)
            if size < window:
                yield line

    def _skip_rest(self, line: str) -> int:
        """Read to the end of an overlong line without keeping it; its bytes."""
        size = 0
        while not line.endswith(self._dialect.newline) and (line := self._lines.rest()):
            size += self._bytes(line)
        return size


def made(
    line: int, number: int, text: str, cells: list[str], fault: Fault | None, offset: int, size: int, width: int | None
) -> Record:
    """A record, with a fault where its cells are not as many as the header's."""
    if fault is None and width is not None and len(cells) != width:
        fault = _ragged(cells, width)
    return Record(line, number, text, [] if fault else cells, fault, offset, size)


def stray(line: str, dialect: Dialect) -> Fault:
    """The fault of a line that holds an end of another kind than the file's."""
    if dialect.newline == "\r":
        return _STRAY_NEWLINE
    return _TWO_RETURNS if line.endswith("\r\r\n") else _STRAY_RETURN


def _ragged(cells: Sequence[str], width: int) -> Fault:
    told = f"the row has {counted(len(cells), 'cell')} and the header {width}"
    if len(cells) < width:
        return Fault("row-missing-cells", f"{told}: add the missing ones")
    if len(cells) == width + 1 and not cells[-1]:
        hint = "the delimiter stands at the end of the line: remove it, or name one more column in the header"
        return Fault("row-extra-cells", f"{told}: {hint}")
    return Fault("row-extra-cells", f"{told}: put a cell that holds the delimiter in quotes")


def _as_text(stated: Stated, where: str) -> str:
    """How a quote is written that is part of a cell."""
    if stated.double_quote:
        return f"double a quote {where} ({stated.quote}{stated.quote})"
    if stated.escape:
        return f"escape a quote {where} ({stated.escape}{stated.quote})"
    return "leave it out, as the dialect states no way to write a quote in a text"
