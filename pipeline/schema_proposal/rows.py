"""Lines made into rows under one way of writing them. Used by `shape`, which compares several."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_LONGEST = 100  # lines of one row; a quote that is not closed within them is taken for an open one


@dataclass(frozen=True, slots=True)
class Writing:
    """How rows are written. Without `quote`, a quote is a character like others."""

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    skip_space: bool = False
    comment: str | None = None


class Row(NamedTuple):
    """A row that is not blank. `cells` is empty where its quotes are broken; `line` counts physical lines from 1."""

    line: int
    cells: list[str]
    text: str


def rows_of(lines: Sequence[str], writing: Writing, first: int = 1) -> Iterator[Row]:
    """The rows of the lines from the `first` on."""
    at = first - 1
    while at < len(lines):
        line = lines[at].rstrip("\r\n")
        if not line or (writing.comment and line.startswith(writing.comment)):
            at += 1
        elif _is_plain(line, writing):
            cells = line.split(writing.delimiter)
            yield Row(at + 1, [one.lstrip(" ") for one in cells] if writing.skip_space else cells, line)
            at += 1
        else:
            cells, taken = _parsed(lines[at : at + _LONGEST], writing)
            yield Row(at + 1, cells, "".join(lines[at : at + taken]).rstrip("\r\n"))
            at += taken


def _is_plain(line: str, writing: Writing) -> bool:
    return not any(one and one in line for one in (writing.quote, writing.escape)) and "\r" not in line


def _parsed(lines: Sequence[str], writing: Writing) -> tuple[list[str], int]:
    """The first row's cells, none where it is broken, and how many lines it takes."""
    reader = csv.reader(
        lines, delimiter=writing.delimiter, quotechar=writing.quote, escapechar=writing.escape,
        skipinitialspace=writing.skip_space, strict=True,
        quoting=csv.QUOTE_MINIMAL if writing.quote else csv.QUOTE_NONE,
    )  # fmt: skip
    try:
        return next(reader), reader.line_num
    except csv.Error:
        return [], 1
