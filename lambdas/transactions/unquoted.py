"""Lines with quotes in their flat form: cells apart by one character, without the quotes. Used by `flat`.

What is not sure to be one record of one line, as the csv module reads it, has no flat form here.
"""

import csv
import re
from collections.abc import Sequence

from transactions.dialect import Dialect
from transactions.lines import RECORD_LIMIT

SEPARATOR = "\x1f"
ODD = "\x01"  # a line that is to be judged as it stands in the file
_EMPTY = re.compile(r"\n\n")  # the one cell of such a line is a record, and an empty line is none
_ENDS = ("\r", "\n")  # of another kind than the file's, which the csv module passes over
_CONTROL = re.compile(r"[\0-\x1f]")


def without_quotes(plain: str, dialect: Dialect) -> str | None:
    """The flat form of a block in which each cell is quoted and none holds a quote or a line's end; None of others.

    Each quote must be one that opens a line, closes it, or stands in `","`: then none is part of a cell.
    """
    quote, escape = dialect.stated.quote, dialect.stated.escape
    if quote is None or (escape and escape in plain):
        return None
    if len(plain) == 2 or not plain.startswith(quote) or not plain.endswith(f"{quote}\n"):
        return None
    inner = plain[1:-2].replace(f"{quote}{dialect.delimiter}{quote}", SEPARATOR)
    flat = inner.replace(f"{quote}\n{quote}", "\n")
    if quote in flat or 2 * flat.count("\n") != len(inner) - len(flat) or _EMPTY.search(f"\n{flat}\n"):
        return None
    return flat + "\n"


def simple(lines: Sequence[str], dialect: Dialect) -> list[str | None]:
    """The flat form of each line that holds just one record; None of one that does not, or is too long."""
    bare = [line.removesuffix("\r") for line in lines]
    if not any(len(line) + 2 >= RECORD_LIMIT or line.endswith(_ENDS) for line in bare):
        try:
            rows = _rows(bare, dialect)
        except csv.Error:
            rows = []
        if len(rows) == len(bare):
            return [_joined(row) for row in rows]
    return [_simple_line(line, dialect) for line in bare]


def _simple_line(line: str, dialect: Dialect) -> str | None:
    try:
        odd = len(line) + 2 >= RECORD_LIMIT or line.endswith(_ENDS)
        return None if odd else _joined(_rows([line], dialect)[0])
    except csv.Error:
        return None


def _rows(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    rows = list(csv.reader(lines, **dialect.csv))
    dialect.check_quotes(lines, rows)
    return rows


def _joined(cells: Sequence[str]) -> str:
    return SEPARATOR.join(cells) or ODD if _CONTROL.search("".join(cells)) is None else ODD
