"""A column's field of the schema, from its values, with what speaks for it. Used by `propose`."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.domain import currencies
from pipeline.schema_proposal import readings
from pipeline.schema_proposal.notes import Notes, lines_named, quoted
from pipeline.schema_proposal.readings import Ambiguous, Description, Reading, Unread, decided
from pipeline.schema_proposal.values import MARKERS, is_value

_FEW = 10  # values of an enumeration at most, and how often each must occur for it to be asked for
_ENOUGH = 20  # rows that are needed to ask for a constraint
_LONG = 15  # digits; longer numbers are of cards and accounts
_WORDS = re.compile(r"[^\W\d_]+")
_IDENTIFIERS = frozenset(
    ("id", "ids", "iban", "bic", "blz", "konto", "kontonummer", "account", "acct", "card", "karte", "plz", "zip",
     "postcode", "postal", "phone", "telefon", "tel", "ref", "reference", "referenz", "nr", "no", "number", "nummer",
     "code", "key", "customer", "kunde", "kundennummer")
)  # fmt: skip
_DAYS, _YEAR, _UTC = (
    re.compile(r"dat|day|tag|valu|jour|fecha|giorno"),
    re.compile(r"year|jahr|année|año"),
    {"utc", "gmt"},
)
_BLANKS = {" ": "space", "\u00a0": "no-break space", "\u202f": "narrow no-break space"}
_PARTS = {"%d": "day", "%m": "month", "%Y": "year", "%y": "year", "%H": "hour", "%M": "minute", "%S": "second",
          "%f": "fraction", "%z": "offset"}  # fmt: skip


@dataclass
class Column:
    """The cells of one column, with the physical line that each one's row begins in."""

    name: str
    cells: list[tuple[int, str]]

    @cached_property
    def first_lines(self) -> dict[str, int]:
        """Each value that is not blank, in the file's order, with the line where it stands first."""
        found: dict[str, int] = {}
        for line, value in self.cells:
            if value:
                found.setdefault(value, line)
        return found

    @property
    def values(self) -> list[str]:
        """The different ones that are not blank, in the file's order."""
        return list(self.first_lines)

    def says(self, words: frozenset[str] | set[str]) -> bool:
        """Whether its name has one of the words."""
        return not words.isdisjoint(_WORDS.findall(self.name.casefold()))

    def at(self, value: str) -> str:
        """A value as a note names it."""
        return f"line {self.first_lines[value]}: {quoted(value)}"


def field_of(column: Column, notes: Notes) -> Description:
    """The field that is proposed, and its notes."""
    plain = [value for value in column.values if value not in MARKERS]
    field: Description = {"name": column.name, "type": "string"}
    if not plain:
        notes.found.append(f"{column.name}: string, as the sample has no value of it")
        return field
    typed = _typed(column, plain, notes)
    marked = _missing(column, notes)
    if typed:
        field |= typed | marked
    missing = field.get("missingValues", [""])
    if all(value not in missing for _, value in column.cells):
        field["constraints"] = {"required": True}
    _ask_for_constraints(column, field["type"], notes)
    return field


def _missing(column: Column, notes: Notes) -> Description:
    """The texts that may mean nothing, as a proposal; among texts they stay texts until a person says so."""
    marked = [value for value in column.values if value in MARKERS]
    if not marked:
        return {}
    lines = [line for line, value in column.cells if value in marked]
    shown = ", ".join(map(quoted, marked))
    notes.questions.append(f"{column.name}: does {shown} mean that there is no value ({lines_named(lines)})?")
    return {"missingValues": ["", *marked]}


def _typed(column: Column, values: Sequence[str], notes: Notes) -> Description | None:
    """What is more than a string, with its note; None for a string, whose note says why where that is a question."""
    nearest: Unread | None = None
    for candidates in _candidates(column, values):
        answer = decided(candidates, values)
        if isinstance(answer, Ambiguous):
            notes.found.append(f"{column.name}: string, as its values are ambiguous")
            notes.questions.append(
                f"{column.name}: {column.at(answer.value)} can be {told(answer.first)} or {told(answer.second)}, "
                "and no value of the sample decides: which is it?"
            )
            return None
        if isinstance(answer, Reading):
            return _checked(column, values, answer, notes)
        if answer and (nearest is None or answer.read > nearest.read):
            nearest = answer
    _tell_why_text(column, values, nearest, notes)
    return None


def _candidates(column: Column, values: Sequence[str]) -> Iterator[Iterable[Description]]:
    """Groups of descriptions of which one alone may fit; what is without a format first, as ISO 8601 has one order."""
    yield readings.booleans(values)
    if _DAYS.search(column.name.casefold()) and all(len(value) == 8 for value in values):
        yield readings.compact_dates()
    if _YEAR.search(column.name.casefold()) and all(value.startswith(("19", "20")) for value in values):
        yield [{"type": "year"}]
    yield [{"type": "integer"}]
    yield readings.numbers(values)
    yield [{"type": "yearmonth"}]
    for kind, patterns in (("date", readings.dates(values)), ("time", readings.times()),
                           ("datetime", readings.datetimes(values))):  # fmt: skip
        yield [{"type": kind}]
        yield patterns
    yield [{"type": "datetime", **readings.UTC}]
    yield readings.local_datetimes(values)


def _checked(column: Column, values: Sequence[str], answer: Reading, notes: Notes) -> Description | None:
    """The description, unless its values are names made of digits, or times of which nobody knows where they hold."""
    description, kind = answer.description, answer.description["type"]
    if kind in {"integer", "number"} and (reason := _identifier(column, values)):
        notes.found.append(f"{column.name}: string, and no number, as {reason}")
        return None
    if "tap" in description and not column.says(_UTC):
        notes.found.append(f"{column.name}: string, as its times do not say their offset")
        stated = {key: value for key, value in description.items() if key != "tap"}
        notes.questions.append(
            f"{column.name}: which offset do its times have ({column.at(values[0])})? "
            f"With it the field can have {json.dumps(stated | {'tap': {'offset': '+01:00'}})}"
        )
        return None
    reason = f"{column.at(answer.proof)} can only be read so" if answer.proof else "all its values are such"
    notes.found.append(f"{column.name}: {told(description)}; {reason}")
    if "%y" in description.get("format", ""):
        notes.questions.append(f"{column.name}: two digits of a year are read as 1969 to 2068: is that right?")
    if "groupChar" in description and not any(description.get("decimalChar", ".") in value for value in values):
        notes.questions.append(f"{column.name}: no value has decimals: which character is before them?")
    if "bareNumber" in description:
        notes.questions.append(f"{column.name}: what stands around its numbers is not kept: is it always the same?")
    if "tap" in description:
        notes.questions.append(f"{column.name}: its name says UTC, and its values say no offset: are they UTC?")
    return description


def _identifier(column: Column, values: Sequence[str]) -> str | None:
    """Why numbers are names and not amounts, or None."""
    for value in values:
        if re.match(r"[+-]?0[0-9]", value):
            return f"{column.at(value)} begins with a zero that would be lost"
    digits = [value for value in values if value.isdecimal()]
    if len(digits) == len(values) and (column.says(_IDENTIFIERS) or min(map(len, values)) > _LONG):
        return "its whole numbers seem to be names of things"
    return None


def told(description: Description) -> str:
    """A description in words: "date, day.month.year", "number, decimalChar ','"."""
    parts = [str(description["type"])]
    if pattern := description.get("format"):
        parts.append(re.sub("%.", lambda directive: _PARTS.get(directive[0], directive[0]), pattern) + f" ({pattern})")
    marks = [key for key in ("decimalChar", "groupChar") if key in description]
    parts += [f"{key} {mark_named(description[key])}" for key in marks]
    if description.get("bareNumber") is False:
        parts.append("with a currency or % around it")
    parts += [f"{key} {', '.join(description[key])}" for key in ("trueValues", "falseValues") if key in description]
    return ", ".join(parts)


def mark_named(mark: str) -> str:
    """A mark between digits; blanks by their names."""
    return _BLANKS.get(mark) or quoted(mark)


def _tell_why_text(column: Column, values: Sequence[str], nearest: Unread | None, notes: Notes) -> None:
    """What is no number, date or time; where all look like one, that no format reads all of them."""
    strange = next((value for value in values if not is_value(value)), None)
    if nearest is None or strange is not None:
        notes.found.append(f"{column.name}: string, as {column.at(strange or values[0])} is no number, date or time")
        return
    notes.found.append(f"{column.name}: string, as no format reads all its values")
    notes.questions.append(
        f"{column.name}: {told(nearest.description)} reads {column.at(values[0])}, but not "
        f"{column.at(nearest.value)}: is one of them wrong?"
    )


def _ask_for_constraints(column: Column, kind: str, notes: Notes) -> None:
    """Whether what holds in the sample is a rule. It is not taken for one."""
    filled = [value for _, value in column.cells if value]
    values = column.values
    if kind == "string" and all(value.upper() in currencies.CURRENT for value in values):
        notes.questions.append(
            f'{column.name}: all its values are currencies: is it a field with "tap": {{"currencies": ["current"]}}?'
        )
    elif len(filled) < _ENOUGH:
        return
    elif len(values) == len(column.cells) and kind in {"string", "integer"}:
        notes.questions.append(f"{column.name}: all {len(values):,} values differ: is it unique?")
    elif kind == "string" and 1 < len(values) <= _FEW and len(values) * _FEW <= len(filled):
        shown = ", ".join(map(quoted, values))
        notes.questions.append(
            f"{column.name}: {len(values)} values in {len(filled):,} rows: is this its enum: {shown}?"
        )
