"""What a column's values may be: each type and format that reads all of them, by the very reader of the judge.

Used by `columns`. A type is proposed where all formats that read the values read them alike; where two read them
otherwise, nothing is proposed, and a person is asked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from pipeline.domain import SchemaError, currencies, parse

Description = dict[str, Any]  # a field of a schema, without its name

PAIRS = (
    ("true", "false"), ("yes", "no"), ("y", "n"), ("ja", "nein"), ("j", "n"), ("oui", "non"), ("o", "n"), ("si", "no"),
    ("sí", "no"), ("sì", "no"), ("sim", "não"), ("wahr", "falsch"), ("vrai", "faux"), ("vero", "falso"),
)  # fmt: skip
_GROUPS = (".", ",", "'", "’", " ", "\u00a0", "\u202f")  # noqa: RUF001 - marks as people write them
_DAYS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%Y{0}%m{0}%d", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
_CLOCKS = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H.%M.%S", "%H.%M")
_UNIT, _WORD = re.compile(r"\b[A-Z]{3}\b|[€$£¥%]"), re.compile(r"[^\W\d_]")
_UNITS = {*"€$£¥%", *currencies.CURRENT}
UTC = {"tap": {"offset": "+00:00"}}


class Reading(NamedTuple):
    """A description that reads all values; and the first value that no rival reads, where one read those before it."""

    description: Description
    proof: str | None


class Ambiguous(NamedTuple):
    """Two descriptions that read all values, and a value that they read otherwise; or of which the next may be one."""

    first: Description
    second: Description
    value: str


class Unread(NamedTuple):
    """The description that reads most of the values, and the first one that it does not read; not the very first."""

    description: Description
    value: str
    read: int


def decided(candidates: Iterable[Description], values: Sequence[str]) -> Reading | Ambiguous | Unread | None:
    """What the candidates make of the values, the simplest first; None where none reads the first."""
    fitting, rival = list[tuple[Description, list[Any]]](), None
    for description in candidates:
        read = _reader(description)
        answers = [] if read is None else _answers(read, values)
        if read is not None and len(answers) == len(values):
            fitting.append((description, answers))
        elif read is not None and (rival is None or len(answers) > rival.read):
            rival = Unread(description, values[len(answers)], len(answers))
    if not fitting:
        return rival if rival and rival.read else None
    description, answers = fitting[0]
    for other, others in fitting[1:]:
        for value, one, another in zip(values, answers, others, strict=True):
            if one != another or description.get("format") != other.get("format"):
                return Ambiguous(description, other, value)
    return Reading(description, rival.value if rival else None)


def _reader(description: Description) -> Callable[[str], Any] | None:
    """The judge's reader of such a field, or None for one that no schema may have."""
    try:
        return parse({"fields": [{"name": "_", **description}]}).fields[0].cell_type.read
    except SchemaError:
        return None


def _answers(read: Callable[[str], Any], values: Sequence[str]) -> list[Any]:
    """The values as they are read, up to the first that is not."""
    answers = []
    for value in values:
        if (answer := read(value)) is None:
            break
        answers.append(answer)
    return answers


def booleans(values: Sequence[str]) -> Iterator[Description]:
    """Where the values are two words that are a clear pair, in whatever case."""
    for true, false in PAIRS:
        if {value.casefold() for value in values} == {true, false}:
            if (true, false) == ("true", "false"):
                yield {"type": "boolean"}
            spelled = {one: [value for value in values if value.casefold() == one] for one in (true, false)}
            yield {"type": "boolean", "trueValues": spelled[true], "falseValues": spelled[false]}


def numbers(values: Sequence[str]) -> Iterator[Description]:
    """With each decimal mark and each mark of groups that stands in the values; then with a currency around them."""
    seen = set("".join(values))
    groups = ["", *(one for one in _GROUPS if one in seen)]
    around: list[Description] = [{}]
    units = {unit for value in values for unit in _UNIT.findall(value)}
    if len(units) == 1 and units <= _UNITS and not any(_WORD.search(_UNIT.sub("", value)) for value in values):
        around.append({"bareNumber": False})
    for bare, group, decimal in product(around, groups, (".", ",")):
        if group != decimal:
            marks = {"decimalChar": decimal} if decimal != "." else {}
            yield {"type": "number", **marks, **({"groupChar": group} if group else {}), **bare}


def dates(values: Sequence[str]) -> Iterator[Description]:
    """Days in each order, with the mark that stands in the first value."""
    for pattern in _day_patterns(values[0]):
        yield {"type": "date", "format": pattern}


def compact_dates() -> Iterator[Description]:
    """Eight digits."""
    for pattern in ("%Y%m%d", "%d%m%Y", "%m%d%Y"):
        yield {"type": "date", "format": pattern}


def times() -> Iterator[Description]:
    """Times of day, with colons: with a dot they would be numbers."""
    for pattern in _CLOCKS[:3]:
        yield {"type": "time", "format": pattern}


def datetimes(values: Sequence[str]) -> Iterator[Description]:
    """Those that say their offset."""
    for pattern in _moment_patterns(values[0]):
        for zone in ("%z", " %z"):
            yield {"type": "datetime", "format": pattern + zone}


def local_datetimes(values: Sequence[str]) -> Iterator[Description]:
    """Those that don't, as if they were of UTC."""
    for pattern in _moment_patterns(values[0]):
        yield {"type": "datetime", "format": pattern, **UTC}


def _day_patterns(value: str) -> list[str]:
    mark = next((one for one in value if one in "./- "), None)
    return [pattern.format(mark) for pattern in _DAYS] if mark else []


def _moment_patterns(value: str) -> list[str]:
    between = next((one for one in (", ", "T", " ") if one in value), None)
    if between is None:
        return []
    days = _day_patterns(value.split(between)[0])
    return [f"{day}{between}{clock}" for day, clock in product(days, _CLOCKS)]
