"""The vectorised engine: DuckDB over the lines of a flat file, out of core. Called by `vectorised`.

A line's row is known by its place in the flat file, from 1: `row`. What is kept of each row lies in a Parquet file of
the scratch folder, so memory does not grow with the file.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from transactions.errors import EngineFailed
from transactions.flat import Flat
from transactions.flat_form import NOTHING, ODD
from transactions.pipe import lines_written
from transactions.predicates import Predicates
from transactions.row_sets import Rows
from transactions.scratch import is_full
from transactions.sql import Sql, joined, text

MEMORY_LIMIT = "192MB"  # of the engine's own buffers; what does not fit goes to the scratch folder
CHECKS_AT_ONCE = 500
ROWS_AT_ONCE = 1_000_000  # whose unique values are compared with each other in memory
HOLE = "\x04"  # a line that the engine writes for a row that it did not judge and that is right
GAP = "\x05"  # a line that it writes for a row that is not
_BATCH = 5_000
_NAME = re.compile(r"\w+")


Total = tuple[str | None, int, Decimal | None]  # a currency, how many rows have it, and the sum of their amounts


@contextmanager
def failing() -> Iterator[None]:
    """Tells what the engine can't do as `EngineFailed`, without the text of its errors, which quote the file.

    A full disk stays what it is: no other way needs less of it.
    """
    try:
        yield
    except duckdb.Error as error:
        if is_full(error):
            raise
        raise EngineFailed(f"the engine failed with {type(error).__name__}") from error


class Repeat(NamedTuple):
    """The value of the unique key `key`, of those of the predicates, stands in `row`, and in `first` first."""

    row: int
    key: int
    first: int


class Other(NamedTuple):
    """A row, record `number`, that `rules` must be asked about: for an error in the columns of `doubts`, a bit each.

    It is one of the totals if it is `counted`.
    """

    row: int
    number: int
    good: bool
    counted: bool
    doubts: int


class Engine:
    """Judges what it can of the lines of one flat file.

    Args:
        flat: the file.
        predicates: the rules.
        scratch: a folder for what does not fit in memory.
    """

    def __init__(self, flat: Flat, predicates: Predicates, scratch: Path) -> None:
        self._flat, self._predicates = flat, predicates
        self._rows, self._pipe, self._file = scratch / "rows.parquet", scratch / "lines", scratch / "read"
        self._file.symlink_to(flat.path.resolve())  # as the engine reads meaning into names: `*`, `.gz`, `line=5/`
        settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(scratch / "spilled"),
            "enable_external_file_cache": False,  # each file is read once or twice, from its start to its end
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._database = duckdb.connect(":memory:", config=settings)
        self._database.execute("CREATE TABLE judged (key INTEGER, row_ BIGINT, value VARCHAR)")
        self._database.execute("CREATE TABLE repeats (key INTEGER, row_ BIGINT, first_ BIGINT)")

    def close(self) -> None:
        """Give memory and files back."""
        self._database.close()
        self._rows.unlink(missing_ok=True)
        self._file.unlink()

    def judge(self) -> int:
        """Judge each line; how many rows there are."""
        first, *others = self._checks()
        good = _all([*first, *(self._passed(f"failed{at}", some) for at, some in enumerate(others))])
        rows = f"SELECT *, {self._doubts()} AS doubts FROM (SELECT *, {good} AS good FROM ({self._cells()}))"
        hashes = [f"{_hash(value, self._keyed)} AS h{at}" for at, value in enumerate(self._predicates.unique)]
        currency, amount = self._predicates.control or ("NULL", "NULL")
        columns = ["row_", "good", "doubts", f"{currency} AS currency", f"{amount} AS amount", *hashes]
        rows = f"SELECT {', '.join(columns)} FROM ({rows})"
        self._run(f"COPY ({rows}) TO {text(str(self._rows))} (FORMAT parquet, COMPRESSION snappy)")
        self._run(f"CREATE VIEW verdicts AS SELECT *, file_row_number + 1 AS number_ FROM {self._kept()}")
        return self._number("SELECT count(*) FROM verdicts")

    def _doubts(self) -> str:
        """SQL of a row's doubtful cells, as bits: all, where the line does not say what they are.

        NULL where they are too few or too many: such a row has no amount and no unique values.
        """
        cases = f"WHEN contains(line, '{ODD}') THEN -1 WHEN width <> {self._predicates.width} THEN NULL"
        return f"CASE WHEN good THEN 0 {cases} ELSE {self._predicates.doubts} END"

    def _checks(self) -> list[list[str]]:
        """What must hold of a good row; some checks at a time, as each takes its share of the memory."""
        pattern = f"regexp_full_match(line, {text(self._predicates.pattern)})"
        checks = [f"width = {self._predicates.width}", pattern, *self._predicates.checks]
        return [checks[at : at + CHECKS_AT_ONCE] for at in range(0, len(checks), CHECKS_AT_ONCE)]

    def _passed(self, name: str, checks: Iterable[str]) -> str:
        """SQL of whether a row passes checks that are made here; a bit for each row is kept by the name."""
        rows = f"SELECT row_, {_all(checks)} AS good FROM ({self._cells()})"
        bits = f"SELECT bitstring_agg(row_, 0, {self._flat.lines}) FILTER (NOT good) FROM ({rows})"
        self._run(f"SET VARIABLE {name} = ({bits})")
        return f"coalesce(get_bit(getvariable('{name}'), row_::INTEGER) = 0, true)"

    def _kept(self) -> str:
        return f"read_parquet({text(str(self._rows))}, file_row_number = true)"

    @property
    def _keyed(self) -> str:
        """SQL of whether a row's unique values are known."""
        return f"((doubts & {self._predicates.key_bits}) = 0)"

    @property
    def _counted(self) -> str:
        """SQL of whether a row's amount is known, and its currency."""
        return f"((doubts & {self._predicates.control_bits}) = 0)"

    def unkeyed(self) -> Iterator[tuple[int, int]]:
        """Row and number of those whose unique values are not known and may be some, in order."""
        if self._predicates.unique:
            yield from self._stream(f"SELECT row_, number_ FROM verdicts WHERE NOT {self._keyed}")

    def others(self, repeating: Rows) -> Iterator[Other]:
        """The rows that are not known to be good or that repeat a value, in order."""
        own = self._database.cursor()
        again = _among("repeating", repeating, own)
        known = f"good, coalesce({self._counted}, false), coalesce(doubts, -1)"
        found = f"SELECT row_, number_, {known} FROM verdicts WHERE NOT good OR {again}"
        yield from map(Other._make, _stream(own, found))

    def read(self) -> list[Total]:
        """Of all rows whose amount is known."""
        return self._totals(self._counted)

    def accepted(self, left_out: Rows) -> list[Total]:
        """Of good rows but for some."""
        return self._totals(f"good AND NOT {self._among('left_out', left_out)}")

    def rejected(self, left_out: Rows, holes: Rows) -> list[Total]:
        """Of the rows of `left_out` that are not in `holes` and whose amount is known."""
        wrong = f"{self._among('left_out', left_out)} AND NOT {self._among('holes', holes)}"
        return self._totals(f"{self._counted} AND {wrong}")

    def _totals(self, kept: str) -> list[Total]:
        found = "SELECT currency, count(*), sum(amount) FROM verdicts"
        return self._database.execute(f"{found} WHERE {kept} GROUP BY currency ORDER BY currency").fetchall()

    def _among(self, name: str, rows: Rows) -> str:
        return _among(name, rows, self._database)

    def add(self, values: Iterable[tuple[int, int, str]]) -> None:
        """Values, by unique key and row, of rows that were judged elsewhere."""
        form = text('[{"key": "INTEGER", "row_": "BIGINT", "value": "VARCHAR"}]')
        insert = f"INSERT INTO judged SELECT unnest(from_json($1, {form}), recursive := true)"
        stream = iter(values)
        while batch := list(islice(stream, _BATCH)):
            rows = [{"key": key, "row_": row, "value": value} for key, row, value in batch]
            self._database.execute(insert, [json.dumps(rows)])  # a list of values would take 100 times as long

    def repeats(self) -> Iterator[Repeat]:
        """Find all rows whose unique values stand in an earlier one too. The values of `unkeyed` were added."""
        for key, value in enumerate(self._predicates.unique):
            self._find_repeats(key, value)
        yield from self.repeated()

    def repeated(self) -> Iterator[Repeat]:
        """Those that were found."""
        yield from map(Repeat._make, self._stream("SELECT row_, key, first_ FROM repeats ORDER BY row_, key"))

    def _find_repeats(self, key: int, value: str) -> None:
        """By hash first, a share of the hashes at a time; then by the values that have one in common."""
        self._run("CREATE OR REPLACE TABLE shared (hash UBIGINT)")
        shares = -(-self._flat.lines // ROWS_AT_ONCE)
        known = f"SELECT h{key} AS h FROM verdicts UNION ALL SELECT hash(value) FROM judged WHERE key = {key}"
        for share in range(shares):  # the rest of what has no value is none, and no share has it
            some = f"SELECT h FROM ({known}) WHERE h % {shares} = {share} GROUP BY h HAVING count(*) > 1"
            self._run(f"INSERT INTO shared {some}")
        if not self._number("SELECT count(*) FROM shared"):
            return
        suspects = f"SELECT row_ FROM verdicts WHERE h{key} IN (SELECT hash FROM shared)"
        self._run(f"SET VARIABLE suspects = (SELECT bitstring_agg(row_, 0, {self._flat.lines}) FROM ({suspects}))")
        suspected = "get_bit(getvariable('suspects'), row_::INTEGER) = 1"
        known = f"SELECT row_, {value} AS value FROM ({self._cells()}) WHERE {suspected}"
        added = f"SELECT row_, value FROM judged WHERE key = {key} AND hash(value) IN (SELECT hash FROM shared)"
        first = f"SELECT row_, min(row_) OVER (PARTITION BY value) AS first_ FROM ({known} UNION ALL {added})"
        self._run(f"INSERT INTO repeats SELECT {key}, row_, first_ FROM ({first}) WHERE row_ > first_")

    def write(self, left_out: Rows, holes: Rows) -> Iterator[bytes]:
        """The good rows as JSON Lines, in order, in pieces of whole lines.

        A row of `holes` is a `HOLE`, and another one of `left_out` a `GAP`: to leave lines out takes half as much
        memory again, as the rest of each column would be copied.
        """
        hole = self._among("holes", holes)
        gap = self._among("left_out", left_out)
        lines = f"SELECT {hole} AS hole, {gap} AS gap, {self._json()} AS json FROM ({self._cells()})"
        rows = f"SELECT CASE WHEN hole THEN {text(HOLE)} WHEN gap THEN {text(GAP)} ELSE json END FROM ({lines})"
        # no quote at all: with one, a line that holds a `#`, which some readers take for a comment, is put in quotes
        options = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x03', USE_TMP_FILE false"
        yield from lines_written(self._pipe, lambda pipe: self._run(f"COPY ({rows}) TO {text(str(pipe))} ({options})"))

    def _json(self) -> str:
        """A row as `rules` writes it."""
        values = [part for value in self._predicates.values for part in (*value, ",")]
        line = joined(["[", *values, Sql(f"row_ + {self._flat.first - 1}"), "]"])
        return f"replace({line}, '\"\"', 'null')" if self._predicates.empty_is_null else line

    def _lines(self) -> str:
        """All lines that hold a record, with their row."""
        options = (
            f"header = false, skip = {self._flat.skip}, auto_detect = false, columns = {{'line': 'VARCHAR'}}, "
            "delim = '\x02', quote = '', escape = '', new_line = '\\n', "
            "compression = 'none', hive_partitioning = false, buffer_size = 16000000, max_line_size = 2000000"
        )
        lines = f"SELECT line, row_number() OVER () AS row_ FROM read_csv({text(str(self._file))}, {options})"
        return f"SELECT * FROM ({lines}) WHERE line <> '{NOTHING}'"

    def _split(self) -> str:
        return f"SELECT *, string_split(line, {text(self._flat.separator)}) AS c FROM ({self._lines()})"

    def _cells(self) -> str:
        cells = ", ".join(f"c[{at}] AS c{at}" for at in range(1, self._predicates.width + 1))
        rows = f"SELECT row_, line, c, len(c) AS width, {cells} FROM ({self._split()})"
        for level in _levels(self._predicates.steps):
            rows = f"SELECT *, {', '.join(f'{value} AS {name}' for name, value in level)} FROM ({rows})"
        return rows

    def _run(self, statement: str) -> None:
        self._database.execute(statement).fetchall()

    def _number(self, statement: str) -> int:
        return int(self._database.execute(statement).fetchall()[0][0])

    def _stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """On a connection of its own, as the next statement of the same one would end the stream."""
        return _stream(self._database.cursor(), statement)


def _stream(connection: duckdb.DuckDBPyConnection, statement: str) -> Iterator[tuple[Any, ...]]:
    found = connection.execute(statement)
    while batch := found.fetchmany(_BATCH):
        yield from batch


def _among(name: str, rows: Rows, connection: duckdb.DuckDBPyConnection) -> str:
    """SQL, for this connection alone, of whether a row is one of these."""
    if not rows.count:
        return "false"
    connection.execute(f"SET VARIABLE {name} = (SELECT $1::BLOB::BIT)", [bytes(rows)])
    return f"(get_bit(getvariable('{name}'), row_::INTEGER) = 1)"


def _all(checks: Iterable[str]) -> str:
    """SQL of whether all checks hold; where one has no answer it does not."""
    return f"coalesce({' AND '.join(f'({check})' for check in checks)}, false)"


def _levels(steps: Iterable[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """The steps in few levels, each of which refers to those before it alone: each level holds all columns anew."""
    depths, levels = dict[str, int](), list[list[tuple[str, str]]]()
    for name, value in steps:
        depth = max((depths[one] + 1 for one in _NAME.findall(value) if one in depths), default=0)
        depths[name] = depth
        levels += [[]] * (depth == len(levels))
        levels[depth] = [*levels[depth], (name, value)]
    return levels


def _hash(value: str, known: str) -> str:
    """SQL of a value's hash: NULL where it is not known, or none, of which the engine would give one as well."""
    return f"(CASE WHEN {known} AND {value} IS NOT NULL THEN hash({value}) END)"
