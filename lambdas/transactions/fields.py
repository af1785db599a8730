"""One column of a schema: read once into a frozen type, or refused with its place and the reason. Used by `schema`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import Any

from transactions.cells import FALSE, TRUE, CellType, Form, cell_type
from transactions.constraints import TEXTS, Constraints, stated_values
from transactions.currencies import LISTS, codes
from transactions.forms import read_form, read_missing
from transactions.vocabulary import FIELD, FIELD_DESCRIBED, Wrong, refuse_unknown

NOTHING = frozenset({""})  # what means "nothing" where neither a field nor the schema says so


@dataclass(frozen=True)
class Field:
    """One column.

    Limits and the values of `enum` are of the column's type; lengths are in characters. `missing` are the texts that
    mean "nothing". `format` is as the schema has it. `decimal_char`, `group_char` and `bare_number` say how its
    numbers are written, `true_values` and `false_values` how its booleans are; `offset` is that of times which have
    none of their own. `currencies` are the lists of ISO 4217 (`currencies.LISTS`) whose codes `enum` has.
    """

    name: str
    type: str
    format: str = "default"
    required: bool = False
    unique: bool = False
    missing: frozenset[str] = NOTHING
    pattern: str | None = None
    enum: tuple[Any, ...] = ()
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
    offset: str = ""
    currencies: tuple[str, ...] = ()

    @cached_property
    def form(self) -> Form:
        """What it states of how its cells are written."""
        return Form(*(getattr(self, name) for name in Form._fields))

    @cached_property
    def cell_type(self) -> CellType:
        """How its cells are read and written."""
        return cell_type(self.form)

    def reader(self) -> Callable[[str], Any]:
        """What reads its cells: a cell's value, or None for nothing and for what is no such value."""
        read, missing = self.cell_type.read, self.missing
        return lambda cell: None if cell in missing else read(cell)


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

    def wrong(key: str, reason: str) -> None:
        problems.append(f"{place} {document['name']!r}: {key}: {reason}")

    refuse_unknown(document, FIELD, wrong, also=FIELD_DESCRIBED)
    form = read_form(document, wrong)
    constraints = document.get("constraints", {})
    if not isinstance(constraints, dict):
        wrong("constraints", "an object is needed")
        return None
    if form is None:
        return None
    if "missingValues" in document:
        missing = read_missing(document["missingValues"], wrong)
    is_key = document["name"] in keys
    reader = Constraints(form.type, cell_type(form), constraints, wrong)
    lists = _lists(document, form.type, wrong)
    field = Field(
        name=document["name"],
        **form._asdict(),
        missing=missing,
        required=reader.flag("required") or is_key,
        unique=reader.flag("unique") or (is_key and len(keys) == 1),
        pattern=reader.pattern(),
        enum=_enum(document, reader, cell_type(form), wrong) or codes(lists),
        currencies=lists,
        ignore_case=document.get("tap", {}).get("ignoreCase", False),
        **reader.limits(),
        **reader.lengths(),
    )
    _check(field, wrong)
    return field


def _enum(document: Mapping[str, Any], reader: Constraints, kind: CellType, wrong: Wrong) -> tuple[Any, ...]:
    """The only values taken: those of `enum`, which must be among `categories` where both are stated."""
    values = reader.enum()
    if "categories" not in document:
        return values
    stated = document["categories"]
    if isinstance(stated, list):
        stated = [one.get("value") if isinstance(one, dict) else one for one in stated]
    categories = stated_values(document.get("type", "string"), kind, stated, partial(wrong, "categories"))
    for one in values:
        if one not in categories:
            wrong("constraints.enum", f"{kind.show(one)!r} is none of the categories")
    return values or categories


def _lists(document: Mapping[str, Any], kind: str, wrong: Wrong) -> tuple[str, ...]:
    """The lists of ISO 4217 whose codes the field takes."""
    settings = document.get("tap", {})
    if "currencies" not in settings:
        return ()
    lists = settings["currencies"]
    if not isinstance(lists, list) or not lists or not all(isinstance(one, str) and one in LISTS for one in lists):
        wrong("tap.currencies", f"a list of some of {', '.join(LISTS)} is needed, not {lists!r}")
        return ()
    if kind not in TEXTS:
        wrong("tap.currencies", f"does not fit the type {kind}; it is for {' and '.join(sorted(TEXTS))}")
    if "enum" in document.get("constraints", {}) or "categories" in document:
        wrong("tap.currencies", "says which values are taken, as enum and categories do: keep one")
    return tuple(dict.fromkeys(lists))


def _check(field: Field, wrong: Wrong) -> None:
    """What is wrong only when two keys are seen together."""
    if field.ignore_case and field.type not in TEXTS:
        wrong("tap.ignoreCase", f"does not fit the type {field.type}")
    elif field.ignore_case and len({one.casefold() for one in field.enum}) < len(field.enum):
        wrong("constraints.enum", "two of the values are one where case is ignored: keep one")
    stated = [texts for texts in (field.true_values, field.false_values) if texts not in (TRUE, FALSE)]
    for one in sorted(field.missing.intersection(chain(*stated))):
        wrong("missingValues", f"{one!r} is also a value of the boolean: keep one")
