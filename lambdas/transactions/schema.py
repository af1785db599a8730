"""The columns: a Frictionless Table Schema, read once into frozen types, or refused with field and reason.

Used by the handlers at start, by `tap validate --schema`, and at synthesis, so that a wrong schema never deploys.
Beyond the standard, the file declares under "tap": at the root, the `roles` that columns play (id, account,
timestamp, amount, currency); at a field, `ignoreCase` for an enumeration.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from transactions.cells import TYPES, CellType
from transactions.errors import SchemaError

SHIPPED = Path(__file__).with_name("transactions.schema.json")
MAX_KEY_NAME = 255  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
ROLES = ("id", "account", "timestamp", "amount", "currency")
# what the transformer and the loader add to each row, and a column can't be called
DERIVED = (
    "transaction_date",
    "source_file",
    "source_version",
    "source_part",
    "source_line",
    "content_hash",
    "loaded_at",
)

_ROLE_TYPES = {"id": "string", "account": "string", "timestamp": "datetime", "amount": "number", "currency": "string"}
_CONSTRAINTS = {"required", "unique", "pattern", "enum", "minimum", "maximum", "minLength", "maxLength"}
_TEXTS = {"string", "any"}


@dataclass(frozen=True, slots=True)
class Field:
    """One column. Limits are values of the column's type; lengths are in characters."""

    name: str
    type: str
    required: bool = False
    unique: bool = False
    pattern: re.Pattern[str] | None = None
    enum: tuple[str, ...] = ()
    ignore_case: bool = False
    minimum: Any = None
    maximum: Any = None
    min_length: int | None = None
    max_length: int | None = None

    @property
    def cell_type(self) -> CellType:
        """How its cells are read and written."""
        return TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns in order, which values mean "nothing", and which column plays which role."""

    fields: tuple[Field, ...]
    roles: Mapping[str, str]
    missing_values: frozenset[str] = frozenset({""})
    sha256: str = ""
    names: tuple[str, ...] = field(default=())

    @property
    def unique(self) -> tuple[str, ...]:
        """The columns whose values may not repeat in a file."""
        return tuple(one.name for one in self.fields if one.unique)

    def role(self, role: str) -> str:
        """The column that plays a role.

        Raises:
            SchemaError: no column does.
        """
        if role not in self.roles:
            raise SchemaError(f"tap.roles.{role}: no column is named for it, and the load needs one")
        return self.roles[role]


def load(path: Path = SHIPPED) -> Schema:
    """Read a schema file.

    Raises:
        SchemaError: it can't be read or used; one line for each thing that is wrong.
    """
    try:
        content = path.read_bytes()
        document = json.loads(content, parse_float=Decimal)
    except OSError as error:
        raise SchemaError(f"{path}: can't be read: {error.strerror}") from error
    except ValueError as error:
        raise SchemaError(f"{path}: is not JSON: {error}") from error
    return parse(document, hashlib.sha256(content).hexdigest(), path.name)


def parse(document: Any, sha256: str = "", name: str = "schema") -> Schema:
    """Make a schema of its JSON document; raises `SchemaError` as `load` does."""
    problems: list[str] = []
    if not isinstance(document, dict) or not isinstance(document.get("fields"), list) or not document["fields"]:
        raise SchemaError(f"{name}: fields: an object with a list of at least one field is needed")
    keys = _primary_key(document, problems)
    fields = [_field(one, f"fields[{index}]", keys, problems) for index, one in enumerate(document["fields"])]
    good = tuple(one for one in fields if one is not None)
    names = tuple(one.name for one in good)
    problems += [f"fields: the name {one!r} stands twice" for one in sorted(set(names)) if names.count(one) > 1]
    problems += [f"primaryKey: no field is called {one!r}" for one in keys if one not in names]
    roles = _roles(document, {one.name: one for one in good}, problems)
    if problems:
        raise SchemaError("\n".join(f"{name}: {problem}" for problem in problems))
    return Schema(good, roles, _missing_values(document, name), sha256, names)


def _primary_key(document: Mapping[str, Any], problems: list[str]) -> list[str]:
    key = document.get("primaryKey", [])
    keys = [key] if isinstance(key, str) else key
    if not isinstance(keys, list) or not all(isinstance(one, str) for one in keys) or len(keys) > 1:
        problems.append("primaryKey: the name of one column is taken, not a compound key")
        return []
    return keys


def _missing_values(document: Mapping[str, Any], name: str) -> frozenset[str]:
    values = document.get("missingValues", [""])
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise SchemaError(f"{name}: missingValues: a list of texts is needed")
    return frozenset(values)


def _roles(document: Mapping[str, Any], fields: Mapping[str, Field], problems: list[str]) -> dict[str, str]:
    roles = (document.get("tap") or {}).get("roles", {})
    if not isinstance(roles, dict):
        problems.append("tap.roles: an object of role and column is needed")
        return {}
    for role, column in roles.items():
        if role not in ROLES:
            problems.append(f"tap.roles.{role}: is no role; the roles are {', '.join(ROLES)}")
        elif column not in fields:
            problems.append(f"tap.roles.{role}: no field is called {column!r}")
        elif fields[column].type != _ROLE_TYPES[role] or not fields[column].required:
            problems.append(f"tap.roles.{role}: the column must be a required {_ROLE_TYPES[role]}")
        elif len(column.encode()) > MAX_KEY_NAME:
            problems.append(f"tap.roles.{role}: the column's name must have at most {MAX_KEY_NAME} bytes")
        elif role == "id" and not fields[column].unique:
            problems.append("tap.roles.id: the column must be unique")
    if roles:
        problems += [
            f"fields {name!r}: name: is one that the load adds to each row" for name in DERIVED if name in fields
        ]
    if ("amount" in roles) != ("currency" in roles):
        problems.append("tap.roles: amount and currency go together")
    return dict(roles)


def _field(document: Any, place: str, keys: Sequence[str], problems: list[str]) -> Field | None:
    """One field, or None and its problems, each with the place and the reason."""
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
    reader = _Constraints(kind, constraints, f"{place}: constraints", problems)
    is_key = document["name"] in keys
    return Field(
        name=document["name"],
        type=kind,
        required=reader.flag("required") or is_key,
        unique=reader.flag("unique") or is_key,
        pattern=reader.pattern(),
        enum=reader.enum(),
        ignore_case=(document.get("tap") or {}).get("ignoreCase", False) is True,
        minimum=reader.limit("minimum"),
        maximum=reader.limit("maximum"),
        min_length=reader.length("minLength"),
        max_length=reader.length("maxLength"),
    )


class _Constraints:
    """Reads the constraints of one field; what is wrong goes to `problems`."""

    def __init__(self, kind: str, values: Mapping[str, Any], place: str, problems: list[str]) -> None:
        self._kind, self._values, self._place, self._problems = kind, values, place, problems
        for name in values:
            if name not in _CONSTRAINTS:
                self._wrong(name, f"is not taken; the constraints are {', '.join(sorted(_CONSTRAINTS))}")

    def _wrong(self, name: str, reason: str) -> None:
        self._problems.append(f"{self._place}.{name}: {reason}")

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            self._wrong(name, f"true or false is needed, not {value!r}")
        return value is True

    def pattern(self) -> re.Pattern[str] | None:
        value = self._values.get("pattern")
        if value is None:
            return None
        if self._kind not in _TEXTS or not isinstance(value, str):
            self._wrong("pattern", "a regular expression is needed, at a column of text")
            return None
        try:
            return re.compile(value)
        except re.error as error:
            self._wrong("pattern", f"is not a regular expression: {error}")
            return None

    def enum(self) -> tuple[str, ...]:
        values = self._values.get("enum", [])
        cell_type = TYPES[self._kind]
        texts = [one if isinstance(one, str) else str(one) for one in values] if isinstance(values, list) else []
        if "enum" in self._values and not texts:
            self._wrong("enum", "a list of at least one value is needed")
        for text in texts:
            if cell_type.read(text) is None:
                self._wrong("enum", f"{text!r} is not {cell_type.right}")
        return tuple(texts)

    def limit(self, name: str) -> Any:
        value = self._values.get(name)
        if value is None:
            return None
        if self._kind in _TEXTS | {"boolean"}:
            self._wrong(name, f"does not fit the type {self._kind}")
            return None
        limit = TYPES[self._kind].read(str(value))
        if limit is None or isinstance(value, bool):
            self._wrong(name, f"{value!r} is not {TYPES[self._kind].right}")
        if name == "maximum" and limit is not None:
            self._compare(limit)
        return limit

    def _compare(self, maximum: Any) -> None:
        minimum = TYPES[self._kind].read(str(self._values.get("minimum", "")))
        if minimum is not None and minimum > maximum:
            self._wrong("maximum", "is below the minimum")

    def length(self, name: str) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if self._kind not in _TEXTS or isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._wrong(name, "a whole number from 0 is needed, at a column of text")
            return None
        return value
