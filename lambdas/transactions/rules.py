"""The exact truth about one row: every rule of the schema on every cell, and decimals that fit the currency.

Called by `judge` for each row that a faster way did not already pass. All errors of a row are told, not the first.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from operator import ge, gt, le, lt
from typing import NamedTuple

from transactions import file_hints, hints, money, nearest
from transactions.codes import DataError, Fault, counted, cut, with_advice
from transactions.constraints import TEXTS
from transactions.currencies import withdrawn_before
from transactions.patterns import matcher
from transactions.records import Record
from transactions.schema import Field, Schema
from transactions.tables import ITEM_BYTES, KEY_BYTES, fits_a_key, item_bytes, keys, sure_to_fit
from transactions.uniqueness import UniqueKey

Row = dict[str, str | int | None]  # a normalised row: canonical texts by column, None for nothing, as `columns`
_Check = Callable[[str], "str | list[Fault] | None"]
_Column = tuple[str, int, _Check]  # its name, its place in a row, and the judgement of its cells
ALL = -1  # columns, as bits
_MEMO = 4096  # answers that are kept of a column with an enumeration
_UTF8 = 4  # bytes of a character, at most
_KEY = Fault("cell-key", f"must have 1 to {KEY_BYTES:,} bytes in UTF-8, as it becomes a key of the table")
_LARGE = Fault("row-too-large", f"the row's item would have more than {ITEM_BYTES // 1024} KB: shorten its texts")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def columns(schema: Schema, header: Sequence[str]) -> list[str]:
    """The names of a normalised row's values, in their order: what the file has, what it lacks, `source_line`."""
    present, absent = ([name for name in schema.names if (name in header) is there] for there in (True, False))
    return [*present, *absent, "source_line"]


def to_line(values: Iterable[str | int | None]) -> bytes:
    """The one way to write a row's values, or their names: a JSON array on a line."""
    return _encode(list(values)).encode() + b"\n"


class Control(NamedTuple):
    """What a row adds to the control totals."""

    currency: str
    amount: Decimal


class RowRules:
    """The rules of a schema, compiled for the columns of one file's header.

    Args:
        schema: the rules.
        header: the file's columns in their order; a column that is not in the schema is not judged.
        size: bytes of the file, near the end of which advice on a row is that it may be none.
    """

    def __init__(self, schema: Schema, header: Sequence[str], size: int = 0) -> None:
        self._positions = {name: header.index(name) for name in schema.names if name in header}
        self._absent = [name for name in schema.names if name not in header]
        self._schema, self._sure = schema, sure_to_fit(schema) // _UTF8
        self._keys = keys(schema)
        checks = {one.name: _check(one, one.name in self._keys) for one in schema.fields}
        self._columns = [(name, at, checks[name]) for name, at in self._positions.items()]
        self._amount, self._currency = schema.roles.get("amount"), schema.roles.get("currency")
        self._timestamp = schema.roles.get("timestamp", "")
        self._historic = [one.name for one in schema.fields if "historic" in one.currencies]
        self._fields, self._size = {one.name: one for one in schema.fields}, size
        money = {self._amount, self._currency, *((self._timestamp, *self._historic) if self._historic else ())}
        self._together = sum(1 << at for at, (name, *_) in enumerate(self._columns) if name in money)
        self._doubtful = lru_cache(_MEMO)(self._columns_of)
        self._check_currency = checks.get(self._currency or "")
        self._read_amount = next((one.reader() for one in schema.fields if one.name == self._amount), _no_amount)

    def judge(self, record: Record, doubts: int = ALL) -> Row | list[DataError]:
        """The normalised row, or all of its errors.

        Args:
            doubts: a bit for each of the schema's columns, in their order, whose cell may be wrong: no other cell is.
        """
        if record.fault is not None:
            return [_row_error(record, with_advice(record.fault, file_hints.on_row(record, self._size)))]
        cells, errors = record.cells, list[DataError]()
        row: Row = {}
        for name, at, check in self._columns if doubts == ALL else self._doubtful(doubts):
            answer = check(cells[at])
            if isinstance(answer, list):
                errors += [_error(record, name, cells[at], fault) for fault in answer]
            else:
                row[name] = answer
        if self._amount is not None and self._currency in row:
            self._fit(self._amount, row, record, errors)
        for name in self._historic:
            errors += self._withdrawn(name, row, record)
        if errors:
            return file_hints.with_footer(errors, record, self._size)
        if doubts != ALL:
            return self.judge(record)
        for name in self._absent:
            row[name] = None
        row["source_line"] = record.line
        return [_row_error(record, _LARGE)] if self._too_large(record, row) else row

    def _columns_of(self, doubts: int) -> list[_Column]:
        """The columns of some bits; those that are judged by each other are so together."""
        doubts |= self._together if doubts & self._together else 0
        return [one for at, one in enumerate(self._columns) if doubts >> at & 1]

    def _too_large(self, record: Record, row: Row) -> bool:
        """Whether the table, where there is one, would refuse the row's item."""
        return bool(self._keys) and len(record.text) > self._sure and item_bytes(row, self._schema) > ITEM_BYTES

    def _fit(self, name: str, row: Row, record: Record, errors: list[DataError]) -> None:
        """Write the amount with its currency's decimals, or say that it has too many."""
        currency, cell = str(row[str(self._currency)]), record.cells[self._positions[name]]
        units, plain = money.minor_units(currency), str(row[name]) if name in row else self._plain_amount(cell)
        if units is not None and money.written_decimals(plain) > units:
            message = hints.too_fine(Decimal(plain), currency, units, self._fields[name])
            errors.append(_error(record, name, cell, Fault("cell-decimals", message)))
        elif name in row:
            row[name] = money.canonical(Decimal(plain), currency)
            if money.digits(str(row[name])) > money.DIGITS:
                decimals = counted(units or 0, "decimal")
                message = f"must have at most {money.DIGITS} digits with the {decimals} of {currency}"
                errors.append(_error(record, name, cell, Fault("cell-type", message)))

    def _plain_amount(self, cell: str) -> str:
        """An amount with which something else is wrong, as a plain number; "" if it is none."""
        amount = self._read_amount(cell)
        return "" if amount is None else money.plain(amount)

    def _withdrawn(self, name: str, row: Row, record: Record) -> list[DataError]:
        """The error of a currency that was no more when the row happened, as far as both can be read."""
        code, moment = row.get(name), row.get(self._timestamp)
        month = withdrawn_before(str(code), str(moment)) if code and moment else None
        if month is None:
            return []
        message = f"{code} was withdrawn in {month}, before the row's time: state the currency that the amount is in"
        return [_error(record, name, record.cells[self._positions[name]], Fault("cell-withdrawn", message))]

    def control(self, record: Record) -> Control | None:
        """What a row adds to the control totals, read from its cells alone; None where that can't be read."""
        if self._amount is None or self._check_currency is None or record.fault is not None:
            return None
        currency = self._check_currency(record.cells[self._positions[str(self._currency)]])
        amount = self._read_amount(record.cells[self._positions[self._amount]])
        return Control(currency, amount) if isinstance(currency, str) and amount is not None else None

    def accepted_control(self, row: Row) -> Control | None:
        """What an accepted row adds to the control totals, from its normalised form."""
        if self._amount is None or self._currency is None:
            return None
        return Control(str(row[self._currency]), Decimal(str(row[self._amount])))


def _row_error(record: Record, fault: Fault) -> DataError:
    return DataError(record.line, record.number, None, fault.code, cut(record.text.rstrip("\r\n")), fault.message)


def repeated(record: Record, key: UniqueKey, first: int) -> DataError:
    """The error of a row with a key whose value must be unique and stands first in line `first`.

    Its place is the key's first column: of a compound key all columns and cells are told in the message.
    """
    parts = [(name, cut(record.cells[at])) for name, at in zip(key.columns, key.positions, strict=True)]
    shown = " and ".join(f"{name} {cell!r}" for name, cell in parts)
    verb = "stands" if len(parts) == 1 else "stand together"
    message = f"{shown} {verb} first in line {first}: remove one of the two"
    column, value = parts[0]
    return DataError(record.line, record.number, column, "cell-duplicate", value, message)


def _error(record: Record, column: str, value: str, fault: Fault) -> DataError:
    return DataError(record.line, record.number, column, fault.code, cut(value), fault.message)


def _no_amount(cell: str) -> None:
    """Where no column has the amounts."""


def _check(field: Field, is_key: bool) -> _Check:
    """The judgement of one column's cells: the canonical text, None for nothing, or the faults."""
    cell_type, rules, spelling = field.cell_type, _rules(field), _spelling(field)
    rules += [(fits_a_key, _KEY)] if is_key else []
    required = Fault("cell-required", f"{field.name} is required: {_right(field)}")
    wrong_type = Fault("cell-type", _one_of(field) or f"must be {cell_type.right}")
    on_type, on_enum = hints.on_type(field), nearest.adviser(_shown(field), field.currencies)
    read, write, missing, is_text = cell_type.read, cell_type.write, field.missing, cell_type.read is str

    def check(cell: str) -> str | list[Fault] | None:
        if cell in missing:
            return [required] if field.required else None
        value = cell if is_text else read(cell)
        if value is None:
            return [with_advice(wrong_type, on_enum(cell) if field.enum else on_type(cell))]
        if rules and (faults := [fault for holds, fault in rules if not holds(value)]):
            return [with_advice(one, on_enum(cell)) if one.code == "cell-enum" else one for one in faults]
        if spelling is not None:
            return spelling(cell)
        return cell if is_text else write(value)

    return _remember(check) if field.enum else check


def _remember(check: _Check) -> _Check:
    """The same check with its first answers kept, for columns of few distinct values."""
    known: dict[str, str | list[Fault] | None] = {}

    def remembered(cell: str) -> str | list[Fault] | None:
        if cell in known:
            return known[cell]
        answer = check(cell)
        if len(known) < _MEMO:
            known[cell] = answer
        return answer

    return remembered


def _rules(field: Field) -> list[tuple[Callable[..., bool], Fault]]:
    """A field's constraints, each as what must hold of a value and the fault if it does not."""
    rules: list[tuple[Callable[..., bool], Fault]] = []
    if field.pattern is not None:
        rules.append((matcher(field.pattern), Fault("cell-pattern", _right(field))))
    if field.enum:
        known = _known(field)
        rules.append((lambda value: _folded(field, value) in known, Fault("cell-enum", _right(field))))
    return [*rules, *_limit_rules(field), *_length_rules(field)]


def _limit_rules(field: Field) -> list[tuple[Callable[..., bool], Fault]]:
    limits = (
        (field.minimum, le, "cell-minimum", "at least"),
        (field.exclusive_minimum, lt, "cell-minimum", "above"),
        (field.maximum, ge, "cell-maximum", "at most"),
        (field.exclusive_maximum, gt, "cell-maximum", "below"),
    )
    return [
        (partial(fits, limit), Fault(code, f"must be {what} {field.cell_type.show(limit)}"))
        for limit, fits, code, what in limits
        if limit is not None
    ]


def _length_rules(field: Field) -> list[tuple[Callable[..., bool], Fault]]:
    rules: list[tuple[Callable[..., bool], Fault]] = []
    low, high = field.min_length, field.max_length
    if low is not None:
        message = f"must have at least {counted(low, 'character')}"
        rules.append((lambda text: len(text) >= low, Fault("cell-min-length", message)))
    if high is not None:
        message = f"must have at most {counted(high, 'character')}"
        rules.append((lambda text: len(text) <= high, Fault("cell-max-length", message)))
    return rules


def _known(field: Field) -> Mapping[object, str]:
    """The values of an enumeration, as they compare, with the schema's spelling."""
    return {_folded(field, one): field.cell_type.write(one) for one in field.enum}


def _folded(field: Field, value: object) -> object:
    return value.casefold() if field.ignore_case and isinstance(value, str) else value


def _spelling(field: Field) -> Callable[[str], str] | None:
    """For an enumeration of texts: a cell in the schema's spelling."""
    if not field.enum or field.type not in TEXTS:
        return None
    known = _known(field)
    return lambda cell: known[_folded(field, cell)]


def _right(field: Field) -> str:
    """What a cell of the column must be, in words."""
    if field.pattern is not None and not field.enum:
        return f"must match {field.pattern}"
    return _one_of(field) or f"must be {field.cell_type.right}"


def _one_of(field: Field) -> str:
    """The values of an enumeration in words; nothing where there is none."""
    return nearest.one_of(_shown(field)) if field.enum else ""


def _shown(field: Field) -> list[str]:
    """The values of an enumeration as they are written in the file."""
    return [field.cell_type.show(one) for one in field.enum]
