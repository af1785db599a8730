"""What a cell of each type of the Table Schema is: text to a value that compares, and a value to its canonical text.

Used by `schema` (the limits in the schema file) and `rules` (the cells of a file). All limits and enumerations are
compared as values, never as text.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from transactions.money import plain, read_number

_Value = TypeVar("_Value")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")
# ISO 8601 has minutes of 00 to 59 in an offset; 14 hours are the most that a zone of the tz database has (since 1970:
# -12:00 to +14:00) and that XML Schema takes: https://www.w3.org/TR/xmlschema11-2/#rf-timezoneFrag
OFFSET = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATETIME = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:\.[0-9]{{1,6}})?{OFFSET}")
_INTEGER = re.compile(r"[+-]?[0-9]{1,38}")
TRUE, FALSE = ("true", "True", "TRUE", "1"), ("false", "False", "FALSE", "0")  # the standard's


class CellType(NamedTuple):
    """How cells of one type are read and written.

    `read` gives None for text that is no such value; `write` gives the canonical text of a value that was read;
    `right` says what would be.
    """

    read: Callable[[str], Any]
    write: Callable[[Any], str]
    right: str


def _integer(text: str) -> int | None:
    return int(text) if _INTEGER.fullmatch(text) else None


def _boolean(text: str) -> bool | None:
    return True if text in TRUE else False if text in FALSE else None


def _date(text: str) -> date | None:
    return _parsed(date.fromisoformat, text) if _DATE.fullmatch(text) else None


def _time(text: str) -> time | None:
    return _parsed(time.fromisoformat, text) if _TIME.fullmatch(text) else None


def _datetime(text: str) -> datetime | None:
    """In UTC; a time without an offset is none, as it could be any of 26 hours."""
    return _parsed(_in_utc, text) if _DATETIME.fullmatch(text) else None


def _in_utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _parsed(parse: Callable[[str], _Value], text: str) -> _Value | None:
    """The value, or None for what looks like one and is not, such as the 30th of February."""
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


# `isoformat` in UTC sorts as text also where some have fractions of a second: "+" stands before "." in ASCII
TYPES: Mapping[str, CellType] = MappingProxyType(
    {
        "string": CellType(str, str, "a text"),
        "any": CellType(str, str, "any text"),
        "number": CellType(
            read_number,
            plain,
            "a plain decimal number such as 1234.50 (38 digits at most)",
        ),
        "integer": CellType(_integer, str, "a whole number such as 42 (38 digits at most)"),
        "boolean": CellType(_boolean, lambda value: str(value).lower(), "true or false"),
        "date": CellType(_date, date.isoformat, "a date such as 2025-01-31"),
        "time": CellType(_time, time.isoformat, "a time such as 23:59:59"),
        "datetime": CellType(
            _datetime, datetime.isoformat, "an ISO 8601 time with an offset, such as 2025-01-31T23:59:59+01:00"
        ),
    }
)
