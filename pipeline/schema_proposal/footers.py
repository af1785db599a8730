"""The lines behind the rows: sums, counts, closing words. Used by `propose`.

A pattern that knows a footer again is made of its words; its numbers may be others tomorrow.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from pipeline.schema_proposal.notes import Notes, lines_named, quoted
from pipeline.schema_proposal.rows import Row, rows_of
from pipeline.schema_proposal.sample import Sample
from pipeline.schema_proposal.shape import Shape
from pipeline.schema_proposal.values import is_value

_MOST = 10  # rows; more are no footer
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")
_LETTERS, _DIGITS = re.compile(r"[^\W\d_]+"), re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Footers:
    """The rows that are taken for footers, and a pattern of RE2 for each of their lines."""

    rows: list[Row]
    patterns: list[str]


def footers_of(sample: Sample, shape: Shape, notes: Notes) -> Footers:
    """The last rows that are not like the others; the notes take the question whether they are none."""
    first = shape.header.line + 1 if sample.is_whole else 1
    rows = list(rows_of(sample.last_lines, shape.writing, first))
    usual = _Usual.of(shape)
    found = list(takewhile(usual.is_footer, reversed(rows[-_MOST - 1 :])))[::-1]
    if not found or len(found) > _MOST:
        return Footers([], [])
    texts = [line.rstrip("\r") for row in found for line in row.text.split("\n") if line.strip()]
    patterns = list(dict.fromkeys(_pattern(text, shape.writing.delimiter) for text in texts))
    last = "the last line" if len(found) == 1 else f"the last {len(found)} rows"
    named = lines_named([row.line for row in found]) if sample.is_whole else last
    notes.found.append(f"footers: {named}, as {quoted(found[0].text)} is not like the rows before")
    notes.questions.append(f"footers: is it right that no row is in {named}, and do the patterns match no row?")
    return Footers(found, patterns)


@dataclass(frozen=True, slots=True)
class _Usual:
    """What rows have in common.

    `filled` are the columns that have a cell in nine of ten rows, `forms` the ways in which first cells with digits
    are written; `is_regular` says that all first cells have digits.
    """

    width: int
    filled: list[int]
    forms: set[str]
    is_regular: bool

    @classmethod
    def of(cls, shape: Shape) -> "_Usual":
        """Of the rows before the last, which may be footers."""
        rows = shape.rows[: max(len(shape.rows) // 2 + 1, len(shape.rows) - _MOST)]
        columns = list(zip(*(row.cells for row in rows), strict=True))
        filled = [at for at, column in enumerate(columns) if sum(map(bool, column)) * 10 >= len(column) * 9]
        forms = {_form(row.cells[0]) for row in rows}
        return cls(shape.width, filled, {form for form in forms if "9" in form}, all("9" in form for form in forms))

    def is_footer(self, row: Row) -> bool:
        """Whether it has other cells than rows have; one that begins as they do is a row, even a broken one."""
        if not row.cells or is_value(row.cells[0]) or _form(row.cells[0]) in self.forms:
            return False
        if len(row.cells) != self.width:
            return True
        present = sum(bool(row.cells[at]) for at in self.filled)
        begins_otherwise = self.is_regular and bool(row.cells[0])
        lacks = present < len(self.filled) and (begins_otherwise or present * 2 < len(self.filled))
        return lacks and any(map(str.isalpha, row.text))  # no pattern without a word: it would match rows


def _form(cell: str) -> str:
    return _LETTERS.sub("a", _DIGITS.sub("9", cell))


def _pattern(text: str, delimiter: str) -> str:
    """Its words as they are, and in place of each number what any number matches."""
    inner = "".join(one for one in ".,'" if one != delimiter)
    number = re.compile(rf"(?<![0-9A-Za-z.:/-])([-+]?[0-9](?:[0-9{inner}]*[0-9])?)|([0-9]+)")
    pattern, end = "", 0
    for match in number.finditer(text):
        pattern += _SPECIAL.sub(r"\\\g<0>", text[end : match.start()])
        pattern += f"[-+]?[0-9][0-9{inner}]*" if match[1] else "[0-9]+"
        end = match.end()
    return pattern + _SPECIAL.sub(r"\\\g<0>", text[end:])
