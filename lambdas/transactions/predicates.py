"""A schema as SQL: which lines of a flat file are wholly good, and what their cells are once normalised.

Used by `engine`. A line that the SQL passes is one that `rules` accepts, with the same result; of a line that it does
not pass nothing is known. So a rule may be stricter here, and rare spellings are left to `rules`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Any

from transactions.cells import Form
from transactions.money import MINOR_UNITS
from transactions.patterns import text_class, translated
from transactions.schema import Field, Schema
from transactions.sql import Sql, text
from transactions.tables import KEY_BYTES, keys, sure_to_fit
from transactions.time_formats import OFFSET

_DECIMALS = 4  # of numbers that the engine reads, besides 14 digits before the point: 64 bits hold them
_NUMBER = rf"(?:0|[1-9][0-9]{{0,13}})(?:\.[0-9]{{1,{_DECIMALS}}})?"
_INTEGER = r"(?:0|[1-9][0-9]{0,17})"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DAY = r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
_INSTANT = rf"{_DAY}T{_CLOCK}(?:\.[0-9]{{1,6}})?{OFFSET}"
_BOOLEANS = {"true": ("true", "True", "TRUE", "1"), "false": ("false", "False", "FALSE", "0")}


@dataclass(frozen=True)
class Column:
    """One column in SQL.

    `pattern` must match the whole cell; `checks` must hold of a cell that is not empty; `value` is the normalised
    text of such a cell but for its `ending`, and `number` its value where it is one. `steps` are what others refer to
    by name, as the engine would compute them anew at each place; each may refer to those before it.
    """

    pattern: str
    cell: str
    checks: tuple[str, ...] = ()
    value: str = ""
    ending: str = ""
    number: str = ""
    steps: tuple[tuple[str, str], ...] = ()

    def checked(self, *checks: str) -> "Column":
        return replace(self, checks=(*self.checks, *checks))


@dataclass(frozen=True)
class Predicates:
    """A schema in SQL, for one header. Cells are `c1`, `c2`..."""

    width: int
    pattern: str
    steps: tuple[tuple[str, str], ...]  # names and SQL, each of which may refer to those before it
    checks: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]  # the normalised texts as JSON in the order of `rules`, as parts of `joined`
    unique: Mapping[str, str]  # SQL of the cell, NULL for nothing
    control: tuple[str, str] | None  # SQL of currency and amount


def compiled(schema: Schema, header: Sequence[str], separator: str) -> Predicates | None:
    """The SQL of a schema for a file, or None if a rule can't be said in it."""
    columns: dict[str, Column] = {}
    for one in schema.fields:
        if one.name in header:
            column = _column(one, f"c{header.index(one.name) + 1}", separator)
            if column is None:
                return None
            columns[one.name] = column
    for name in sorted(keys(schema)):
        columns[name] = columns[name].checked(f"strlen({columns[name].cell}) BETWEEN 1 AND {KEY_BYTES}")
    amount, currency = schema.roles.get("amount", ""), schema.roles.get("currency", "")
    control = None
    if amount:
        columns[amount] = _fitted(columns.pop(amount), columns[currency].value)  # behind what it refers to
        control = (columns[currency].value, columns[amount].number)
    anything = f"[^{text_class(separator)}]*"
    patterns = [columns[name].pattern if name in columns else anything for name in header]
    return Predicates(
        width=len(header),
        pattern=separator_pattern(separator).join(patterns),
        steps=tuple(step for column in columns.values() for step in column.steps),
        checks=(*_fitting(schema), *(check for column in columns.values() for check in column.checks)),
        values=(
            *(_json(one, columns[one.name]) for one in schema.fields if one.name in columns),
            *(("null",) for one in schema.fields if one.name not in columns),
        ),
        unique={name: _or_null(columns[name].cell, schema) for name in schema.unique if name in columns},
        control=control,
    )


def _fitting(schema: Schema) -> list[str]:
    """Only a line that is sure to make an item that the table takes."""
    return [f"strlen(line) <= {sure_to_fit(schema)}"] if keys(schema) else []


def separator_pattern(separator: str) -> str:
    """What matches the separator alone."""
    return f"\\x{{{ord(separator):x}}}"


def _json(one: Field, column: Column) -> tuple[str, ...]:
    ending = column.ending + '"'
    if one.required or "" not in one.missing:
        return '"', Sql(column.value), ending
    value = column.value if column.value == column.cell else _unless_empty(column, "''", column.value)
    begin, end = _unless_empty(column, "'null'", "'\"'"), _unless_empty(column, "''", text(ending))
    return Sql(begin), Sql(value), Sql(end)  # to join texts within a CASE takes twice as long


def _unless_empty(column: Column, empty: str, other: str) -> str:
    return f"CASE WHEN {column.cell} = '' THEN {empty} ELSE {other} END"


def _or_null(cell: str, schema: Schema) -> str:
    return f"nullif({cell}, '')" if "" in schema.missing_values else cell


def _column(one: Field, cell: str, separator: str) -> Column | None:
    """The column, where a cell of the missing values is passed only if it is empty and need not be filled."""
    if one.form != Form(one.type) or one.type not in _TYPES:
        return None
    column = _TYPES[one.type](one, cell, separator)
    if column is not None and one.enum:
        column = _enumerated(one, column)
    if column is not None and one.pattern is not None:
        pattern = translated(one.pattern, separator)
        column = _patterned(column, pattern) if pattern else None
    if column is None:
        return None
    column = column.checked(*_lengths(one, cell))
    others = [text(one) for one in sorted(one.missing - {""})]
    column = column.checked(*([f"{cell} NOT IN ({', '.join(others)})"] if others else []))
    return _possibly_empty(one, column)


def _patterned(column: Column, pattern: str) -> Column:
    """In the line's own pattern, where the column has no other yet."""
    if not column.value or column.value != column.cell or column.checks or not column.pattern.startswith("[^"):
        return column.checked(f"regexp_full_match({column.cell}, {text(pattern)})")
    return replace(column, pattern=pattern)


def _possibly_empty(one: Field, column: Column) -> Column:
    if "" not in one.missing:
        return column
    if one.required:
        return column.checked(f"{column.cell} <> ''")
    checks = tuple(f"({column.cell} = '' OR {check})" for check in column.checks)
    return replace(column, pattern=f"(?:{column.pattern})?", checks=checks)


def _lengths(one: Field, cell: str) -> list[str]:
    limits = ((">=", one.min_length), ("<=", one.max_length))
    return [f"length({cell}) {sign} {limit}" for sign, limit in limits if limit is not None]


def _enumerated(one: Field, column: Column) -> Column | None:
    """Only in the spellings that people use; each is then written as the schema does."""
    known = [one.cell_type.write(value) for value in one.enum]
    if one.type not in {"string", "any"}:
        return column.checked(f"{column.cell} IN ({', '.join(map(text, known))})") if one.type != "boolean" else None
    if len({value.casefold() for value in known}) < len(known):
        return None
    spellings, value = set(known), column.cell
    if one.ignore_case and all(value.isascii() for value in known):
        for function, same in (("upper", str.upper), ("lower", str.lower)):
            if known == [same(each) for each in known]:
                spellings = {form for each in known for form in (each, each.upper(), each.lower(), each.capitalize())}
                value = f"{function}({column.cell})"
    if any(not value or '"' in value or "\\" in value or not value.isprintable() for value in spellings):
        return None
    alternatives = "|".join("".join(separator_pattern(letter) for letter in each) for each in sorted(spellings))
    spelled = f"t{column.cell}"
    return replace(column, pattern=f"(?:{alternatives})", value=spelled, steps=(*column.steps, (spelled, value)))


def _texts(one: Field, cell: str, separator: str) -> Column:
    return Column(f"[^{text_class(separator)}]*", cell, value=cell)


def _number(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, _signed(one, _NUMBER, cell, f"DECIMAL(18, {_DECIMALS})"), _decimal_limit)


def _integer(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, _signed(one, _INTEGER, cell, "BIGINT"), _integer_limit)


def _signed(one: Field, pattern: str, cell: str, kind: str) -> Column:
    """Without a sign where none can be right; -0 is left to `rules`."""
    if one.minimum is not None and one.minimum >= 0:
        return _cast(pattern, cell, kind)
    column = _cast(f"-?{pattern}", cell, kind)
    return column.checked(f"({cell}[1] <> '-' OR {column.number} <> 0)")


def _cast(pattern: str, cell: str, kind: str) -> Column:
    """A column whose cells are normalised as they are, and have a value that compares."""
    number = f"v{cell}"
    steps = ((number, f"TRY_CAST({cell} AS {kind})"),)
    return Column(pattern, cell, (f"{number} IS NOT NULL",), value=cell, number=number, steps=steps)


def _decimal_limit(limit: Any, *, lowest: bool) -> str | None:
    """A limit in the decimals that are read: for those, the same limit."""
    if abs(limit) >= Decimal(10) ** 14:
        return None
    rounded = Decimal(limit).quantize(Decimal(1).scaleb(-_DECIMALS), ROUND_CEILING if lowest else ROUND_FLOOR)
    return f"CAST('{rounded:f}' AS DECIMAL(18, {_DECIMALS}))"


def _integer_limit(limit: Any, *, lowest: bool) -> str | None:
    return str(limit) if abs(limit) < 10**18 else None


def _quoted_limit(kind: str) -> Callable[..., str]:
    def limit(value: Any, *, lowest: bool) -> str:
        return f"{kind} '{value.replace(tzinfo=None).isoformat(' ') if kind == 'TIMESTAMP' else value.isoformat()}'"

    return limit


def _limited(one: Field, column: Column, write: Callable[..., str | None]) -> Column | None:
    """With minimum and maximum; None where one is beyond what the engine reads."""
    limits = (
        (one.minimum, ">="),
        (one.exclusive_minimum, ">"),
        (one.maximum, "<="),
        (one.exclusive_maximum, "<"),
    )
    for limit, sign in limits:
        if limit is not None:
            written = write(limit, lowest=sign in {">=", "<"})
            if written is None:
                return None
            column = column.checked(f"{column.number} {sign} {written}")
    return column


def _boolean(one: Field, cell: str, separator: str) -> Column:
    true, false = ("|".join(_BOOLEANS[value]) for value in ("true", "false"))
    value = f"CASE WHEN {cell} IN ({', '.join(map(text, _BOOLEANS['true']))}) THEN 'true' ELSE 'false' END"
    return Column(f"(?:{true}|{false})", cell, value=value)


def _date(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, _cast(_DAY, cell, "DATE"), _quoted_limit("DATE"))


def _time(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, _cast(_CLOCK, cell, "TIME"), _quoted_limit("TIME"))


def _datetime(one: Field, cell: str, separator: str) -> Column | None:
    """In UTC, as Python's `isoformat` writes it: a fraction has six digits, or is not there."""
    column = _cast(_INSTANT, cell, "TIMESTAMPTZ")
    number = column.number
    step = (number, f"make_timestamp(epoch_us({column.steps[0][1]}))")  # a cast to TIMESTAMP drops the offset
    long = f"strftime({number}, '%Y-%m-%dT%H:%M:%S.%f')"
    short = f"concat(CAST({number} AS DATE), 'T', CAST({number} AS TIME))"  # half the time of `strftime`
    whole = f"WHEN NOT contains({cell}, '.') THEN {short} WHEN epoch_us({number}) % 1000000 = 0 THEN {short}"
    column = replace(column, value=f"CASE {whole} ELSE {long} END", ending="+00:00", steps=(step,))
    return None if one.enum else _limited(one, column, _quoted_limit("TIMESTAMP"))


_TYPES: Mapping[str, Callable[[Field, str, str], Column | None]] = MappingProxyType(
    {
        "string": _texts,
        "any": _texts,
        "number": _number,
        "integer": _integer,
        "boolean": _boolean,
        "date": _date,
        "time": _time,
        "datetime": _datetime,
    }
)


def _fitted(amount: Column, currency: str) -> Column:
    """An amount of no more decimals than its currency has, and written with just those."""
    cell, point, decimals, units = (f"{letter}{amount.cell}" for letter in ("", "p", "d", "u"))
    steps = (
        (point, f"strpos({cell}, '.')"),
        (decimals, f"CASE WHEN {point} = 0 THEN 0 ELSE strlen({cell}) - {point} END"),
        (units, _units(currency)),
    )
    dot = f"CASE WHEN {point} = 0 THEN '.' ELSE '' END"
    filled = f"concat({cell}, {dot}, repeat('0', {units} - {decimals}))"
    value = f"CASE WHEN {decimals} = {units} THEN {cell} ELSE {filled} END"
    return replace(amount.checked(f"{decimals} <= {units}"), value=value, steps=(*amount.steps, *steps))


def _units(currency: str) -> str:
    """The decimals of a currency in SQL; most have two."""
    cases = " ".join(f"WHEN {text(code)} THEN {units}" for code, units in MINOR_UNITS.items())
    others = ", ".join(map(text, MINOR_UNITS))
    return f"(CASE WHEN {currency} NOT IN ({others}) THEN 2 ELSE CASE {currency} {cases} END END)"
