"""Lines of a file in their flat form: cells apart by one character, without quotes. Used by `flat`, and by `engine`.

What is not sure to be one record of one line, as the csv module reads it, has no flat form here.
"""

import csv
import re
from collections.abc import Iterator, Sequence

from transactions.dialect import Dialect, no_record
from transactions.lines import RECORD_LIMIT

SEPARATOR = "\x1f"
ODD = "\x01"  # a line that is to be judged as it stands in the file
NOTHING = "\x03"  # a line without a record
RESERVED = "\0\x01\x02\x03\x04\x1f"  # what a flat file uses for itself; in a text, it makes the line an odd one
_AT_ONCE = 500  # lines: those beside a broken one are parsed one by one
_TO_ODD = dict.fromkeys(map(ord, RESERVED), ODD)
_BLANK_LINE = re.compile(r"\n\n")  # twice as fast as `in`
_BLANK = re.compile(r"^(?=\n)", re.MULTILINE)
_PADDED = re.compile(f"(^|{SEPARATOR}) +", re.MULTILINE)
_CONTROL = re.compile(r"[\0-\x1f]")


class FlatForm:
    """How lines of a dialect become flat ones, a block of whole lines at a time."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect, self._newline, stated = dialect, dialect.newline, dialect.stated
        self.quote = stated.quote or stated.escape or "\0"
        self._escape = stated.escape
        self._strange = "".join({*"\r", *RESERVED, self.quote, self._escape or self.quote})
        self._comment = re.compile(f"^{re.escape(stated.comment)}.*$", re.MULTILINE) if stated.comment else None
        self._padded = re.compile(f"(^|{re.escape(dialect.delimiter)}) +", re.M) if stated.skip_initial_space else None

    def is_flat(self, block: str) -> bool:
        r"""Whether a block of lines that end with \n is flat as it is, but for lines that are too long."""
        if any(character in block for character in self._strange) or _has_blank(block):
            return False
        return not any(look and look.search(block) for look in (self._comment, self._padded))

    def plain(self, block: str) -> str:
        r"""The block with \n at the end of each line and nowhere else, and nothing reserved in it."""
        if any(character in block for character in RESERVED):
            block = block.translate(_TO_ODD)
        if not block.endswith(self._newline):
            block = _ended(block, self._newline)
        if self._newline == "\r":
            block = block.replace("\n", ODD).replace("\r", "\n")
        elif "\r" in block:
            block = block.replace("\r\n", "\n").replace("\r", ODD)
        return block

    def apart(self, plain: str) -> str:
        """Lines with their cells apart, as they are without quotes and escapes."""
        if self._comment:
            plain = self._comment.sub(NOTHING, plain)
        flat = _filled(plain, NOTHING).replace(self._dialect.delimiter, SEPARATOR)
        if self._padded:
            flat = _filled(_PADDED.sub(r"\1", flat), ODD)  # a line of spaces alone is a record
        return flat

    def has_special(self, block: str) -> bool:
        """Whether quotes or escapes are in it."""
        return self.quote in block or bool(self._escape and self._escape in block)

    def special(self, lines: Sequence[str]) -> Iterator[tuple[int, str | None]]:
        """Lines with quotes or too long: where they are, and their flat form if each holds just one record."""
        quote, escape = self.quote, self._escape
        places = [at for at, line in enumerate(lines) if quote in line or len(line) + 1 >= RECORD_LIMIT]
        if escape:
            places = sorted({*places, *(at for at, line in enumerate(lines) if escape in line)})
        if self._comment:
            places = [at for at in places if not no_record(lines[at], self._dialect.stated)]
        for begin in range(0, len(places), _AT_ONCE):
            some = places[begin : begin + _AT_ONCE]
            yield from zip(some, _simple([lines[at] for at in some], self._dialect), strict=True)

    def without_quotes(self, plain: str) -> str | None:
        """The flat form of a block in which each cell is quoted and none holds a quote or a line's end; or None.

        Each quote must be one that opens a line, closes it, or stands in `","`: then none is part of a cell.
        """
        quote, escape = self._dialect.stated.quote, self._dialect.stated.escape
        if quote is None or (escape and escape in plain):
            return None
        if len(plain) == 2 or not plain.startswith(quote) or not plain.endswith(f"{quote}\n"):
            return None
        inner = plain[1:-2].replace(f"{quote}{self._dialect.delimiter}{quote}", SEPARATOR)
        flat = inner.replace(f"{quote}\n{quote}", "\n")
        # the one cell of an empty line in quotes is a record, and an empty line is none
        if quote in flat or 2 * flat.count("\n") != len(inner) - len(flat) or _BLANK_LINE.search(f"\n{flat}\n"):
            return None
        return flat + "\n"


def _has_blank(block: str) -> bool:
    """Whether a line of it is blank."""
    return block[0] == "\n" or _BLANK_LINE.search(block) is not None


def _filled(flat: str, filling: str) -> str:
    """The lines, those that are empty with a filling."""
    return _BLANK.sub(filling, flat) if _has_blank(flat) else flat


def _ended(block: str, newline: str) -> str:
    """The end of a file whose last line has no end of its own, or one of another kind."""
    other = "\n" if newline == "\r" else "\r"
    if block == other or block.endswith(newline + other):
        return block[:-1] + NOTHING + newline
    ended = block.removesuffix(other)
    return (ended[:-1] + ODD if ended.endswith(other) else ended) + newline


def _simple(lines: Sequence[str], dialect: Dialect) -> list[str | None]:
    """The flat form of each line that holds just one record; None of one that does not, or is too long."""
    bare = [line.removesuffix("\r") for line in lines]
    text = "".join(bare)
    if "\r" not in text and "\n" not in text and max(map(len, bare), default=0) + 2 < RECORD_LIMIT:
        try:
            rows = _rows(bare, dialect)
        except csv.Error:
            rows = []
        if len(rows) == len(bare):
            return [_joined(row) for row in rows]
    return [_simple_line(line, dialect) for line in bare]


def _simple_line(line: str, dialect: Dialect) -> str | None:
    try:
        # an end of another kind than the file's is one that the csv module passes over
        odd = len(line) + 2 >= RECORD_LIMIT or line.endswith(("\r", "\n"))
        return None if odd else _joined(_rows([line], dialect)[0])
    except csv.Error:
        return None


def _rows(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    rows = list(csv.reader(lines, dialect.csv))
    dialect.check_quotes(lines, rows)
    return rows


def _joined(cells: Sequence[str]) -> str:
    return SEPARATOR.join(cells) or ODD if _CONTROL.search("".join(cells)) is None else ODD
