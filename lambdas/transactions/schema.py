"""The columns: a Frictionless Table Schema, read once into frozen types, or refused with field and reason.

Used by the handlers at start, by `tap validate --schema`, and at synthesis, so that a wrong schema never deploys.
Beyond the standard, the file declares under "tap": at the root, the `roles` that columns play (id, account,
timestamp, amount, currency); at a field, `ignoreCase` for an enumeration.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from transactions.errors import SchemaError
from transactions.fields import Field, read_field
from transactions.schema_keys import Key, primary_key, unique
from transactions.stated import Stated
from transactions.stated import parse as parse_dialect

__all__ = ["DERIVED", "ROLES", "SHIPPED", "Field", "Schema", "load", "parse"]

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


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns in order, which values mean "nothing", and which column plays which role.

    `fields_match` is how the columns of a file must match these; None where the schema does not say. `dialect` is how
    files are written, as far as the schema says. `unique` are the keys, each of one column or of several, whose values
    together may not repeat in a file.
    """

    fields: tuple[Field, ...]
    roles: Mapping[str, str]
    missing_values: frozenset[str] = frozenset({""})
    sha256: str = ""
    names: tuple[str, ...] = field(default=())
    fields_match: str | None = None
    dialect: Stated = field(default_factory=Stated)
    unique: tuple[Key, ...] = ()

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
    keys, missing = primary_key(document, problems), _missing_values(document, name)
    fields = [
        read_field(one, f"fields[{index}]", keys, missing, problems) for index, one in enumerate(document["fields"])
    ]
    dialect = parse_dialect(document.get("dialect"), "dialect", problems)
    good = tuple(one for one in fields if one is not None)
    names = tuple(one.name for one in good)
    problems += [f"fields: the name {one!r} stands twice" for one in sorted(set(names)) if names.count(one) > 1]
    unique_keys = unique(document, good, keys, problems)
    roles = _roles(document, {one.name: one for one in good}, problems)
    if problems:
        raise SchemaError("\n".join(f"{name}: {problem}" for problem in problems))
    return Schema(good, roles, missing, sha256, names, dialect=dialect, unique=unique_keys)


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
