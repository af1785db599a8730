"""Fields of drawn schemas, and cells for them that lie near the edges of their type and constraints. Used by `drawing`.

A cell is right or wrong by the exact rules themselves: what is compared is the two ways, not this module with them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

from transactions.errors import SchemaError
from transactions.records import Record
from transactions.rules import RowRules
from transactions.schema import parse

from .near_cells import ATOMS, FORMATS, LIMITS, MARKS, NEAR, PATTERNS, REPEATS, WORDS

Document = dict[str, Any]

FRESH = 28  # different values of a field, for columns in which none may stand twice
_START = datetime(2025, 1, 1, 12, tzinfo=UTC)


def often(chance: Random, times: int) -> bool:
    """True once in so many times."""
    return chance.randrange(times) == 0


@dataclass(frozen=True)
class Column:
    """A field's document, and cells: `fresh` are right and of different values, `near` lie at its constraints.

    `at_edge` are those of `near` that are right.
    """

    document: Document
    fresh: Sequence[str]
    right: Sequence[str]
    wrong: Sequence[str]
    near: Sequence[str]
    at_edge: Sequence[str]
    taken: bool  # by a schema

    @property
    def bounded(self) -> bool:
        """Whether constraints have cells near them."""
        return self.near is not self.wrong

    @property
    def required(self) -> bool:
        return bool((self.document.get("constraints") or {}).get("required"))

    @property
    def unique(self) -> bool:
        return bool((self.document.get("constraints") or {}).get("unique"))


def any_column(chance: Random, name: str, *, odd: bool = True) -> Column:
    """Any field that a schema may have, rarely such as it may not; if it is not odd, such as the engine reads."""
    column = _drawn(chance, name, odd=odd)
    return column if column.taken or often(chance, 8) else any_column(chance, name, odd=odd)


def _drawn(chance: Random, name: str, *, odd: bool) -> Column:
    kind = chance.choice([kind for kind in NEAR if odd or not kind.startswith("year")])
    document: Document = {"name": name, "type": kind} if kind != "string" or often(chance, 2) else {"name": name}
    others = _characters(chance, document, kind) if odd else []
    if kind in FORMATS and odd and often(chance, 3):
        document["format"] = chance.choice(FORMATS[kind])
    if kind == "datetime" and "%z" not in document.get("format", "%z"):
        document.setdefault("tap", {})["offset"] = chance.choice(["+00:00", "+01:00", "-05:30"])
    near = _constraints(chance, document, kind)
    if odd and often(chance, 4):
        document["missingValues"] = chance.choice([["", "-"], ["0"], ["NA"], []])
    return column_of(document, near, others)


def _characters(chance: Random, document: Document, kind: str) -> list[str]:
    """The characters of numbers and the words of booleans, where a field says them; cells that they give."""
    if kind == "boolean" and often(chance, 4):
        document["trueValues"], document["falseValues"] = chance.choice(WORDS)
        return [*document["trueValues"], *document["falseValues"]]
    if kind == "number" and often(chance, 3):
        document |= chance.choice(MARKS)
    if kind in {"number", "integer"} and often(chance, 6):
        document["bareNumber"] = often(chance, 2)
    if kind == "integer" and often(chance, 6):
        document["groupChar"] = chance.choice([",", ".", "\u00a0"])
    return ["1,5", "1.234,5", "1,234.5", "12,34.5", "1'234.5", "1 234,50", "EUR 5", "5 %", "1,,5", ",5", "-1.234,00"]


def _constraints(chance: Random, document: Document, kind: str) -> list[str]:
    """Draw a field's constraints; cells near them."""
    found: Document = {name: True for name, times in (("required", 3), ("unique", 4)) if often(chance, times)}
    near = list[str]()
    if kind in LIMITS and often(chance, 2):
        for name in chance.choice([["minimum"], ["maximum"], ["exclusiveMinimum"], ["exclusiveMaximum"],
                                          ["minimum", "maximum"], ["exclusiveMinimum", "maximum"]]):  # fmt: skip
            found[name], cells = chance.choice(_limits(document, kind))
            near += cells
    if kind in {"string", "any"}:
        near += _of_texts(chance, document, found)
    if often(chance, 5):
        possible = [*spellings(document, 1), *spellings(document, 2), *near[:3], "Ab", "ß"]
        able = [cell for cell in possible if cell in (_right(document, possible) or possible)] or possible
        chosen = chance.choices(able, k=chance.randint(1, 4))
        if often(chance, 4):
            document["categories"] = chosen
        else:
            found["enum"] = chosen
        if kind in {"string", "any"} and often(chance, 2):
            document.setdefault("tap", {})["ignoreCase"] = True
            chosen = found.get("enum") or document["categories"]
        near += alike(chosen)
    if found:
        document["constraints"] = found
    return near


def alike(words: Sequence[str]) -> list[str]:
    """The words of an enumeration in other cases, also in letters that fold to theirs, and what is nearly one."""
    cases = [form for each in words for form in (each, each.lower(), each.upper(), each.capitalize(), each.swapcase())]
    others = str.maketrans({"k": "\u212a", "K": "\u212a", "s": "\u017f", "i": "\u0130", "I": "\u0131"})
    return [*cases, *(each.translate(others) for each in cases), *(f"{each} " for each in words)]


def _limits(document: Document, kind: str) -> list[tuple[Any, Sequence[str]]]:
    if "format" not in document:
        return LIMITS[kind]
    return [(spellings(document, number)[0], spellings(document, number)) for number in (1, 4)]


def _of_texts(chance: Random, document: Document, found: Document) -> list[str]:
    """Draw the constraints that only texts have; cells near them."""
    near = list[str]()
    if often(chance, 2 if "unique" in found else 8):
        document.setdefault("tap", {})["ignoreCase"] = True
    if often(chance, 3):
        found["pattern"], cells = _pattern(chance)
        near += cells
    if often(chance, 3):
        length = chance.choice([0, 1, 2, 5, 64])
        found[chance.choice(["minLength", "maxLength"])] = length
        near += [
            "x" * length,
            "ü" * length,
            "ü" * max(0, length - 1),
            "\U0001f600" * length,
            "x" * (length + 1),
            "x" * max(0, length - 1),
        ]
    return near


def _pattern(chance: Random) -> tuple[str, Sequence[str]]:
    """A regular expression, and cells on both of its sides."""
    if often(chance, 2):
        return chance.choice(PATTERNS)
    parts = [(chance.choice(ATOMS), chance.choice(REPEATS)) for _ in range(chance.randint(1, 4))]
    pattern = "".join(atom + repeat for (atom, _), (repeat, _) in parts)
    match = "".join(text * times for (_, text), (_, times) in parts)
    return pattern, (match, match[1:], f"{match}a", f"a{match}", match.upper(), match.replace("7", "\u0667"))


def spellings(document: Document, number: int) -> list[str]:
    """How one value of a field may be written; each number is another value. The first is how people write it."""
    kind, form = document.get("type", "string"), document.get("format", "default")
    if kind in {"date", "time", "datetime"}:
        return _moments(kind, form, number)
    if kind == "number":
        point, group = document.get("decimalChar", "."), document.get("groupChar", "")
        plain = [f"{number}.5", f"{number}.50", f"0{number}.5", f"+{number}.500000", f"{number}.5 EUR"]
        return [*(text.replace(".", point) for text in plain), f"{group}{number}{point}5"]
    return {
        "integer": [f"{number}", f"0{number}", f"+{number}", f"{number}%"],
        "boolean": [["true", "false"][number % 2], ["1", "0"][number % 2], ["TRUE", "False"][number % 2]],
        "year": [f"{2000 + number}", f"+{2000 + number}"],
        "yearmonth": [f"{2020 + number // 12}-{1 + number % 12:02d}"],
    }.get(kind) or _texts(form, number)


def _texts(form: str, number: int) -> list[str]:
    folded = [f"{number}stra\u00dfe", f"{number}STRASSE", f"{number}strasse"]
    return {
        "email": [f"u{number}@example.org", f"U{number}@Example.org", f"u{number}@x@y", f"u{number}"],
        "uri": [f"https://example.org/{number}", f"HTTPS://example.org/{number}", f"example.org/{number}"],
        "uuid": [f"00000000-0000-4000-a000-{number:012d}", f"00000000-0000-4000-A000-{number:012d}",
                 f"000000000000-4000-a000-{number:012d}", f"{{00000000-0000-4000-a000-{number:012d}}}"],
    }.get(form, folded if number % 3 == 0 else [f"T{number}", f"t{number}", f" T{number}"])  # fmt: skip


def _moments(kind: str, form: str, number: int) -> list[str]:
    moment = _START + timedelta(days=number, seconds=number)
    if form != "default":
        text = moment.strftime(form)
        return [text, re.sub(r"\b0(?=\d)", "", text), text.replace("+0000", "+00:00"), text.replace("+0000", "Z"),
                text.replace(" ", "  "), text.replace("1", "\u0661"), text.replace("%", "")]  # fmt: skip
    other = moment.astimezone(timezone(timedelta(hours=-5, minutes=-30)))
    return {
        "date": [f"{moment:%Y-%m-%d}"],
        "time": [f"{moment:%H:%M:%S}"],
        "datetime": [f"{moment:%Y-%m-%dT%H:%M:%S}Z", other.isoformat(), f"{moment:%Y-%m-%dT%H:%M:%S}.000+00:00"],
    }[kind]


def _twisted(cell: str) -> list[str]:
    return [f" {cell}", f"{cell} ", cell[:-1], f"{cell}0", f"-{cell}", f"\ufeff{cell}", f"{cell}\n", cell.swapcase()]


def column_of(document: Document, near: Sequence[str] = (), more: Sequence[str] = ()) -> Column:
    """A field with its cells: those near its constraints, and more."""
    numbers = range(FRESH)
    fresh = [spellings(document, number)[0] for number in numbers]
    others = [text for number in numbers[:5] for text in spellings(document, number)[1:]]
    kind = document.get("type", "string")
    cells = [*fresh[:5], *others, *near, *more, *NEAR.get(kind, ()), *_twisted(fresh[1]), "", " ", "N/A", "-", "0"]
    right = _right(document, [*fresh, *cells])
    taken = right is not None
    right = right or set()
    wrong = [cell for cell in cells if cell not in right] or cells
    near = list(near) or wrong
    return Column(
        document,
        [cell for cell in fresh if cell in right] or sorted(right) or fresh,
        [cell for cell in cells if cell in right] or cells,
        wrong,
        near,
        [cell for cell in near if cell in right or not right],
        taken,
    )


def _right(document: Document, cells: Sequence[str]) -> set[str] | None:
    """The cells that the exact rules take; None of a field that no schema may have."""
    try:
        rules = RowRules(parse({"fields": [document]}), [document["name"]])
    except SchemaError:
        return None
    return {cell for cell in cells if isinstance(rules.judge(Record(2, 1, cell, [cell], None, 0, 0)), dict)}
