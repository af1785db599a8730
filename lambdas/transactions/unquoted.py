"""Lines with quotes in their flat form: cells apart by one character, without the quotes. Used by `flat`.

What is not sure to be one record of one line, as the csv module reads it, has no flat form here.
"""

import csv
import re
from collections.abc import Sequence

from transactions.lines import RECORD_LIMIT

SEPARATOR = "\x1f"
ODD = "\x01"  # a line that is to be judged as it stands in the file
_EMPTY = re.compile(r"\n\n")  # the one cell of such a line is a record, and an empty line is none
_CONTROL = re.compile(r"[\0-\x1f]")


def without_quotes(plain: str, delimiter: str) -> str | None:
    """The flat form of a block in which each cell is quoted and none holds a quote or a line's end; None of others.

    Each quote must be one that opens a line, closes it, or stands in `","`: then none is part of a cell.
    """
    if len(plain) == 2 or not plain.startswith('"') or not plain.endswith('"\n'):
        return None
    inner = plain[1:-2].replace(f'"{delimiter}"', SEPARATOR)
    flat = inner.replace('"\n"', "\n")
    if '"' in flat or 2 * flat.count("\n") != len(inner) - len(flat) or _EMPTY.search(f"\n{flat}\n"):
        return None
    return flat + "\n"


def simple(lines: Sequence[str], delimiter: str) -> list[str | None]:
    """The flat form of each line that holds just one record; None of one that does not, or is too long."""
    bare = [line.removesuffix("\r") for line in lines]
    if all(len(line) + 1 < RECORD_LIMIT for line in lines):
        try:
            rows = list(csv.reader(bare, delimiter=delimiter, strict=True))
        except csv.Error:
            rows = []
        if len(rows) == len(bare):
            return [_flat(line, row) for line, row in zip(bare, rows, strict=True)]
    return [_simple_line(line, delimiter) for line in bare]


def _simple_line(line: str, delimiter: str) -> str | None:
    try:
        return (
            None
            if len(line) + 2 >= RECORD_LIMIT
            else _flat(line, next(csv.reader([line], delimiter=delimiter, strict=True)))
        )
    except csv.Error:
        return None


def _flat(line: str, cells: Sequence[str]) -> str:
    if line.endswith(("\r", "\n")):  # which the csv module passes over, and `records` does not
        return ODD
    return SEPARATOR.join(cells) or ODD if _CONTROL.search("".join(cells)) is None else ODD
