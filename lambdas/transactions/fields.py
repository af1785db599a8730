"""One column of a schema: read once into a frozen type, or refused with its place and the reason. Used by `schema`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transactions.cells import FALSE, TRUE, TYPES, CellType
from transactions.constraints import Constraints

NOTHING = frozenset({""})  # what means "nothing" where neither a field nor the schema says so


@dataclass(frozen=True, slots=True)
class Field:
    """One column.

    Limits are values of the column's type; lengths are in characters. `missing` are the texts that mean "nothing".
    `format` is as the schema has it. `decimal_char`, `group_char` and `bare_number` say how its numbers are written,
    `true_values` and `false_values` how its booleans are; `offset` is that of times which have none of their own.
    """

    name: str
    type: str
    format: str = "default"
    required: bool = False
    unique: bool = False
    missing: frozenset[str] = NOTHING
    pattern: re.Pattern[str] | None = None
    enum: tuple[str, ...] = ()
    ignore_case: bool = False
    minimum: Any = None
    maximum: Any = None
    exclusive_minimum: Any = None
    exclusive_maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None
    decimal_char: str = "."
    group_char: str = ""
    bare_number: bool = True
    true_values: tuple[str, ...] = TRUE
    false_values: tuple[str, ...] = FALSE
    offset: str | None = None

    @property
    def cell_type(self) -> CellType:
        """How its cells are read and written."""
        return TYPES[self.type]


def read_field(
    document: Any, place: str, keys: Sequence[str], missing: frozenset[str], problems: list[str]
) -> Field | None:
    """One field, or None and its problems, each with the place and the reason.

    Args:
        keys: the columns of the primary key, which are required; one alone is unique.
        missing: what means "nothing" in the whole table.
    """
    if not isinstance(document, dict) or not isinstance(document.get("name"), str) or not document["name"]:
        problems.append(f"{place}: an object with a name is needed")
        return None
    place = f"{place} {document['name']!r}"
    before = len(problems)
    kind = document.get("type", "string")
    if kind not in TYPES:
        problems.append(f"{place}: type: {kind!r} is not taken; the types are {', '.join(TYPES)}")
    elif document.get("format", "default") != "default":
        problems.append(f"{place}: format: only the default format is taken")
    if len(problems) > before:
        return None
    constraints = document.get("constraints", {})
    if not isinstance(constraints, dict):
        problems.append(f"{place}: constraints: an object is needed")
        return None
    reader = Constraints(kind, constraints, f"{place}: constraints", problems)
    is_key = document["name"] in keys
    return Field(
        name=document["name"],
        type=kind,
        required=reader.flag("required") or is_key,
        unique=reader.flag("unique") or (is_key and len(keys) == 1),
        missing=missing,
        pattern=reader.pattern(),
        enum=reader.enum(),
        ignore_case=(document.get("tap") or {}).get("ignoreCase", False) is True,
        minimum=reader.limit("minimum"),
        maximum=reader.limit("maximum"),
        min_length=reader.length("minLength"),
        max_length=reader.length("maxLength"),
    )
