"""Single lines of a file as they stand in it, found again by their number. Made by `flat`, used by `vectorised`."""

from array import array
from bisect import bisect_right
from pathlib import Path

from transactions.dialect import Dialect
from transactions.lines import TextLines, byte_length
from transactions.records import Record, Rereads, Splitter


class Originals:
    """Knows of each block of lines where it lies; reads a block again when one of its lines is asked for."""

    def __init__(self, path: Path, dialect: Dialect) -> None:
        self._path, self._dialect = path, dialect
        self._firsts, self._offsets, self._sizes = array("Q"), array("Q"), array("Q")
        self._block = -1
        self._lines: list[str] = []
        self._at = self._offset = 0

    def add(self, line: int, offset: int, size: int) -> None:
        """A block begins with this physical line, at this byte, and has so many bytes."""
        self._firsts.append(line)
        self._offsets.append(offset)
        self._sizes.append(size)

    def record(self, line: int, number: int, width: int) -> Record:
        """The record that is the whole of a physical line. Quick for lines that are asked for in order."""
        block = bisect_right(self._firsts, line) - 1
        at = line - self._firsts[block]
        if block != self._block or at < self._at:
            self._load(block)
        passed = "".join(text + self._dialect.newline for text in self._lines[self._at : at])
        self._offset += byte_length(passed, self._dialect.encoding)
        self._at = at
        ending = self._dialect.newline if at + 1 < len(self._lines) else ""
        lines = TextLines(self._lines[at] + ending, 0, line - 1, self._dialect.newline, last=True)
        return next(Splitter(lines, self._dialect, self._offset, Rereads()).split(number, width))

    def _load(self, block: int) -> None:
        """The last of its lines is what follows the last line's end: nothing, but at the end of some files."""
        with self._path.open("rb") as source:
            source.seek(self._offsets[block])
            text = source.read(self._sizes[block]).decode(self._dialect.encoding)
        self._block, self._at, self._offset = block, 0, self._offsets[block]
        self._lines = text.split(self._dialect.newline)
