"""What a cell of each type of the Table Schema is: text to a value that compares, and a value to its canonical text.

Used by `fields` and `constraints` (the values in the schema file) and `rules` (the cells of a file). All limits and
enumerations are compared as values, never as text. Canonical texts are the same whatever format a field states.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from transactions import numerals, time_formats
from transactions.money import plain, read_number
from transactions.time_formats import OFFSET

_Value = TypeVar("_Value")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")
_LOCAL = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_DATETIME = re.compile(_LOCAL + OFFSET)
_LOCAL_DATETIME = re.compile(_LOCAL)
_INTEGER = re.compile(r"[+-]?[0-9]{1,38}")
_YEAR, _YEARMONTH = re.compile(r"[0-9]{4}"), re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])")
TRUE, FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")  # the standard's

# of texts: the format's expression, in what RE2 and Python have in common, and what is right
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
TEXT_FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address
        "email": (
            rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*",
            "an e-mail address such as name@example.org",
        ),
        # https://www.rfc-editor.org/rfc/rfc3986: a scheme, and what follows in its characters
        "uri": (
            r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+",
            "a URI with its scheme, such as https://example.org/page",
        ),
        # https://www.rfc-editor.org/rfc/rfc9562, of any version
        "uuid": (
            "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
            "a UUID such as 123e4567-e89b-12d3-a456-426614174000",
        ),
    }
)


class CellType(NamedTuple):
    """How cells of one column are read and written.

    `read` gives None for text that is no such value; `write` gives the canonical text of a value that was read;
    `right` says what would be; `show` gives a value's text in the column's own format, for people.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    right: str
    show: Callable[[Any], str]


class Form(NamedTuple):
    """What a field states of how its cells are written; `fields.Field` says what each is."""

    type: str
    format: str = "default"
    decimal_char: str = "."
    group_char: str = ""
    bare_number: bool = True
    true_values: tuple[str, ...] = TRUE
    false_values: tuple[str, ...] = FALSE
    offset: str = ""


@lru_cache(1024)
def cell_type(form: Form) -> CellType:
    """How cells of a form are read and written."""
    return _TYPES[form.type](form)


def _text(form: Form) -> CellType:
    if form.format == "default":
        return CellType(str, str, "a text", str)
    expression, right = TEXT_FORMATS[form.format]
    matches = re.compile(expression).fullmatch
    return CellType(lambda text: text if matches(text) else None, str, right, str)


def _number(form: Form) -> CellType:
    def show(value: Any) -> str:
        return plain(value).replace(".", form.decimal_char)

    if form[2:5] == Form("number")[2:5]:
        return CellType(read_number, plain, "a plain decimal number such as 1234.50 (38 digits at most)", show)
    return CellType(_numeral(form, read_number), plain, _right_numeral(form, "a number"), show)


def _integer(form: Form) -> CellType:
    if not form.group_char and form.bare_number:
        return CellType(_read_integer, str, "a whole number such as 42 (38 digits at most)", str)
    return CellType(_numeral(form, _read_integer), str, _right_numeral(form, "a whole number"), str)


def _numeral(form: Form, read: Callable[[str], Any]) -> Callable[[str], Any]:
    plain_text = numerals.plain_reader(form.decimal_char, form.group_char, form.bare_number, form.type == "integer")

    def read_numeral(text: str) -> Any:
        found = plain_text(text)
        return None if found is None else read(found)

    return read_numeral


_AROUND = ", with a currency sign, a unit or % around it, its sign before its digits, and no mark such as CR or k"


def _right_numeral(form: Form, what: str) -> str:
    example = numerals.example(form.decimal_char, form.group_char, whole=form.type == "integer")
    return f"{what} such as {example}{'' if form.bare_number else _AROUND} (38 digits at most)"


def _read_integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _boolean(form: Form) -> CellType:
    true, false = form.true_values, form.false_values
    values = {**dict.fromkeys(true, True), **dict.fromkeys(false, False)}
    right = (
        "true or false" if (true, false) == (TRUE, FALSE) else f"{_either(true)} for true, {_either(false)} for false"
    )
    return CellType(values.get, lambda value: str(value).lower(), right, lambda value: (true if value else false)[0])


def _either(texts: tuple[str, ...]) -> str:
    return " or ".join(map(repr, texts))


_DAY, _CLOCK = date(2025, 1, 31), time(23, 59, 59)
_MOMENT = datetime(2025, 1, 31, 22, 59, 59, tzinfo=UTC)


def _date(form: Form) -> CellType:
    if form.format != "default":
        return _stated(form, date.isoformat, "a date", _DAY)
    return CellType(_read_date, date.isoformat, "a date such as 2025-01-31", date.isoformat)


def _time(form: Form) -> CellType:
    if form.format != "default":
        return _stated(form, time.isoformat, "a time", _CLOCK)
    return CellType(_read_time, time.isoformat, "a time such as 23:59:59", time.isoformat)


def _datetime(form: Form) -> CellType:
    if form.format != "default":
        return _stated(form, datetime.isoformat, "a time", _MOMENT)
    if not form.offset:
        right = "an ISO 8601 time with an offset, such as 2025-01-31T23:59:59+01:00"
        return CellType(_read_datetime, datetime.isoformat, right, datetime.isoformat)

    def read(text: str) -> datetime | None:
        return _read_datetime(text + form.offset if _LOCAL_DATETIME.fullmatch(text) else text)

    right = f"an ISO 8601 time such as 2025-01-31T23:59:59, which is then at {form.offset}"
    return CellType(read, datetime.isoformat, right, datetime.isoformat)


def _stated(form: Form, write: Callable[[Any], str], what: str, example: Any) -> CellType:
    """Of a field that states a pattern."""
    parse = time_formats.reader(form.type, form.format, form.offset)
    show = time_formats.shown(form.format, form.offset)
    at = f", which is then at {form.offset}" if form.offset else ""
    return CellType(lambda text: _parsed(parse, text), write, f"{what} such as {show(example)}{at}", show)


def _read_date(text: str) -> date | None:
    return _parsed(date.fromisoformat, text) if _DATE.fullmatch(text) else None


def _read_time(text: str) -> time | None:
    return _parsed(time.fromisoformat, text) if _TIME.fullmatch(text) else None


def _read_datetime(text: str) -> datetime | None:
    """In UTC; a time without an offset is none, as it could be any of 26 hours."""
    return _parsed(_in_utc, text) if _DATETIME.fullmatch(text) else None


def _in_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _year(form: Form) -> CellType:
    def write(value: int) -> str:
        return f"{value:04d}"

    return CellType(lambda text: int(text) if _YEAR.fullmatch(text) else None, write, "a year such as 2025", write)


def _yearmonth(form: Form) -> CellType:
    """Its text compares as it does."""
    return CellType(lambda text: text if _YEARMONTH.fullmatch(text) else None, str, "a month such as 2025-01", str)


def _parsed(parse: Callable[[str], _Value], text: str) -> _Value | None:
    """The value, or None for what looks like one and is not, such as the 30th of February."""
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


# `isoformat` in UTC sorts as text also where some have fractions of a second: "+" stands before "." in ASCII
_TYPES: Mapping[str, Callable[[Form], CellType]] = MappingProxyType(
    {
        "string": _text,
        "any": _text,
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
TYPES = tuple(_TYPES)
