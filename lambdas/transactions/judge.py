"""The judgement of a whole file: every row read once, accepted or rejected, and the figures that prove it.

Called by the validator and by `tap validate`. How rows are found is no concern of the caller: the answer is a
`Verdict`, and each row goes to the `Sink` as soon as it is judged.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from transactions.codes import DataError, Fault, cut
from transactions.dialect import Dialect, detect
from transactions.errors import FileRefused
from transactions.records import Record, Source
from transactions.rules import Row, RowRules
from transactions.schema import Schema
from transactions.uniqueness import FirstLines
from transactions.verdict import FileFacts, Tally, Verdict, facts_of_refused

MAX_DETAILS = 10_000


class Sink(Protocol):
    """Where judged rows go, in the file's order."""

    def begin(self, header: Record, dialect: Dialect) -> None:
        """Called once, before any row, with the header and how the file is written."""

    def accepted(self, row: Row) -> None:
        """A row that is right, normalised; `source_line` is its physical line."""

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """A row that is not, with all of its errors."""


class NoSink:
    """Keeps nothing: only the verdict is wanted."""

    def begin(self, header: Record, dialect: Dialect) -> None:
        """Nothing to prepare."""

    def accepted(self, row: Row) -> None:
        """Not kept."""

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """Not kept."""


def judge(path: Path, schema: Schema, sink: Sink, *, max_details: int = MAX_DETAILS) -> Verdict:
    """Judge every row of a file.

    Args:
        path: the file.
        schema: what its rows must be.
        sink: takes the rows. If the verdict then says that the file can't be judged, what it took is void.
        max_details: errors that the verdict lists; it counts all.

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
            _judge_rows(source, schema, sink, tally)
            facts = FileFacts.of(dialect, source.sha256, source.size)
    except FileRefused as refusal:
        return Verdict.refused(facts_of_refused(path, dialect), refusal.errors)
    tally.check()
    return tally.verdict(facts)


def _judge_rows(source: Source, schema: Schema, sink: Sink, tally: Tally) -> None:
    header = source.header()
    tally.note(check_header(header, schema))
    sink.begin(header, source.dialect)
    rules = RowRules(schema, header.cells)
    unique = [(name, header.cells.index(name), FirstLines()) for name in schema.unique if name in header.cells]
    for record in source.records(len(header.cells)):
        control = rules.control(record)
        tally.read(control)
        verdict = rules.judge(record)
        repeats = _repeats(record, unique, schema.missing_values) if record.fault is None else []
        if isinstance(verdict, dict) and not repeats:
            tally.accept(rules.accepted_control(verdict))
            sink.accepted(verdict)
        else:
            errors = [*(verdict if isinstance(verdict, list) else []), *repeats]
            tally.reject(control, errors, duplicate=bool(repeats))
            sink.rejected(record, errors)
    for _, _, lines in unique:
        lines.close()


def _repeats(record: Record, unique: Sequence[tuple[str, int, FirstLines]], missing: frozenset[str]) -> list[DataError]:
    """The errors of cells that repeat a value which must be unique."""
    errors = []
    for name, at, lines in unique:
        cell = record.cells[at]
        if cell not in missing and (first := lines.first(cell, record.line)) != record.line:
            message = f"{name} {cut(cell)!r} stands first in line {first}: remove one of the two"
            errors.append(DataError(record.line, record.number, name, "cell-duplicate", cut(cell), message))
    return errors


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
