"""Single lines of a file as they stand in it, found again by their number. Made by `flat`, used by `vectorised`."""

from array import array
from bisect import bisect_right
from pathlib import Path

from transactions.dialect import Dialect
from transactions.lines import TextLines
from transactions.records import PlainLines, Record, Rereads, Splitter, made


class Originals:
    """Knows of each block of lines where it lies; reads a block again when one of its lines is asked for."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._path, self._dialect, self._plain = path, dialect, PlainLines(dialect)
        self._firsts, self._offsets, self._sizes = array("Q"), array("Q"), array("Q")
        self._newline = dialect.newline.encode(dialect.encoding)
        self._first, self._lines = 0, list[bytes]()  # of the block that is held, without their ends
        self._ended = 0  # how many of them have one; the last line of a file may have none
        self._at = self._offset = 0  # a line of it, and its place in the file

    def add(self, line: int, offset: int, size: int) -> None:
        """A block begins with this physical line, at this byte, and has so many bytes."""
        self._firsts.append(line)
        self._offsets.append(offset)
        self._sizes.append(size)

    def record(self, line: int, number: int, width: int) -> Record:
        """The record that is the whole of a physical line. Quick for lines that are asked for in order."""
        if not self._at <= line - self._first < len(self._lines):
            self._load(bisect_right(self._firsts, line) - 1)
        at = line - self._first
        self._offset += sum(map(len, self._lines[self._at : at])) + (at - self._at) * len(self._newline)
        self._at = at
        content = self._lines[at] + (self._newline if at < self._ended else b"")
        text = content.decode(self._dialect.encoding)
        cells = self._plain.cells(text)
        if cells is not None:
            return made(line, number, text, cells, self._plain.fault(text), self._offset, len(content), width)
        lines = TextLines(text, 0, line - 1, self._dialect.newline, last=True)
        return next(Splitter(lines, self._dialect, self._offset, Rereads()).split(number, width))

    def _load(self, block: int) -> None:
        with self._path.open("rb") as source:
            source.seek(self._offsets[block])
            data = source.read(self._sizes[block])
        self._first, self._at, self._offset = self._firsts[block], 0, self._offsets[block]
        if len(self._newline) == 1:
            self._lines = data.split(self._newline)
        else:  # the bytes of an end may stand within those of two other characters
            encoding = self._dialect.encoding
            self._lines = [line.encode(encoding) for line in data.decode(encoding).split(self._dialect.newline)]
        self._ended = len(self._lines) - 1
        if not self._lines[-1]:
            self._lines.pop()
