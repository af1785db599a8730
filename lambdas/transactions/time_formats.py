"""Dates and times in a stated format: strptime's directives, but for those that are bound to a language.

Used by `cells`, which reads and shows them, by `fields`, which refuses formats that leave a value incomplete, and by
`predicates`, which needs their pieces. A directive takes as many digits as strptime's, and fewer than its full width
only where no digit can be its neighbour, so that a text has one reading. Two-digit years are those of POSIX: 69 to 99
are of the last century.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from typing import Any

WIDTHS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%j": 3, "%H": 2, "%M": 2, "%S": 2, "%f": 6}
LAST_CENTURY = 69  # https://pubs.opengroup.org/onlinepubs/9799919799/functions/strptime.html, %y
# ISO 8601 has minutes of 00 to 59 in an offset; 14 hours are the most that a zone of the tz database has (since 1970:
# -12:00 to +14:00) and that XML Schema takes: https://www.w3.org/TR/xmlschema11-2/#rf-timezoneFrag
OFFSET = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):?[0-5][0-9]|14:?00))"  # as strptime's, also without the colon
_PIECE = re.compile(r"%.|%$|[^%]+", re.DOTALL)
_YEARS, _DAYS, _CLOCK = {"%Y", "%y"}, {"%m", "%d", "%j"}, {"%H", "%M", "%S", "%f"}
_BOUND = frozenset("aAbBpcxXZIhErP")  # to a language or to names of zones; the hours of %I need %p


def pieces(pattern: str) -> tuple[str, ...]:
    """The directives of a pattern, such as %d, and the texts between them; %% is a text of its own."""
    return tuple(_PIECE.findall(pattern))


def literal(piece: str) -> str | None:
    """The text that a piece stands for; None for a directive."""
    return "%" if piece == "%%" else None if piece.startswith("%") else piece


def zone(pattern: str) -> str:
    """Where a pattern's times have their offset: "%z", a "Z" that stands at the end, or nothing."""
    found = pieces(pattern)
    if "%z" in found:
        return "%z"
    return "Z" if len(found) > 1 and found[-1] == "Z" and found[-2] in _CLOCK else ""


def wrong(kind: str, pattern: str) -> str | None:
    """Why a pattern is not one for values of a type (date, time or datetime), or None."""
    found = [one for one in pieces(pattern) if literal(one) is None]
    for one in found:
        if one[1:] in _BOUND:
            return f"{one} is not taken: it is bound to a language, or needs what is"
        if one not in WIDTHS and one != "%z":
            return f"{one} is not taken; what is taken is {' '.join([*WIDTHS, '%z', '%%'])}"
        if found.count(one) > 1:
            return f"{one} stands twice"
    if not found:
        return f"{pattern!r} is not taken: state a pattern such as {'%H:%M' if kind == 'time' else '%d.%m.%Y'}"
    return _incomplete(kind, set(found))


def _incomplete(kind: str, found: set[str]) -> str | None:
    day, clock = found & (_YEARS | _DAYS), found & _CLOCK
    if kind == "time":
        return "a time of day has no date and no offset" if day or "%z" in found else _incomplete_clock(clock)
    if len(day & _YEARS) != 1 or day & _DAYS not in ({"%m", "%d"}, {"%j"}):
        return "a whole date is needed: one of %Y and %y, with %m and %d or with %j; years alone are of the type year"
    if kind == "date":
        return "a date has no time of day; the type of both is datetime" if clock or "%z" in found else None
    return _incomplete_clock(clock) if clock or "%z" in found else None


def _incomplete_clock(clock: set[str]) -> str | None:
    whole = ({"%H", "%M"}, {"%H", "%M", "%S"}, {"%H", "%M", "%S", "%f"})
    return None if clock in whole else "a whole time of day is needed: %H and %M, then %S, then %f"


@cache
def reader(kind: str, pattern: str, offset: str) -> Callable[[str], Any]:
    """What reads a text of a pattern; it raises `ValueError` or `OverflowError` for what is no such value.

    Args:
        kind: date, time or datetime, which is then in UTC.
        offset: of times whose pattern has none.
    """
    form, make = re.compile(_form(pieces(pattern))), {"date": _date, "time": _time}.get(kind)
    ours = offset or "Z"

    def read(text: str) -> Any:
        found = form.fullmatch(text)
        if found is None:
            raise ValueError(text)
        parts = found.groupdict()
        if make is not None:
            return make(parts)
        return datetime.combine(_date(parts), _time(parts), to_zone(parts.get("z") or ours)).astimezone(UTC)

    return read


def _form(found: Sequence[str]) -> str:
    forms = []
    for at, piece in enumerate(found):
        text = literal(piece)
        if text is not None:
            forms.append(re.escape(text))
        elif piece == "%z":
            forms.append(f"(?P<z>{ZONE})")
        else:
            forms.append(f"(?P<{piece[1]}>[0-9]{{{fewest(found, at)},{WIDTHS[piece]}}})")
    return "".join(forms)


def fewest(found: Sequence[str], at: int) -> int:
    """The digits that the directive at a place must have."""
    return 1 if _alone(found, at) and found[at] not in _YEARS else WIDTHS[found[at]]


def _alone(found: Sequence[str], at: int) -> bool:
    """Whether no digit can stand beside a piece; an offset begins with a sign or Z."""
    following = (*found, "|")[at + 1]
    before, behind = literal(found[at - 1] if at else "|"), "+" if following == "%z" else literal(following)
    return not (before is None or before[-1].isdigit() or behind is None or behind[0].isdigit())


def _date(parts: Mapping[str, str]) -> date:
    year = int(parts["Y"]) if "Y" in parts else _year(int(parts["y"]))
    if "j" not in parts:
        return date(year, int(parts["m"]), int(parts["d"]))
    found = date(year, 1, 1) + timedelta(int(parts["j"]) - 1)
    if found.year != year:
        raise ValueError(parts["j"])
    return found


def _year(two_digits: int) -> int:
    return two_digits + (1900 if two_digits >= LAST_CENTURY else 2000)


def _time(parts: Mapping[str, str]) -> time:
    hour, minute, second = (int(parts.get(name, 0)) for name in "HMS")
    return time(hour, minute, second, int(parts.get("f", "0").ljust(6, "0")))


def to_zone(offset: str) -> timezone:
    """The zone of an offset such as +01:00, -0530 or Z."""
    if offset == "Z":
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def shown(pattern: str, offset: str) -> Callable[[Any], str]:
    """What writes a value as a pattern has it: a datetime in the offset that the pattern's times have."""
    found = pieces(pattern)

    def show(value: Any) -> str:
        local = value.astimezone(to_zone(offset or "Z")) if isinstance(value, datetime) else value
        return "".join(_shown(piece, local) for piece in found)

    return show


def _shown(piece: str, value: Any) -> str:
    text = literal(piece)
    if text is not None:
        return text
    if piece == "%z":
        return "+00:00"
    if piece == "%Y":
        return f"{value.year:04d}"  # strftime's is not padded everywhere
    return str(value.strftime(piece))


def is_offset(value: Any) -> bool:
    """Whether this is an offset such as +01:00."""
    return isinstance(value, str) and value != "Z" and re.fullmatch(OFFSET, value) is not None
