"""A schema as SQL: which lines of a flat file are wholly good, and what their cells are once normalised.

Used by `engine`. A line that the SQL passes is one that `rules` accepts, with the same result; of a line that it does
not pass nothing is known. So a rule may be stricter here, and rare spellings are left to `rules`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from transactions.constraints import TEXTS
from transactions.currencies import UNITS, WITHDRAWN, minor_units
from transactions.patterns import in_line, in_sql, size, text_class
from transactions.schema import Field, Schema
from transactions.sql import Sql, text
from transactions.tables import KEY_BYTES, keys, sure_to_fit
from transactions.typed_columns import Column, literally, of_type
from transactions.uniqueness import JOINT, unique_keys

LARGEST = 10_000  # instructions of a line's pattern
MOST = 62  # columns of which is told which one is doubtful: a bit each
FEW = 32  # columns that may be empty: to look at each is then quicker than to look for nothing in the line


@dataclass(frozen=True)
class Predicates:
    """A schema in SQL, for one header. Cells are `c1`, `c2`..."""

    width: int
    pattern: str
    steps: tuple[tuple[str, str], ...]  # names and SQL, each of which may refer to those before it
    checks: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]  # the normalised texts as JSON in the order of `rules`, as parts of `joined`
    empty_is_null: bool  # an empty text in `values` stands for nothing
    unique: tuple[str, ...]  # SQL of the values of `uniqueness.unique_keys`, NULL for none
    control: tuple[str, str] | None  # SQL of currency and amount
    doubts: str  # SQL of a bit for each cell that is not known to be good, in the order of `rules`; or of all bits
    key_bits: int  # of `doubts`, those of the columns of `unique`
    control_bits: int  # and those of `control`


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
    unique = [[_field(schema, name) for name in key.columns] for key in unique_keys(schema, header)]
    for name in sorted({one.name for key in unique for one in key if one.ignore_case}):
        columns[name] = columns[name].checked(f"strlen({columns[name].cell}) = length({columns[name].cell})")
    amount, currency = schema.roles.get("amount", ""), schema.roles.get("currency", "")
    control = None
    if amount:
        known = _field(schema, currency).enum
        columns[amount] = _fitted(columns.pop(amount), columns[currency].value, known)  # behind what it refers to
        control = (columns[currency].value, columns[amount].number)
    pattern, by_cell = _patterns(columns, header, separator)
    present = [one for one in schema.fields if one.name in columns]
    replaced = sum(not one.required for one in present) > FEW and all("" in one.missing for one in present)
    return Predicates(
        width=len(header),
        pattern=pattern,
        steps=tuple(step for column in columns.values() for step in column.steps),
        checks=(*_fitting(schema), *by_cell, *(check for column in columns.values() for check in column.checks)),
        values=(
            *((_json_before_nulls if replaced else _json)(one, columns[one.name]) for one in present),
            *(("null",) for one in schema.fields if one.name not in columns),
        ),
        empty_is_null=replaced,
        unique=tuple(_key([_part(one, columns[one.name]) for one in key]) for key in unique),
        control=control,
        doubts=_doubts([columns[one.name] for one in present]),
        key_bits=_bits([any(one in key for key in unique) for one in present]),
        control_bits=_bits([bool(control) and one.name in (amount, currency) for one in present]),
    )


def _doubts(columns: Sequence[Column]) -> str:
    if len(columns) > MOST:
        return "-1"
    matches = (f"regexp_full_match({one.cell}, {text(one.pattern)})" for one in columns)
    passed = (" AND ".join((match, *one.checks)) for match, one in zip(matches, columns, strict=True))
    return " + ".join(f"CASE WHEN {each} THEN 0 ELSE {1 << at} END" for at, each in enumerate(passed)) or "0"


def _bits(flags: Sequence[bool]) -> int:
    return sum(flag << at for at, flag in enumerate(flags)) if len(flags) <= MOST else -1


def _patterns(columns: Mapping[str, Column], header: Sequence[str], separator: str) -> tuple[str, list[str]]:
    """The pattern of a whole line, and checks of cells by their own where all in one would be too large for RE2."""
    anything = f"[^{text_class(separator)}]*"
    patterns = [columns[name].pattern if name in columns else anything for name in header]
    if sum(map(size, patterns)) <= LARGEST:
        return literally(separator).join(patterns), []
    by_cell = [f"regexp_full_match(c{at}, {text(one)})" for at, one in enumerate(patterns, 1) if one != anything]
    return f"{anything}(?:{literally(separator)}{anything})*", by_cell


def _fitting(schema: Schema) -> list[str]:
    """Only a line that is sure to make an item that the table takes."""
    return [f"strlen(line) <= {sure_to_fit(schema)}"] if keys(schema) else []


def _json(one: Field, column: Column) -> tuple[str, ...]:
    ending = column.ending + '"'
    if one.required or "" not in one.missing:
        return '"', Sql(column.value), ending
    value = column.value if column.value == column.cell else _unless_empty(column, "''", column.value)
    begin, end = _unless_empty(column, "'null'", "'\"'"), _unless_empty(column, "''", text(ending))
    return Sql(begin), Sql(value), Sql(end)  # to join texts within a CASE takes twice as long


def _json_before_nulls(one: Field, column: Column) -> tuple[str, ...]:
    """With an empty text for nothing: no other text is empty, and a third of the memory is taken."""
    if column.value == column.cell:
        return '"', Sql(f"c[{column.cell[1:]}]"), '"'  # not as a column, which each step would hold again
    if one.required:
        return '"', Sql(column.value), column.ending + '"'
    value = f"concat({column.value}, {text(column.ending)})" if column.ending else column.value
    return '"', Sql(_unless_empty(column, "''", value)), '"'


def _unless_empty(column: Column, empty: str, other: str) -> str:
    return f"CASE WHEN {column.cell} = '' THEN {empty} ELSE {other} END"


def _field(schema: Schema, name: str) -> Field:
    return next(one for one in schema.fields if one.name == name)


def _key(parts: Sequence[str]) -> str:
    """The value of a key: NULL where a part is. What would be escaped is in no cell of the engine."""
    return f" || {text(JOINT)} || ".join(parts) if len(parts) > 1 else parts[0]


def _part(one: Field, column: Column) -> str:
    """A cell's value as `uniqueness` has it; of what folds otherwise than in ASCII, nothing is passed."""
    value = f"({column.value} || {text(column.ending)})" if column.ending else column.value
    if one.type == "number":
        value = f"(CASE WHEN contains({value}, '.') THEN rtrim(rtrim({value}, '0'), '.') ELSE {value} END)"
    elif one.ignore_case:
        value = f"lower({value})"
    return f"({_unless_empty(column, 'NULL', value)})" if "" in one.missing and not one.required else value


def _column(one: Field, cell: str, separator: str) -> Column | None:
    """The column, where a cell of the missing values is passed only if it is empty and need not be filled."""
    column = of_type(one, cell, separator)
    if column is not None and one.enum and one.type in TEXTS:
        column = _enumerated(one, column)
    if column is not None and one.pattern is not None:
        column = _patterned(column, one.pattern)
    if column is None:
        return None
    column = column.checked(*_lengths(one, cell))
    others = [text(one) for one in sorted(one.missing - {""})]
    column = column.checked(*([f"{cell} NOT IN ({', '.join(others)})"] if others else []))
    return _possibly_empty(one, column)


def _patterned(column: Column, pattern: str) -> Column | None:
    """In the line's own pattern, where it may be a part of that and the column has no other yet."""
    part = in_line(pattern)
    if part is not None and column.pattern.startswith("[^"):
        return replace(column, pattern=part)
    check = in_sql(pattern, column.cell)
    return None if check is None else column.checked(f"({check})")


def _possibly_empty(one: Field, column: Column) -> Column:
    if "" not in one.missing:
        return column
    if one.required:
        return column.checked(f"{column.cell} <> ''")
    checks = (f"({column.cell} = '' OR ({' AND '.join(column.checks)}))",) if column.checks else ()
    pattern = column.pattern if column.pattern.startswith("[^") else f"(?:{column.pattern})?"
    return replace(column, pattern=pattern, checks=checks)


def _lengths(one: Field, cell: str) -> list[str]:
    limits = ((">=", one.min_length), ("<=", one.max_length))
    return [f"length({cell}) {sign} {limit}" for sign, limit in limits if limit is not None]


def _enumerated(one: Field, column: Column) -> Column | None:
    """Only in the spellings that people use; each is then written as the schema does."""
    # a historic currency is taken until its month, which `rules` looks up
    known = [value for value in one.enum if not (one.currencies and value in WITHDRAWN)]
    if not known:
        return None
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
    alternatives = "|".join(literally(each) for each in sorted(spellings))
    spelled = f"t{column.cell}"
    return replace(column, pattern=f"(?:{alternatives})", value=spelled, steps=(*column.steps, (spelled, value)))


def _fitted(amount: Column, currency: str, known: Sequence[str]) -> Column:
    """An amount of no more decimals than its currency, one of `known`, has, and written with just those."""
    plain, (point, decimals, units) = amount.value, (f"{letter}{amount.cell}" for letter in "pdu")
    steps = (
        (point, f"strpos({plain}, '.')"),
        (decimals, f"CASE WHEN {point} = 0 THEN 0 ELSE strlen({plain}) - {point} END"),
        (units, _units(currency, known)),
    )
    dot = f"CASE WHEN {point} = 0 THEN '.' ELSE '' END"
    filled = f"concat({plain}, {dot}, repeat('0', {units} - {decimals}))"
    value = f"CASE WHEN {decimals} = {units} THEN {plain} ELSE {filled} END"
    return replace(amount.checked(f"{decimals} <= {units}"), value=value, steps=(*amount.steps, *steps))


def _units(currency: str, known: Sequence[str]) -> str:
    """The decimals of a currency in SQL; most have two. NULL of one that has none, which is left to `rules`."""
    units = {code: minor_units(code) for code in known or UNITS}
    others = {text(code): "NULL" if number is None else str(number) for code, number in units.items() if number != 2}
    if not others:
        return "2"
    if not known:
        currency = f"CASE WHEN strlen({currency}) = length({currency}) THEN upper({currency}) ELSE '' END"
    cases = " ".join(f"WHEN {code} THEN {number}" for code, number in others.items())
    return f"(CASE WHEN {currency} NOT IN ({', '.join(others)}) THEN 2 ELSE CASE {currency} {cases} END END)"
