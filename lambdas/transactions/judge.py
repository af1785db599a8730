"""The judgement of a whole file: every row read once, accepted or rejected, and the figures that prove it.

Called by the validator and by `tap validate`. How rows are found is no concern of the caller: the answer is a
`Verdict`, and each row goes to the `Sink` as soon as it is judged.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from transactions.codes import DataError, Fault, cut
from transactions.dialect import detect
from transactions.errors import FileRefused
from transactions.records import Record, Source
from transactions.rules import RowRules, columns, repeated, to_line
from transactions.schema import Schema
from transactions.sinks import NoSink, Sink
from transactions.uniqueness import IN_MEMORY, FirstLines, UniqueKey, unique_keys
from transactions.verdict import FileFacts, Tally, Verdict, facts_of_refused

__all__ = ["MAX_DETAILS", "NoSink", "Sink", "Way", "check_header", "judge"]

MAX_DETAILS = 10_000
SMALL = 1 << 20  # bytes; a smaller file is judged row by row before the engine is loaded
Way = Literal["any", "rows", "vectorised"]


def judge(path: Path, schema: Schema, sink: Sink, *, max_details: int = MAX_DETAILS, way: Way = "any") -> Verdict:
    """Judge every row of a file.

    Args:
        path: the file.
        schema: what its rows must be.
        sink: takes the rows. If the verdict then says that the file can't be judged, what it took is void.
        max_details: errors that the verdict lists; it counts all.
        way: row by row, or vectorised where the schema allows; by itself, what is quicker. The answer is the same.

    Returns:
        The verdict; `verdict.judged` is False for a file that can't be judged.

    Raises:
        ConservationBroken: the figures don't add up; a defect of ours.
    """
    tally = Tally(max_details)
    dialect = None
    try:
        dialect = detect(path, schema.names)
        with Source(path, dialect) as source:
            header = source.header()
            tally.note(check_header(header, schema))
            sink.begin(header, dialect, columns(schema, header.cells))
            if _vectorised(path, schema, header, way):
                from transactions.vectorised import judge_rows  # the engine takes a while to load

                facts = judge_rows(path, dialect, header, schema, sink, tally)
            else:
                _judge_rows(source, header, schema, sink, tally)
                facts = FileFacts.of(dialect, source.sha256, source.size)
    except FileRefused as refusal:
        return Verdict.refused(facts_of_refused(path, dialect), refusal.errors)
    tally.check()
    return tally.verdict(facts)


def _vectorised(path: Path, schema: Schema, header: Record, way: Way) -> bool:
    if way == "rows" or (way == "any" and path.stat().st_size < SMALL):
        return False
    from transactions.predicates import compiled

    return compiled(schema, header.cells, ",") is not None


def _judge_rows(source: Source, header: Record, schema: Schema, sink: Sink, tally: Tally) -> None:
    rules = RowRules(schema, header.cells)
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


def check_header(header: Record, schema: Schema) -> list[DataError]:
    """What is to be said of a header under which the rows can be judged.

    Raises:
        FileRefused: they can't, for all the errors that it carries.
    """
    if header.fault is not None:
        raise FileRefused([_header_error(header, None, Fault("header-broken", header.fault.message))])
    names = header.cells
    fatal = [_header_error(header, None, _blank(at)) for at, name in enumerate(names, 1) if not name.strip()]
    twice = [name for name in dict.fromkeys(names) if name.strip() and names.count(name) > 1]
    fatal += [_header_error(header, name, _twice(name)) for name in twice]
    absent = [field for field in schema.fields if field.name not in names]
    missing = {field.name: _header_error(header, field.name, _missing(field.name, names)) for field in absent}
    extra = [_header_error(header, name, _extra(name)) for name in names if name.strip() and name not in schema.names]
    if fatal or any(field.required for field in absent):
        raise FileRefused([*fatal, *missing.values(), *extra])
    return [*missing.values(), *extra]


def _header_error(header: Record, column: str | None, fault: Fault) -> DataError:
    value = cut(header.text.rstrip("\r\n") if column is None else column)
    return DataError(header.line, None, column, fault.code, value, fault.message)


def _blank(position: int) -> Fault:
    return Fault("header-blank-column", f"column {position} of the header has no name: name it, or remove it")


def _twice(name: str) -> Fault:
    return Fault("header-duplicate-column", f"the column {name!r} stands more than once: keep one")


def _missing(name: str, names: Sequence[str]) -> Fault:
    folded = {one.strip().casefold(): one for one in names}
    near = get_close_matches(name.casefold(), folded, n=1)
    hint = f"rename {folded[near[0]]!r}, or add it" if near else "add it"
    return Fault("header-missing-column", f"the column {name!r} is missing: {hint}")


def _extra(name: str) -> Fault:
    return Fault("header-extra-column", f"the column {name!r} is not in the schema; its cells are not loaded")
