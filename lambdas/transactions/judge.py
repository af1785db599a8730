"""The judgement of a whole file: every row read once, accepted or rejected, and the figures that prove it.

Called by the validator and by `tap validate`. How rows are found is no concern of the caller: the answer is a
`Verdict`, and each row goes to the `Sink` as soon as it is judged.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from transactions.codes import DataError
from transactions.dialect import Dialect, detect
from transactions.errors import EngineFailed, FileRefused, TooBroken
from transactions.file_hints import on_header
from transactions.headers import check_header
from transactions.left_out import NO_ROWS, check_left_out
from transactions.records import Record, Source
from transactions.rules import RowRules, columns, repeated, to_line
from transactions.schema import Schema
from transactions.sinks import NoSink, Sink
from transactions.uniqueness import IN_MEMORY, FirstLines, UniqueKey, unique_keys
from transactions.verdict import FileFacts, Tally, Verdict, facts_of_refused

__all__ = ["MAX_DETAILS", "NoSink", "Sink", "Way", "judge"]

MAX_DETAILS = 10_000
SMALL = 1 << 20  # bytes; a smaller file is judged row by row before the engine is loaded
Way = Literal["any", "rows", "vectorised"]
_LOG = logging.getLogger(__name__)


def judge(path: Path, schema: Schema, sink: Sink, *, max_details: int = MAX_DETAILS, way: Way = "any") -> Verdict:
    """Judge every row of a file.

    Args:
        path: the file.
        schema: what its rows must be.
        sink: takes the rows. If the verdict then says that the file can't be judged, what it took is void.
        max_details: errors that the verdict lists; it counts all.
        way: row by row, or vectorised where the schema allows, and the file is not too broken; by itself, what is
            quicker, and row by row where the engine fails. The answer is the same.

    Returns:
        The verdict; `verdict.judged` is False for a file that can't be judged.

    Raises:
        ConservationBroken: the figures don't add up; a defect of ours.
        EngineFailed: the engine could not judge the file, and no other way was asked for.
    """
    dialect = None
    try:
        dialect = detect(path, schema.names, schema.dialect)
        try:
            return _verdict(path, dialect, schema, sink, Tally(max_details), way)
        except TooBroken:
            return _verdict(path, dialect, schema, sink, Tally(max_details), "rows")
        except EngineFailed as failure:
            if way == "vectorised":
                raise
            _LOG.warning("%s is judged row by row, which takes longer: %s", path.name, failure)
            return _verdict(path, dialect, schema, sink, Tally(max_details), "rows")
    except FileRefused as refusal:
        errors = on_header(refusal.errors, path, dialect, schema)
        return Verdict.refused(facts_of_refused(path, dialect), errors)


def _verdict(path: Path, dialect: Dialect, schema: Schema, sink: Sink, tally: Tally, way: Way) -> Verdict:
    """The verdict of one way from the file's start to its end, with a tally of its own."""
    with Source(path, dialect) as source:
        header = source.header()
        tally.note(check_header(header, schema))
        check_left_out(path, dialect, header, schema)
        sink.begin(header, dialect, columns(schema, header.cells))
        if _vectorised(path, schema, header, way):
            from transactions.vectorised import judge_rows  # the engine takes a while to load

            facts = judge_rows(path, dialect, header, schema, sink, tally)
        else:
            _judge_rows(source, header, schema, sink, tally)
            facts = FileFacts.of(dialect, source.sha256, source.size)
    tally.check()
    if dialect.end is not None and not tally.rows:
        tally.note([NO_ROWS])
    return tally.verdict(facts)


def _vectorised(path: Path, schema: Schema, header: Record, way: Way) -> bool:
    if way == "rows" or (way == "any" and path.stat().st_size < SMALL):
        return False
    from transactions.predicates import compiled

    return compiled(schema, header.cells, ",") is not None


def _judge_rows(source: Source, header: Record, schema: Schema, sink: Sink, tally: Tally) -> None:
    rules = RowRules(schema, header.cells, source.path.stat().st_size)
    keys = unique_keys(schema, header.cells)
    unique = [(key, FirstLines(IN_MEMORY // len(keys))) for key in keys]
    for record in source.records(len(header.cells)):
        control = rules.control(record)
        tally.read(control)
        verdict = rules.judge(record)
        repeats = _repeats(record, unique) if record.fault is None else []
        if isinstance(verdict, dict) and not repeats:
            tally.accept(rules.accepted_control(verdict))
            sink.accepted(to_line(verdict.values()))
        else:
            errors = [*(verdict if isinstance(verdict, list) else []), *repeats]
            tally.reject(control, errors, duplicate=bool(repeats))
            sink.rejected(record, errors)
    for _, lines in unique:
        lines.close()


def _repeats(record: Record, unique: Sequence[tuple[UniqueKey, FirstLines]]) -> list[DataError]:
    """The errors of keys whose value an earlier row has."""
    values = ((key, lines, key.value(record.cells)) for key, lines in unique)
    found = [(key, lines.first(value, record.line)) for key, lines, value in values if value is not None]
    return [repeated(record, key, first) for key, first in found if first != record.line]
