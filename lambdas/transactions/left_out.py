"""Lines that a dialect takes for footers, looked at again: no right row may be among them. Called by `judge`."""

import io
from pathlib import Path

from transactions.codes import DataError, cut, file_error
from transactions.dialect import Dialect
from transactions.errors import FileRefused
from transactions.lines import FileLines
from transactions.records import Record, Rereads, Splitter
from transactions.rules import RowRules
from transactions.schema import Schema

NO_ROWS = file_error(
    "file-no-rows",
    "no row stands between the header and the footers: if there should be rows, narrow the dialect's patterns",
)


def check_left_out(path: Path, dialect: Dialect, header: Record, schema: Schema) -> None:
    """Make sure that the patterns of footers match no row that would be accepted.

    Of a schema that requires no column nothing can be told: nearly each line would be a right row of it.

    Raises:
        FileRefused: they do, for the first such line.
    """
    if dialect.end is None or not any(field.required for field in schema.fields):
        return
    rules = RowRules(schema, header.cells)
    with path.open("rb") as source:
        source.seek(dialect.end)
        text = io.TextIOWrapper(source, encoding=dialect.encoding, newline=dialect.newline)
        for record in Splitter(FileLines(text), dialect, dialect.end, Rereads()).split(1, len(header.cells)):
            if record.fault is None and isinstance(rules.judge(record), dict):
                raise FileRefused([_right(path, dialect, record)])


def _right(path: Path, dialect: Dialect, record: Record) -> DataError:
    line = record.line + _lines_before(path, dialect)
    message = (
        "the line matches a pattern of footers in the schema's dialect and is a right row: narrow the pattern, "
        "or require a column that no footer has"
    )
    return DataError(line, None, None, "file-dialect", cut(record.text.rstrip("\r\n")), message)


def _lines_before(path: Path, dialect: Dialect) -> int:
    """How many lines of the file stand before its footers."""
    with path.open("rb") as source:
        source.seek(dialect.start)
        text = io.TextIOWrapper(source, encoding=dialect.encoding, newline=dialect.newline)
        lines, left = 0, 0
        while (dialect.end or 0) > dialect.start + left and (piece := text.readline(1 << 20)):
            left += len(piece.encode(dialect.encoding))
            lines += piece.endswith(dialect.newline)
    return lines + dialect.first_line - 1
