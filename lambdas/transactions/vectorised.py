"""The judgement of a file by the vectorised engine, with the same answer as row by row. Called by `judge`.

The engine passes what is wholly good, and finds which values repeat an earlier one. Every other row is judged by
`rules`, as it stands in the file, in those of its columns that the engine did not pass, and goes to the sink at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from transactions.dialect import Dialect
from transactions.engine import GAP, HOLE, Engine, Other, Repeat, Total, failing
from transactions.errors import ConservationBroken
from transactions.flat import Flat, Flattener
from transactions.lines import HashedFile
from transactions.money import canonical
from transactions.predicates import Predicates, compiled
from transactions.records import Record
from transactions.row_sets import Rows
from transactions.rules import Control, Row, RowRules, repeated, to_line
from transactions.schema import Schema
from transactions.scratch import scratch
from transactions.sinks import NoSink, Sink
from transactions.uniqueness import unique_keys
from transactions.verdict import FileFacts, Tally

_Place = TypeVar("_Place", bound=tuple[int, ...])  # a row, and the number of its record; more may follow

_HOLE, _GAP = (mark.encode() + b"\n" for mark in (HOLE, GAP))


def judge_rows(path: Path, dialect: Dialect, header: Record, schema: Schema, sink: Sink, tally: Tally) -> FileFacts:
    """Judge the rows of a file whose header is checked; the schema must be one of `judgeable`.

    Raises:
        FileRefused: a byte does not decode, or the file changed while it was read.
        TooBroken: it is quicker judged row by row.
        ConservationBroken: the engine's rows are not those of the file; a defect of ours.
        EngineFailed: it can't judge the file; some rows may have gone to the sink and the tally already.
    """
    with scratch() as folder, HashedFile(path, dialect.end) as file, ExitStack() as clean:
        flat = clean.enter_context(Flattener(file, path, dialect, header, folder)).run()
        file.check_unchanged()
        predicates = compiled(schema, header.cells, flat.separator)
        if predicates is None:
            raise ConservationBroken("the schema can't be said in SQL, and should have been judged row by row")
        if flat.records:
            rules = RowRules(schema, header.cells, path.stat().st_size)
            with failing():
                _Judgement(flat, predicates, rules, header, schema, sink, tally, folder).run()
        file.check_unchanged()
        return FileFacts.of(dialect, file.digest.hexdigest(), file.size)


def judgeable(schema: Schema, header: Record) -> bool:
    """Whether the schema's rules can be said in SQL."""
    return compiled(schema, header.cells, "\x1f") is not None


class _Judgement:
    def __init__(
        self, flat: Flat, predicates: Predicates, rules: RowRules, header: Record, schema: Schema, sink: Sink,
        tally: Tally, folder: Path,
    ) -> None:  # fmt: skip
        self._flat, self._rules, self._width = flat, rules, len(header.cells)
        self._sink, self._tally = sink, tally
        self._unique = unique_keys(schema, header.cells)
        self._engine = Engine(flat, predicates, folder)
        self._fillings = folder / "fillings"  # what the engine leaves holes for

    def run(self) -> None:
        """In the order in which things are known."""
        with closing(self._engine):
            self._run()

    def _run(self) -> None:
        rows = self._engine.judge()
        if rows != self._flat.records:
            raise ConservationBroken(f"{self._flat.records} rows were read, and {rows} judged")
        for control, count in _controls(self._engine.read()):
            self._tally.read(control, count)
        repeating, left_out, holes = (Rows(self._flat.lines) for _ in range(3))
        self._engine.add(self._values())
        for row, _ in groupby(self._engine.repeats(), key=_row_of):
            repeating.add(row)
        self._tell(repeating, left_out, holes)
        for control, count in _controls(self._engine.accepted(left_out)):
            self._tally.accept(control, count)
        for control, _ in _controls(self._engine.rejected(left_out, holes)):
            self._tally.rejected(control)
        self._hand_over(left_out, holes)

    def _records(self, rows: Iterator[_Place]) -> Iterator[tuple[_Place, Record]]:
        """The record of each row, as it stands in the file; they come in order."""
        odd = iter(self._flat.odd)
        put_aside = next(odd, None)
        for row in rows:
            line = self._flat.first + row[0] - 1
            while put_aside is not None and put_aside.line < line:
                put_aside = next(odd, None)
            if put_aside is not None and put_aside.line == line:
                yield row, put_aside
            else:
                yield row, self._flat.originals.record(line, row[1], self._width)

    def _values(self) -> Iterator[tuple[int, int, str]]:
        """The values that must be unique, by key and row, where the engine has not got them."""
        for (row, _), record in self._records(self._engine.unkeyed()):
            if record.fault is None:
                values = ((at, key.value(record.cells)) for at, key in enumerate(self._unique))
                yield from ((at, row, value) for at, value in values if value is not None)

    def _tell(self, repeating: Rows, left_out: Rows, holes: Rows) -> None:
        """The verdict of each row that the engine did not pass or that repeats a value, in the file's order."""
        repeats = groupby(self._engine.repeated(), key=_row_of)
        with self._fillings.open("wb") as fillings:
            for other, record in self._records(self._engine.others(repeating)):
                again = list(next(repeats)[1]) if other.row in repeating else []
                left_out.add(other.row)
                right = self._told(other, record, again)
                if right is not None:
                    holes.add(other.row)
                    fillings.write(to_line(right.values()))

    def _told(self, other: Other, record: Record, repeats: Sequence[Repeat]) -> Row | None:
        """The row, if it is right although the engine did not pass it."""
        control = None
        if not other.counted:
            control = self._rules.control(record)
            self._tally.read(control)
        verdict = [] if other.good else self._rules.judge(record, other.doubts)
        if not repeats and isinstance(verdict, dict):
            self._tally.accept(self._rules.accepted_control(verdict))
            return verdict
        errors = verdict if isinstance(verdict, list) else []
        if repeats:
            first = self._flat.first - 1
            errors += [repeated(record, self._unique[one.key], one.first + first) for one in repeats]
        self._tally.reject(control, errors, duplicate=bool(repeats))
        self._sink.rejected(record, errors)
        return None

    def _hand_over(self, left_out: Rows, holes: Rows) -> None:
        """The rows that are right to the sink, those that `rules` judged in their places."""
        if isinstance(self._sink, NoSink) or not self._tally.accepted:
            return  # to write a row costs as much as to judge it
        written = 0
        with self._fillings.open("rb") as fillings:
            for piece in self._engine.write(left_out, holes):
                piece = piece.replace(_GAP, b"") if left_out.count > holes.count else piece
                first, *others = piece.split(_HOLE) if holes.count else [piece]
                lines = b"".join([first, *(next(fillings) + other for other in others)])
                written += lines.count(b"\n")
                self._sink.accepted(lines)
        if written != self._tally.accepted:
            raise ConservationBroken(f"{self._tally.accepted} rows are right, and {written} were written")


def _controls(totals: Iterable[Total]) -> Iterator[tuple[Control | None, int]]:
    """Counts and sums, with the decimals that `rules` gives them."""
    for currency, count, amount in totals:
        if currency is None or amount is None:
            yield None, count
        else:
            yield Control(currency, Decimal(canonical(amount, currency))), count


def _row_of(repeat: Repeat) -> int:
    return repeat.row
