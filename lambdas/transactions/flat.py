"""A file made flat: one line for each physical line, cells apart by one character, no quotes, in UTF-8.

Called by `vectorised`. What a line cannot say (a record of several lines, a broken quote, a NUL byte) is put aside as
the exact `Record` that `records` makes of it, and its line says so. A file that is flat as it is, is not copied.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from transactions.dialect import Dialect, no_record
from transactions.encoding import find_undecodable
from transactions.errors import FileRefused, TooBroken
from transactions.flat_form import NOTHING, ODD, SEPARATOR, FlatForm
from transactions.lines import RECORD_LIMIT, HashedFile, MoreNeededError, TextLines, byte_length
from transactions.originals import Originals
from transactions.records import TOO_LONG, Record, Rereads, Splitter
from transactions.spool import Spool

BLOCK = 1 << 20  # bytes
# Broken records, and their share of all so far, beyond which the file is judged row by row: a broken one then costs
# half as much, as it is not put aside and taken up again, and a whole one ten times as much.
FEW_BROKEN, MOST_BROKEN = 1000, 1 / 2


@dataclass(frozen=True, slots=True)
class Flat:
    """A flat file. Its first line after `skip` is the file's physical line `first`.

    `records` were counted while it was made; `originals` finds lines as they stand in the file, `odd` holds what was
    put aside.
    """

    path: Path
    separator: str
    skip: int
    first: int
    lines: int
    records: int
    originals: Originals
    odd: Spool[Record]


class _Place:
    """Where a line of a block stands: in the block's characters, and in the file."""

    def __init__(self, offset: int, line: int, number: int) -> None:
        self.characters, self.offset, self.line, self.number = 0, offset, line, number
        self._at = 0

    def move(self, at: int, lines: Sequence[str], flat: Sequence[str], newline: str, encoding: str) -> None:
        """Go on to a later line."""
        passed = "".join(line + newline for line in lines[self._at : at])
        self.characters += len(passed)
        self.offset += byte_length(passed, encoding)
        self.line += at - self._at
        self.number += at - self._at - flat[self._at : at].count(NOTHING)
        self._at = at


@dataclass
class _LongRow:
    """An overlong line while it is skipped."""

    text: str
    line: int
    number: int
    offset: int
    size: int = 0

    def record(self) -> Record:
        return Record(self.line, self.number, self.text, [], TOO_LONG, self.offset, self.size)


class Flattener:
    """Makes a file flat, in one reading from its start to its end. A context manager.

    Args:
        file: the file, not yet read.
        path: where it is.
        header: its header; what follows is made flat.
        scratch: a folder for the copy and for what is put aside.
    """

    def __init__(self, file: HashedFile, path: Path, dialect: Dialect, header: Record, scratch: Path) -> None:
        self._file = file
        self._path, self._dialect, self._newline = path, dialect, dialect.newline
        self._body = self._offset = header.offset + header.size
        self._file.skip(self._body)
        self._header_lines = header.text.count(self._newline) or 1
        self._first, self._width = header.line + self._header_lines, len(header.cells)
        self._lines, self._records, self._end = 0, 0, 0
        self._originals = Originals(path, dialect)
        self._rereads = Rereads()
        self._odd = Spool[Record](scratch / "odd")
        self._broken = 0
        self._copy_path = scratch / "flat"
        self._copy: BinaryIO | None = None
        self._long: _LongRow | None = None
        self._form = FlatForm(dialect)
        plain_header = (
            header.line == 1 and self._header_lines == 1 and not {self._form.quote, "\r"} & set(header.text[:-1])
        )
        plain_text = dialect.encoding == "utf-8" and dialect.newline == "\n" and dialect.delimiter.isascii()
        if not (plain_text and plain_header) or dialect.end is not None:
            self._copy = self._begin_copy()

    def __enter__(self) -> "Flattener":
        return self

    def __exit__(self, *_: object) -> None:
        self._odd.close()
        if self._copy is not None:
            self._copy.close()

    def run(self) -> Flat:
        """Read the file to its end.

        Raises:
            FileRefused: a byte does not decode.
            TooBroken: it is not worth it.
        """
        decoder = codecs.getincrementaldecoder(self._dialect.encoding)()
        text, last = "", False
        try:
            while not last:
                data = self._file.read(BLOCK)
                last = not data
                text += decoder.decode(data, last)
                self._end = self._file.size - len(decoder.getstate()[0])
                text = self._take(text, last)
        except UnicodeDecodeError as error:
            raise FileRefused([find_undecodable(self._path, self._dialect.encoding, self._dialect.bom)]) from error
        return self._flat()

    def _flat(self) -> Flat:
        found = (self._lines, self._records, self._originals, self._odd)
        if self._copy is None:
            return Flat(self._path, self._dialect.delimiter, 1, self._first, *found)
        self._copy.close()
        return Flat(self._copy_path, SEPARATOR, 1, self._first, *found)

    def _begin_copy(self) -> BinaryIO:
        """With a line to be skipped, as each file has its header: of a first line the engine takes U+FEFF away."""
        copy = self._copy_path.open("wb")
        copy.write(f"{NOTHING}\n".encode())
        return copy

    def _take(self, text: str, last: bool) -> str:
        """Make flat what can be decided, and give back the rest, which begins with a record."""
        if self._long is not None:
            text = self._skip_long(self._long, text, last)
        cut = len(text) if last else text.rfind(self._newline) + 1
        if not cut:
            if len(text) >= RECORD_LIMIT:
                self._long = _LongRow(text[:RECORD_LIMIT], self._first + self._lines, self._records + 1, self._offset)
                return self._skip_long(self._long, text, last)
            return text
        block = text[:cut]
        if self._copy is None:
            if self._form.is_flat(block) and not self._has_long(block):
                self._count(text[cut:], block.count("\n") + (not block.endswith("\n")))
                return text[cut:]
            self._catch_up()
        return text[self._flatten(block, text, last) :]

    def _has_long(self, block: str) -> bool:
        """Whether a line is as long as a record may not be; found without looking at each line."""
        at = 0
        while len(block) - at >= RECORD_LIMIT:
            end = block.rfind(self._newline, at, at + RECORD_LIMIT - 1) + 1
            if not end:
                return True
            at = end
        return False

    def _catch_up(self) -> None:
        """The file is not flat after all: copy what was."""
        self._copy = self._begin_copy()
        delimiter, left = self._dialect.delimiter.encode(), self._offset - self._body
        with self._path.open("rb") as source:
            source.seek(self._body)
            while left and (block := source.read(min(left, BLOCK))):
                self._copy.write(block.replace(delimiter, SEPARATOR.encode()))
                left -= len(block)

    def _count(self, rest: str, lines: int, nothing: int = 0) -> None:
        """A block of whole records was made flat, and `rest` is what was read behind it."""
        size = self._end - byte_length(rest, self._dialect.encoding) - self._offset
        self._originals.add(self._first + self._lines, self._offset, size)
        self._lines, self._records, self._offset = (
            self._lines + lines,
            self._records + lines - nothing,
            self._offset + size,
        )

    def _write(self, flat: str) -> None:
        if self._copy is not None:
            self._copy.write(flat.encode())

    def _skip_long(self, row: _LongRow, text: str, last: bool) -> str:
        """Of an overlong line only the first piece is kept; gives back what follows it."""
        end = text.find(self._newline) + 1
        part = text[:end] if end else text
        row.size += byte_length(part, self._dialect.encoding)
        if not end and not last:
            return ""
        if self._copy is None:
            self._catch_up()
        holds_record = not no_record(row.text, self._dialect.stated)
        if holds_record:
            self._put_aside(row.record())
        self._write((ODD if holds_record else NOTHING) + "\n")
        self._originals.add(row.line, row.offset, row.size)
        self._lines, self._records = self._lines + 1, self._records + holds_record
        self._offset += row.size
        self._long = None
        return text[len(part) :]

    def _flatten(self, block: str, text: str, last: bool) -> int:
        """Write the flat lines of a block; how many of its characters that were, as its end may be undecided yet."""
        plain = self._form.plain(block)
        if self._form.has_special(block):
            quoted = self._form.without_quotes(plain)
            if quoted is None or self._has_long(block):
                return self._by_line(block, plain, text, last)
            self._count(text[len(block) :], quoted.count("\n"))
            self._write(quoted)
            return len(block)
        if self._has_long(block):
            return self._by_line(block, plain, text, last)
        flat = self._form.apart(plain)
        self._count(text[len(block) :], flat.count("\n"), flat.count(NOTHING))
        self._write(flat)
        return len(block)

    def _by_line(self, block: str, plain: str, text: str, last: bool) -> int:
        """The same for a block of which some lines must be looked at one by one."""
        lines = block.removesuffix(self._newline).split(self._newline)
        flat = self._form.apart(plain).split("\n")[:-1]
        here = _Place(self._offset, self._first + self._lines, self._records + 1)
        end = 0  # of the last record that was put aside
        for at, row in self._form.special(lines):
            if at < end:
                continue
            if row is not None:
                flat[at] = row
                continue
            here.move(at, lines, flat, self._newline, self._dialect.encoding)
            source = TextLines(text, here.characters, here.line - 1, self._newline, last=last)
            splitter = Splitter(source, self._dialect, here.offset, self._rereads)
            try:
                record = next(splitter.split(here.number, self._width))
            except MoreNeededError:
                return self._finish(text, here.characters, flat[:at])
            self._put_aside(record)
            end = at + source.number - here.line + 1
            flat[at:end] = [ODD, *[NOTHING] * (end - at - 1)]
        return self._finish(text, len(block), flat)

    def _put_aside(self, record: Record) -> None:
        self._odd.put(record)
        self._broken += record.fault is not None
        if self._broken > max(FEW_BROKEN, record.number * MOST_BROKEN):
            raise TooBroken(f"of {record.number:,} records {self._broken:,} are broken")

    def _finish(self, text: str, taken: int, flat: Sequence[str]) -> int:
        if flat:
            self._count(text[taken:], len(flat), flat.count(NOTHING))
            self._write("\n".join(flat) + "\n")
        return taken
