"""Advice on a row or a header that is rejected: that it seems to be none, and the key of the dialect that says so.

Advice is a part of the message and never changes a verdict. Used by `rules`, and by those who read a header.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from transactions.codes import DataError
from transactions.dialect import DELIMITERS, Dialect
from transactions.encoding import SAMPLE
from transactions.records import Record
from transactions.schema import Schema

_END = 1024  # bytes before the file's end in which a row may be a footer
_COMMENT = "#"
_FOOTER = 'a line at the file\'s end that is no row is left out by "dialect": {"tap": {"footers": [its pattern]}}'
_IS_COMMENT = 'a line of comment is left out by "dialect": {"commentChar": "#"}'
_SEP = re.compile(r"sep=.", re.IGNORECASE)
_MANY_EMPTY = 2  # required cells that are empty in what may be a footer


def on_row(record: Record, size: int) -> str:
    """Advice on a row that is broken in its structure; `size` is the file's, in bytes."""
    if record.fault is None or record.fault.code not in {"row-missing-cells", "row-extra-cells"}:
        return ""
    if record.text.startswith(_COMMENT):
        return _IS_COMMENT
    return _FOOTER if record.fault.code == "row-missing-cells" and _is_near_the_end(record, size) else ""


def with_footer(errors: list[DataError], record: Record, size: int) -> list[DataError]:
    """The errors of a row; of one at the file's end in which several required cells are empty, with advice."""
    if len(errors) < _MANY_EMPTY or not _is_near_the_end(record, size):
        return errors
    many_empty = sum(error.code == "cell-required" for error in errors) >= _MANY_EMPTY
    return advised(errors, _FOOTER) if many_empty else errors


def advised(errors: Sequence[DataError], advice: str) -> list[DataError]:
    """The same errors, the first with advice, if there is some."""
    first, *others = errors
    return [first._replace(message=f"{first.message}; {advice}") if advice else first, *others]


def _is_near_the_end(record: Record, size: int) -> bool:
    return record.offset + record.size > size - _END and size > 0


class _Found(NamedTuple):
    """A line of which cells are columns of the schema, once it is split at the delimiter."""

    known: int
    line: int
    delimiter: str


def on_header(errors: Sequence[DataError], path: Path, dialect: Dialect | None, schema: Schema) -> list[DataError]:
    """Errors for which a file is refused; those of its header with advice on where it seems to be."""
    if dialect is None or not errors[0].code.startswith("header-"):
        return list(errors)
    return advised(errors, _elsewhere(_sample(path, dialect), errors[0].line or 1, dialect, schema))


def _sample(path: Path, dialect: Dialect) -> list[str]:
    """The physical lines of a file's beginning."""
    with path.open("rb") as source:
        text = source.read(SAMPLE)[len(dialect.bom) :].decode(dialect.encoding, "ignore")
    return text.replace("\r\n", "\n").split("\r" if dialect.newline == "\r" else "\n")


def _elsewhere(lines: Sequence[str], header: int, dialect: Dialect, schema: Schema) -> str:
    """Where the header seems to be, or how it seems to be delimited, if more columns of the schema are found so."""
    here = _known(lines[header - 1], dialect.delimiter, schema) if header <= len(lines) else 0
    found = [
        _Found(_known(line, delimiter, schema), number, delimiter)
        for number, line in enumerate(lines, 1)
        for delimiter in ((*DELIMITERS, *_marks(line)) if number == header else DELIMITERS)
    ]
    best = max(found, key=lambda one: one.known, default=None)
    if best is None or best.known <= here or best.known < min(2, len(schema.names)):
        return ""
    if best.line == header:
        return f'the delimiter seems to be {best.delimiter!r}: state "dialect": {{"delimiter": ...}}'
    return _moved(lines[: best.line - 1], best.line, header)


def _moved(before: Sequence[str], line: int, header: int) -> str:
    """That the header seems to be in another line than the one that was taken for it."""
    state = f'state "dialect": {{"headerRows": [{line}]}}'
    told = f"the header seems to be in line {line}: {state}"
    if line < header:
        return told
    if _SEP.fullmatch(before[0]):
        return f"line 1 is Excel's sep= line, and the header is in line {line}: {state}, or remove line 1"
    if all(one.startswith(_COMMENT) or not one.strip() for one in before):
        return f'{told}, or "commentChar": "{_COMMENT}" for the lines before it'
    return f"{told}, or remove the lines before it"


def _known(line: str, delimiter: str, schema: Schema) -> int:
    """How many of the cells of a line are columns of the schema."""
    return len(set(schema.names).intersection(cell.strip(' "') for cell in line.split(delimiter)))


def _marks(line: str) -> list[str]:
    """What else could delimit the cells of a header."""
    return sorted(set(line) & set("!#$%&*+/:=?@\\^~\x1e\x1f"))
