"""Advice on a cell that is rejected: what seems to be meant, and the setting of the schema that takes it.

Advice is a part of the message and never changes a verdict. Used by `rules`; `nearest` advises on enumerations, and
`file_hints` on rows, headers and files.
"""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Context, Decimal
from functools import lru_cache, partial
from string import digits
from types import MappingProxyType

from transactions.codes import counted
from transactions.fields import Field
from transactions.money import canonical, plain, read_number
from transactions.numerals import plain_reader, written

Advise = Callable[[str], str]  # advice on a cell, "" where there is none

_LENGTH = 80  # characters of a cell that may be meant for a number or a time
_EXACT = Context(prec=100, rounding=ROUND_DOWN)
_MARK = {".": "point", ",": "comma"}
_GROUPS = {",": "commas", ".": "points", " ": "blanks", "'": "apostrophes"}
_WAYS = [(decimal, group) for group in ("", *_GROUPS) for decimal in (",", ".") if decimal != group]
_DIGITS = frozenset(digits)
_SHAPES = 1024  # of cells, whose ways to be a number are kept for a column
_NONZERO, _INNER_ZERO = str.maketrans("23456789", "11111111"), re.compile("(?<=[0-9])0")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}")
_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:([Tt ]?)([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?)?"
    r" ?(Z|([+-][0-9]{2})(:?)([0-9]{2})?)?"
)
_OFFSET = 'an offset such as Z or +01:00 ("tap": {"offset": ...} of the field)'
_DAY_FIRST = re.compile(r"[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{2}([0-9]{2})?)\b.*", re.DOTALL)


def on_type(field: Field) -> Advise:
    """What gives advice on the cells that are not of a column's type."""
    of_type, read = _OF_TYPES.get(field.type, _nothing)(field), field.cell_type.read

    def advise(cell: str) -> str:
        if len(cell) > _LENGTH:
            return ""
        bare = cell.strip()
        return "remove the blanks around it" if bare != cell and read(bare) is not None else of_type(cell)

    return advise


def too_fine(amount: Decimal, currency: str, units: int, field: Field) -> str:
    """Of an amount with more decimals than its currency has: what would be lost, or which of two amounts is meant."""
    has = f"{currency} has {counted(units, 'decimal') if units else 'no decimals'}"
    kept = _EXACT.quantize(amount, Decimal(1).scaleb(-units))
    lost = _EXACT.subtract(amount, kept).copy_abs()
    right, mark = written(canonical(kept, currency), field.decimal_char), _MARK.get(field.decimal_char, "mark")
    if _THOUSANDS.fullmatch(plain(amount)) and not field.group_char:
        thousands = written(canonical(amount.scaleb(3), currency), field.decimal_char)
        other = f"{plain(lost)} would be lost by rounding" if lost else f"write {right}"
        return f"{has}: if the {mark} stands between thousands, write {thousands}; if it is a decimal {mark}, {other}"
    if lost:
        return f"{has}: {plain(lost)} would be lost by rounding, so correct it where it comes from"
    return f"{has}: write {right}; nothing is lost by it"


def _nothing(field: Field) -> Advise:
    return lambda cell: ""


def _number(field: Field) -> Advise:
    """The settings with which a cell is a number; several, where it is another number with each.

    To try all settings takes 20 us, and which of them read a cell depends on its shape alone.
    """
    ways_of = lru_cache(_SHAPES)(partial(_number_ways, field))

    def advise(cell: str) -> str:
        ways = ways_of(_shape(cell)) if not _DIGITS.isdisjoint(cell) else ()
        return "state " + ", or ".join(f"{keys} if it is {read(cell)}" for keys, read in ways) if ways else ""

    return advise


def _shape(cell: str) -> str:
    """The cell with 1 for each digit, but for zeros that begin a run of digits: no group of thousands does so."""
    return _INNER_ZERO.sub("1", cell.translate(_NONZERO))


def _number_ways(field: Field, shape: str) -> list[tuple[str, Callable[[str], str | None]]]:
    """Settings, and what reads a cell of this shape as a number with them."""
    found: dict[str, tuple[str, Callable[[str], str | None]]] = {}
    for bare in (True, False):
        for decimal, group in _WAYS:
            read = plain_reader(decimal, group, bare, field.type == "integer")
            number = read(shape)
            if (
                number
                and read_number(number) is not None
                and (settings := _settings(shape, field, decimal, group, bare))
            ):
                found.setdefault(number, (settings, read))
        if found:
            break
    return list(found.values())


def _settings(cell: str, field: Field, decimal: str, group: str, bare: bool) -> str:
    """What a field would have to state, beside what it does, to take a number that is written so."""
    keys = []
    if decimal in cell and decimal != field.decimal_char:
        keys.append(f'"decimalChar": "{decimal}" (a decimal {_MARK[decimal]})')
    if group and group in cell and group != field.group_char:
        keys.append(f'"groupChar": "{group}" ({_GROUPS[group]} between thousands)')
    if not group and field.group_char and field.group_char in cell:
        keys.append('no "groupChar"')
    if field.bare_number and not bare:
        keys.append('"bareNumber": false')
    return " and ".join(keys)


def _time(field: Field) -> Advise:
    return (lambda cell: _of_iso(cell, field)) if field.format == "default" else _nothing(field)


def _of_iso(cell: str, field: Field) -> str:
    """What a cell lacks of a time as ISO 8601 has it, or in which order its day seems to be."""
    instant = _INSTANT.fullmatch(cell) if field.type == "datetime" else None
    if instant is not None:
        return _lacking(instant, field)
    day = _DAY_FIRST.fullmatch(cell) if field.type != "time" else None
    if day is None:
        return ""
    mark, year = day[1], "%Y" if day[2] else "%y"
    patterns = [f"%d{mark}%m{mark}{year}", *([f"%m{mark}%d{mark}{year}"] if mark != "." else [])]
    return f'state the "format" of the field, which begins with {" or ".join(patterns)}'


def _lacking(instant: re.Match[str], field: Field) -> str:
    """What a time lacks of ISO 8601, with the time as it would be right where that is known."""
    date, between, clock, seconds, offset, hours, colon, minutes = instant.groups()
    lacks = [] if clock else ["its time of day"]
    lacks += ["the T between date and time"] if clock and between != "T" else []
    lacks += ["its seconds"] if clock and not seconds else []
    lacks += [] if offset or field.offset else [_OFFSET]
    lacks += [f"the colon {'' if minutes else 'and the minutes '}of its offset"] if hours and not colon else []
    told = f"it lacks {' and '.join(lacks)}" if lacks else ""
    if minutes and (minutes > "59" or f"{hours}{minutes}"[1:] > "1400"):
        return "an offset has minutes of 00 to 59, and 14 hours at most"
    mended = f"{date}T{clock}{seconds or ':00'}" + (f"{hours}:{minutes or '00'}" if hours else offset or "")
    write = f"write {mended}" if field.cell_type.read(mended) is not None else ""
    return ": ".join(one for one in (told, write) if one)


_OF_TYPES: Mapping[str, Callable[[Field], Advise]] = MappingProxyType(
    {"number": _number, "integer": _number, **dict.fromkeys(("date", "time", "datetime"), _time)}
)
