"""The taxonomy of data errors: stable codes by file, header, row and cell, and the error itself.

Made by `dialect`, `records`, `rules` and `judge`; programs match on codes, so a code never changes its meaning.
"""

from typing import Any, NamedTuple

VALUE_LENGTH = 80  # characters of a value that an error quotes

MEANINGS = {
    "file-empty": "The file holds nothing, not even a header.",
    "file-not-csv": "The bytes are of another format, such as gzip, ZIP or PNG.",
    "file-encoding": "The text is in an encoding that is not taken; UTF-8, or UTF-16 with a byte order mark, is.",
    "file-undecodable": "A byte does not decode in the file's encoding; its position is told.",
    "file-line-ends": "The lines end with CR CR LF.",
    "file-dialect": "The file is not as the schema's dialect states; both are told.",
    "file-no-rows": "No row stands between the header and the lines that the dialect's patterns of footers match.",
    "file-changed": "The file changed while it was read.",
    "file-too-large": "The file does not fit into the function's temporary storage, with all that is made of it.",
    "file-key": "The object's key is too long for the keys that are derived from it.",
    "header-broken": "The header can't be parsed: a quote, a NUL byte, or too long.",
    "header-column-order": "The columns have another order than the schema, which says that it matters.",
    "header-no-column": "No column of the header is in the schema.",
    "header-blank-column": "A column of the header has no name.",
    "header-duplicate-column": "Two columns of the header have the same name, which is one of the schema's.",
    "header-missing-column": "A column of the schema is not in the header.",
    "header-extra-column": "A column of the header is not in the schema; its cells are not loaded.",
    "row-missing-cells": "The row has fewer cells than the header.",
    "row-extra-cells": "The row has more cells than the header.",
    "row-unclosed-quote": "A quote is opened in the row and not closed.",
    "row-bad-quote": "Text follows a closing quote.",
    "row-open-escape": "The escape character of the dialect ends the row, with nothing behind it.",
    "row-stray-return": "A carriage return stands outside quotes in the row and does not end its line.",
    "row-stray-newline": "A line feed stands outside quotes in a row of a file whose lines end with CR.",
    "row-nul-byte": "The row holds a NUL byte.",
    "row-too-long": "The row is longer than a row may be.",
    "row-too-large": "The row's item would be larger than the table takes.",
    "cell-required": "The cell is empty and its column is required.",
    "cell-type": "The cell is not of its column's type.",
    "cell-pattern": "The cell does not match its column's pattern.",
    "cell-enum": "The cell is none of the values its column takes.",
    "cell-minimum": "The cell is below its column's minimum.",
    "cell-maximum": "The cell is above its column's maximum.",
    "cell-min-length": "The cell is shorter than its column's minimum length.",
    "cell-max-length": "The cell is longer than its column's maximum length.",
    "cell-key": "The cell becomes a key of the table, and is empty or longer than a key may be.",
    "cell-withdrawn": "The currency was withdrawn before the row's time.",
    "cell-decimals": "The amount has more decimals than its currency.",
    "cell-duplicate": "The cell repeats a value that must be unique in the file; the first one's line is told.",
}


class Fault(NamedTuple):
    """What is wrong, before it is known where: a code of `MEANINGS`, and what would be right."""

    code: str
    message: str


def with_advice(fault: Fault, advice: str) -> Fault:
    """The same fault, and behind what would be right a hint at what seems to be meant, if there is one."""
    return Fault(fault.code, f"{fault.message}; {advice}") if advice else fault


class DataError(NamedTuple):
    """One error at its place.

    `line` counts physical lines from 1, `record` data records from 1; both are None where the whole file is meant,
    `record` also for the header, `column` where a whole row is.
    """

    line: int | None
    record: int | None
    column: str | None
    code: str
    value: str | None
    message: str

    def to_json(self) -> dict[str, Any]:
        """The object of `tap validate --json`."""
        return self._asdict()


def file_error(code: str, message: str, value: str | None = None) -> DataError:
    """An error of the whole file."""
    return DataError(None, None, None, code, value, message)


def counted(count: int, noun: str) -> str:
    """A count with its noun: 1 row, 2,000 rows."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def cut(value: str) -> str:
    """A value short enough to quote: the first 80 characters, with an ellipsis where more follow."""
    return value if len(value) <= VALUE_LENGTH else value[: VALUE_LENGTH - 1] + "…"
