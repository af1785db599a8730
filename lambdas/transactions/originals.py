"""Single lines of a file as they stand in it, found again by their number. Made by `flat`, used by `vectorised`."""

from array import array
from bisect import bisect_right
from itertools import accumulate
from pathlib import Path

from transactions.dialect import Dialect
from transactions.lines import TextLines, byte_length
from transactions.records import PlainLines, Record, Rereads, Splitter, made


class Originals:
    """Knows of each block of lines where it lies; reads a block again when one of its lines is asked for."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._path, self._dialect, self._plain = path, dialect, PlainLines(dialect)
        self._firsts, self._offsets, self._sizes = array("Q"), array("Q"), array("Q")
        self._first = self._next = 0  # lines of the block that is held
        self._lines: list[str] = []
        self._places = array("Q")  # of its lines, in bytes of the file, and the end of the last one

    def add(self, line: int, offset: int, size: int) -> None:
        """A block begins with this physical line, at this byte, and has so many bytes."""
        self._firsts.append(line)
        self._offsets.append(offset)
        self._sizes.append(size)

    def record(self, line: int, number: int, width: int) -> Record:
        """The record that is the whole of a physical line. Quick for lines that are asked for in order."""
        if not self._first <= line < self._next:
            self._load(bisect_right(self._firsts, line) - 1)
        at = line - self._first
        text, offset = self._lines[at], self._places[at]
        cells = self._plain.cells(text)
        if cells is not None:
            size = self._places[at + 1] - offset
            return made(line, number, text, cells, self._plain.fault(text), offset, size, width)
        lines = TextLines(text, 0, line - 1, self._dialect.newline, last=True)
        return next(Splitter(lines, self._dialect, offset, Rereads()).split(number, width))

    def _load(self, block: int) -> None:
        with self._path.open("rb") as source:
            source.seek(self._offsets[block])
            text = source.read(self._sizes[block]).decode(self._dialect.encoding)
        newline, encoding = self._dialect.newline, self._dialect.encoding
        *whole, rest = text.split(newline)
        self._lines = [*(line + newline for line in whole), *([rest] if rest else [])]
        one_byte = len(text) == self._sizes[block]
        sizes = map(len, self._lines) if one_byte else (byte_length(line, encoding) for line in self._lines)
        self._places = array("Q", accumulate(sizes, initial=self._offsets[block]))
        self._first = self._firsts[block]
        self._next = self._first + len(self._lines)
