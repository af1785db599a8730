"""The judgement of a file by the vectorised engine, with the same answer as row by row. Called by `judge`.

The engine passes what is wholly good. Every other row is judged by `rules`, as it stands in the file. Only then is it
known which values repeat an earlier one, and only after that are rows handed to the sink.
"""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from transactions.codes import DataError
from transactions.dialect import Dialect
from transactions.engine import GAP, HOLE, Engine, Repeat, Rows, failing
from transactions.errors import ConservationBroken
from transactions.flat import Flat, Flattener
from transactions.lines import HashedFile
from transactions.money import canonical
from transactions.predicates import Predicates, compiled
from transactions.records import Record
from transactions.rules import Control, Row, RowRules, repeated, to_line
from transactions.schema import Schema
from transactions.scratch import scratch
from transactions.sinks import NoSink, Sink
from transactions.spool import Spool
from transactions.uniqueness import unique_keys
from transactions.verdict import FileFacts, Tally

_HOLE, _GAP = (mark.encode() + b"\n" for mark in (HOLE, GAP))


class Judged(NamedTuple):
    """A row that `rules` judged: what it gives to the totals, and what it is or what is wrong with it."""

    row: int
    record: Record
    control: Control | None
    verdict: Row | list[DataError]


_Event = tuple[int, Judged | list[Repeat]]


def _row_of(event: _Event) -> int:
    return event[0]


def judge_rows(path: Path, dialect: Dialect, header: Record, schema: Schema, sink: Sink, tally: Tally) -> FileFacts:
    """Judge the rows of a file whose header is checked; the schema must be one of `judgeable`.

    Raises:
        FileRefused: a byte does not decode, or the file changed while it was read.
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
        self._flat, self._rules, self._header = flat, rules, header
        self._sink, self._tally = sink, tally
        self._unique = unique_keys(schema, header.cells)
        self._engine = Engine(flat, predicates, folder)
        self._judged = Spool[Judged](folder / "judged")

    def run(self) -> None:
        """In the order in which things are known."""
        with closing(self._engine), closing(self._judged):
            self._run()

    def _run(self) -> None:
        rows = self._engine.judge()
        if rows != self._flat.records:
            raise ConservationBroken(f"{self._flat.records} rows were read, and {rows} judged")
        read = list(self._controls(None))
        for control, count in read:
            self._tally.read(control, count)
        others, left_out, holes = (Rows(self._flat.lines) for _ in range(3))
        self._engine.add(self._judge_others(others))
        repeats = self._engine.repeats(others)
        self._tell(repeats, left_out, holes)
        for control, count in self._controls(left_out) if left_out.count else read:
            self._tally.accept(control, count)
        self._hand_over(left_out, holes)

    def _controls(self, but: Rows | None) -> Iterator[tuple[Control | None, int]]:
        """Counts and sums of the good rows, with the decimals that `rules` gives them."""
        for currency, count, amount in self._engine.totals(but):
            if currency is None or amount is None:
                yield None, count
            else:
                yield Control(currency, Decimal(canonical(amount, currency))), count

    def _judge_others(self, others: Rows) -> Iterator[tuple[int, int, str]]:
        """Judge by `rules` what the engine did not pass; gives the values that must be unique, by key and row."""
        odd = iter(self._flat.odd)
        put_aside = next(odd, None)
        for row, number in self._engine.others():
            line = self._flat.first + row - 1
            if put_aside is not None and put_aside.line == line:
                record, put_aside = put_aside, next(odd, None)
            else:
                record = self._flat.originals.record(line, number, len(self._header.cells))
            others.add(row)
            self._judged.put(Judged(row, record, self._rules.control(record), self._rules.judge(record)))
            if record.fault is None:
                values = ((at, key.value(record.cells)) for at, key in enumerate(self._unique))
                yield from ((at, row, value) for at, value in values if value is not None)

    def _tell(self, repeats: Iterator[Repeat], left_out: Rows, holes: Rows) -> None:
        """The verdict of each row that `rules` judged or that repeats a value, in the file's order."""
        judged: Iterator[_Event] = ((one.row, one) for one in self._judged)
        again: Iterator[_Event] = ((row, list(same)) for row, same in groupby(repeats, key=lambda one: one.row))
        for row, found in groupby(heapq.merge(judged, again, key=_row_of), key=_row_of):
            things = [thing for _, thing in found]
            judged_here = next((thing for thing in things if isinstance(thing, Judged)), None)
            repeated_here = next((thing for thing in things if isinstance(thing, list)), [])
            left_out.add(row)
            if self._told(row, judged_here, repeated_here):
                holes.add(row)

    def _told(self, row: int, judged: Judged | None, repeats: list[Repeat]) -> bool:
        """Whether the row is right although the engine did not pass it."""
        if judged is None:
            line = self._flat.first + row - 1
            record = self._flat.originals.record(line, repeats[0].number, len(self._header.cells))
            control, errors = self._rules.control(record), list[DataError]()
        else:
            record, control = judged.record, judged.control
            self._tally.read(control)
            if isinstance(judged.verdict, dict) and not repeats:
                self._tally.accept(self._rules.accepted_control(judged.verdict))
                return True
            errors = judged.verdict if isinstance(judged.verdict, list) else []
        first = self._flat.first - 1
        errors = [*errors, *(repeated(record, self._unique[one.key], one.first + first) for one in repeats)]
        self._tally.reject(control, errors, duplicate=bool(repeats))
        self._sink.rejected(record, errors)
        return False

    def _hand_over(self, left_out: Rows, holes: Rows) -> None:
        """The rows that are right to the sink, those that `rules` judged in their places."""
        if isinstance(self._sink, NoSink) or not self._tally.accepted:
            return  # to write a row costs as much as to judge it
        fillings = (
            to_line(one.verdict.values()) for one in self._judged if one.row in holes and isinstance(one.verdict, dict)
        )
        written = 0
        for piece in self._engine.write(left_out, holes):
            piece = piece.replace(_GAP, b"") if left_out.count > holes.count else piece
            first, *others = piece.split(_HOLE) if holes.count else [piece]
            lines = b"".join([first, *(next(fillings) + other for other in others)])
            written += lines.count(b"\n")
            self._sink.accepted(lines)
        if written != self._tally.accepted:
            raise ConservationBroken(f"{self._tally.accepted} rows are right, and {written} were written")
