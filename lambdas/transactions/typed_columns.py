"""A column of each type in SQL: which of its cells are plainly right, and what they are once normalised.

Used by `predicates`. What is passed here, `rules` accepts with the same result; rare spellings are left to it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from transactions.cells import TEXT_FORMATS
from transactions.fields import Field
from transactions.numerals import GROUP
from transactions.patterns import text_class
from transactions.sql import text
from transactions.time_formats import LAST_CENTURY, OFFSET, WIDTHS, ZONE, fewest, literal, pieces, zone

_DECIMALS = 4  # of numbers that the engine reads, besides 14 digits before the point: 64 bits hold them
_WHOLE, _INTEGER = r"0|[1-9][0-9]{0,13}", r"0|[1-9][0-9]{0,17}"
_AROUND = "[$€£¥]|EUR|USD|GBP|CHF"  # what is passed before or behind a number that is not bare
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_DAY = r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
_LOCAL = rf"{_DAY}T{_CLOCK}(?:\.[0-9]{{1,6}})?"
_DIRECTIVES = {  # in full width
    "%Y": "(?:19|20|21)[0-9]{2}", "%y": "[0-9]{2}", "%m": "(?:0[1-9]|1[0-2])", "%d": "[0-3][0-9]",
    "%H": "(?:[01][0-9]|2[0-3])", "%M": "[0-5][0-9]", "%S": "[0-5][0-9]", "%f": "[0-9]{6}", "%z": ZONE,
}  # fmt: skip


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


def of_type(one: Field, cell: str, separator: str) -> Column | None:
    """The column of a field's type and form with its limits, or None where SQL can't say it.

    A pattern may match the separator itself, where a decimal mark or an address has the same character: a line with
    such a cell has more cells than the header, and so is not passed.
    """
    return _TYPES[one.type](one, cell, separator)


@lru_cache(4096)  # the spellings of a list of currencies, for each file anew
def literally(characters: str) -> str:
    """What matches these characters alone."""
    return "".join(f"\\x{{{ord(character):x}}}" for character in characters)


def _texts(one: Field, cell: str, separator: str) -> Column:
    anything = f"[^{text_class(separator)}]*"
    return Column(anything if one.format == "default" else TEXT_FORMATS[one.format][0], cell, value=cell)


def _number(one: Field, cell: str, separator: str) -> Column | None:
    decimals = f"(?:{literally(one.decimal_char)}[0-9]{{1,{_DECIMALS}}})?"
    column = _numeral(one, cell, _grouped(one, _WHOLE) + decimals, f"DECIMAL(18, {_DECIMALS})")
    return _limited(one, column, _decimal)


def _integer(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, _numeral(one, cell, _grouped(one, _INTEGER), "BIGINT"), _whole)


def _grouped(one: Field, digits: str) -> str:
    """The digits before the decimal mark, with or without marks between their groups."""
    groups = f"|[1-9][0-9]{{0,2}}(?:{literally(one.group_char)}[0-9]{{{GROUP}}}){{1,3}}" if one.group_char else ""
    return f"(?:{digits}{groups})"


def _numeral(one: Field, cell: str, pattern: str, kind: str) -> Column:
    """Without a sign where none can be right; -0 is left to `rules`."""
    signed = not any(least is not None and least >= 0 for least in (one.minimum, one.exclusive_minimum))
    around = "" if one.bare_number else f"(?:{_AROUND})"
    pattern = f"(?:{around} ?)?{pattern}(?: ?(?:{around}|%))?" if around else pattern
    column = _cast(f"-?{pattern}" if signed else pattern, cell, kind, _plain(one, cell))
    return column.checked(f"(NOT starts_with({cell}, '-') OR {column.number} <> 0)") if signed else column


def _plain(one: Field, cell: str) -> str:
    """SQL of a number's text without marks between its groups, with a point, and with nothing around it."""
    plain = (
        cell if one.bare_number else f"regexp_replace({cell}, {text(f'[^-0-9{literally(one.decimal_char)}]')}, '', 'g')"
    )
    if one.group_char and one.bare_number:
        plain = f"replace({plain}, {text(one.group_char)}, '')"
    return plain if one.decimal_char == "." else f"replace({plain}, {text(one.decimal_char)}, '.')"


def _cast(pattern: str, cell: str, kind: str, plain: str) -> Column:
    """A column whose normalised text is `plain`, and which has a value that compares."""
    written, number = cell if plain == cell else f"w{cell}", f"v{cell}"
    steps = (*([(written, plain)] if plain != cell else []), (number, f"TRY_CAST({written} AS {kind})"))
    return Column(pattern, cell, (f"{number} IS NOT NULL",), value=written, number=number, steps=steps)


def _decimal(value: Any, *, up: bool) -> str | None:
    """A limit in the decimals that are read: for those, the same limit."""
    if abs(value) >= Decimal(10) ** 14:
        return None
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-_DECIMALS), ROUND_CEILING if up else ROUND_FLOOR)
    return f"CAST('{rounded:f}' AS DECIMAL(18, {_DECIMALS}))"


def _whole(value: Any, *, up: bool) -> str | None:
    return str(value) if abs(value) < 10**18 else None


def _quoted(kind: str) -> Callable[..., str]:
    def write(value: Any, *, up: bool) -> str:
        return f"{kind} '{value.replace(tzinfo=None).isoformat(' ') if kind == 'TIMESTAMP' else value.isoformat()}'"

    return write


def _month(value: Any, *, up: bool) -> str:
    return text(value)


def _limited(one: Field, column: Column, write: Callable[..., str | None]) -> Column | None:
    """With its limits and its enumeration; None where a limit is beyond what the engine reads."""
    limits = ((one.minimum, ">="), (one.exclusive_minimum, ">"), (one.maximum, "<="), (one.exclusive_maximum, "<"))
    for limit, sign in limits:
        if limit is not None:
            written = write(limit, up=sign in {">=", "<"})
            if written is None:
                return None
            column = column.checked(f"{column.number} {sign} {written}")
    return _among(one, column, write) if one.enum else column


def _among(one: Field, column: Column, write: Callable[..., str | None]) -> Column | None:
    """With those values of its enumeration that the engine reads as they are."""
    both = [(write(value, up=True), write(value, up=False)) for value in one.enum]
    values = [most for most, least in both if most is not None and most == least]
    return column.checked(f"{column.number} IN ({', '.join(values)})") if values else None


def _boolean(one: Field, cell: str, separator: str) -> Column:
    true, false = (
        texts if not one.enum or value in one.enum else ()
        for value, texts in ((True, one.true_values), (False, one.false_values))
    )
    value = f"CASE WHEN {cell} IN ({', '.join(map(text, one.true_values))}) THEN 'true' ELSE 'false' END"
    return Column(f"(?:{'|'.join(map(literally, (*true, *false)))})", cell, value=value)


def _date(one: Field, cell: str, separator: str) -> Column | None:
    pattern, plain = (_DAY, cell) if one.format == "default" else _stated(one, cell)
    return _limited(one, _cast(pattern, cell, "DATE", plain), _quoted("DATE")) if pattern else None


def _time(one: Field, cell: str, separator: str) -> Column | None:
    """With a fraction of six digits, or none, as Python's `isoformat` writes it."""
    pattern, plain = (_CLOCK, cell) if one.format == "default" else _stated(one, cell)
    if not pattern:
        return None
    column = _cast(pattern, cell, "TIME", plain)
    column = replace(column, value=f"replace({column.value}, '.000000', '')") if "%f" in one.format else column
    return _limited(one, column, _quoted("TIME"))


def _datetime(one: Field, cell: str, separator: str) -> Column | None:
    """In UTC, as Python's `isoformat` writes it: a fraction has six digits, or is not there."""
    if one.format == "default":
        pattern, plain = (_LOCAL, _offset(cell, one)) if one.offset else (_LOCAL + OFFSET, cell)
    else:
        pattern, plain = _stated(one, cell)
    if not pattern:
        return None
    column = _cast(pattern, cell, "TIMESTAMPTZ", plain)
    number, (*others, (_, moment)) = column.number, column.steps
    step = (number, f"make_timestamp(epoch_us({moment}))")  # a cast to TIMESTAMP drops the offset
    long = f"strftime({number}, '%Y-%m-%dT%H:%M:%S.%f')"
    short = f"concat(CAST({number} AS DATE), 'T', CAST({number} AS TIME))"  # half the time of `strftime`
    whole = f"WHEN NOT contains({column.value}, '.') THEN {short} WHEN epoch_us({number}) % 1000000 = 0 THEN {short}"
    column = replace(column, value=f"CASE {whole} ELSE {long} END", ending="+00:00", steps=(*others, step))
    return _limited(one, column, _quoted("TIMESTAMP"))


def _offset(plain: str, one: Field) -> str:
    return f"concat({plain}, {text(one.offset)})"


def _stated(one: Field, cell: str) -> tuple[str, str]:
    """The pattern of a date or time in its field's format, each directive in full width, and SQL of it as ISO 8601.

    Nothing where the format has a piece whose place is not known.
    """
    found = pieces(one.format)
    if any(piece not in _DIRECTIVES and literal(piece) is None for piece in found) or "%z" in found[:-1]:
        return "", ""
    patterns, parts, at = list[str](), dict[str, str](), 1
    for place, piece in enumerate(found):
        stands_for = literal(piece)
        patterns.append(_DIRECTIVES[piece] if stands_for is None else literally(stands_for))
        width = WIDTHS.get(piece, 0) if stands_for is None else len(stands_for)
        parts[piece] = f"substr({cell}, {at}, {width})" if width else f"substr({cell}, {at})"
        rest = [literal(each) for each in found[place + 1 :]]
        if piece == "%f" and None not in rest and fewest(found, place) == 1:
            patterns[-1] = "[0-9]{1,6}"
            behind = at - 1 + len("".join(map(str, rest)))
            parts[piece] = f"rpad(substr({cell}, {at}, length({cell}) - {behind}), 6, '0')"
        at += width
    return "".join(patterns), f"concat({', '.join(_iso(one, found, parts))})"


def _iso(one: Field, found: Sequence[str], parts: Mapping[str, str]) -> list[str]:
    """The parts of a date or time as ISO 8601 has them."""
    iso = list[str]()
    if one.type != "time":
        short = parts.get("%y", "")
        year = [f"CASE WHEN {short} >= '{LAST_CENTURY}' THEN '19' ELSE '20' END", short] if short else [parts["%Y"]]
        iso += [*year, "'-'", parts["%m"], "'-'", parts["%d"]]
    if one.type == "datetime":
        iso.append("'T'")
    if one.type != "date":
        iso += [parts.get("%H", "'00'"), "':'", parts.get("%M", "'00'"), "':'", parts.get("%S", "'00'")]
        iso += ["'.'", parts["%f"]] if "%f" in found else []
    if one.type == "datetime":
        iso.append(parts["%z"] if zone(one.format) == "%z" else text(one.offset or "Z"))
    return iso


def _year(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, _cast("[0-9]{4}", cell, "SMALLINT", cell), _whole)


def _yearmonth(one: Field, cell: str, separator: str) -> Column | None:
    return _limited(one, Column("[0-9]{4}-(?:0[1-9]|1[0-2])", cell, value=cell, number=cell), _month)


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
        "year": _year,
        "yearmonth": _yearmonth,
    }
)
