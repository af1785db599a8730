"""The columns: a Frictionless Table Schema, read once into frozen types, or refused with field and reason.

Used by the handlers at start, by `tap validate --schema`, and at synthesis, so that a wrong schema never deploys.
Each key is honoured or refused: `vocabulary` has their names, `fields` and `stated` what becomes of them. Beyond the
standard, the file declares under "tap": at the root, the `roles` that columns play (id, account, timestamp, amount,
currency); at a field, `ignoreCase` for an enumeration and for what may not repeat, and the `offset` of local times.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from transactions.errors import SchemaError
from transactions.fields import Field, read_field
from transactions.forms import read_missing
from transactions.schema_keys import Key, primary_key, unique
from transactions.stated import Stated
from transactions.stated import parse as parse_dialect
from transactions.vocabulary import FIELDS_MATCH, TABLE, TABLE_DESCRIBED, TABLE_TAP, Wrong, refuse_unknown

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
        document = json.loads(content, parse_float=Decimal, parse_constant=_constant, object_pairs_hook=_object)
        json.dumps(document, default=str, ensure_ascii=False).encode()  # half a character has no place in a file
    except OSError as error:
        raise SchemaError(f"{path}: can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SchemaError(f"{path}: is not usable JSON: {error}") from error
    return parse(document, hashlib.sha256(content).hexdigest(), path.name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of two values for one key, either would be a guess."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(one for one in names if names.count(one) > 1)!r} stands twice in an object")
    return found


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def parse(document: Any, sha256: str = "", name: str = "schema") -> Schema:
    """Make a schema of its JSON document; raises `SchemaError` as `load` does."""
    problems: list[str] = []

    def wrong(key: str, reason: str) -> None:
        problems.append(f"{key}: {reason}")

    if not isinstance(document, dict) or not isinstance(document.get("fields"), list) or not document["fields"]:
        elsewhere = _elsewhere(document)
        raise SchemaError(f"{name}: fields: an object with a list of at least one field is needed{elsewhere}")
    refuse_unknown(document, TABLE, wrong, also=TABLE_DESCRIBED)
    if document.get("foreignKeys"):
        wrong("foreignKeys", "other tables can't be looked up when a file is judged: leave it out")
    keys, missing = primary_key(document, problems), read_missing(document.get("missingValues", [""]), wrong)
    fields = [
        read_field(one, f"fields[{index}]", keys, missing, problems) for index, one in enumerate(document["fields"])
    ]
    dialect = parse_dialect(document.get("dialect"), "dialect", problems)
    good = tuple(one for one in fields if one is not None)
    names = _names(document["fields"])
    problems += [f"fields: the name {one!r} stands twice" for one in sorted(set(names)) if names.count(one) > 1]
    unique_keys = unique(document, good, names, keys, problems)
    roles = _roles(document, {one.name: one for one in good}, names, problems)
    matched = _fields_match(document, wrong)
    if problems:
        raise SchemaError("\n".join(f"{name}: {problem}" for problem in problems))
    return Schema(good, roles, sha256, names, matched, dialect, unique_keys)


def _elsewhere(document: Any) -> str:
    """Where the fields are in a document of another standard that has some."""
    found = isinstance(document, dict) and ("resources" in document or "schema" in document)
    return "; this is a Data Package or Resource: make a file of what it has under schema" if found else ""


def _names(fields: Sequence[Any]) -> tuple[str, ...]:
    """All names, also of fields with which something is wrong."""
    names = [one.get("name") for one in fields if isinstance(one, dict)]
    return tuple(one for one in names if isinstance(one, str) and one)


def _fields_match(document: Mapping[str, Any], wrong: Wrong) -> str | None:
    """How a file's columns must match; the standard has it in a list of one, and older files as a text."""
    if "fieldsMatch" not in document:
        return None
    stated = document["fieldsMatch"]
    value = stated[0] if isinstance(stated, list) and len(stated) == 1 else stated
    if value not in FIELDS_MATCH:
        wrong("fieldsMatch", f"one of {', '.join(FIELDS_MATCH)} is needed, not {stated!r}")
        return None
    return str(value)


def _roles(
    document: Mapping[str, Any], fields: Mapping[str, Field], names: Sequence[str], problems: list[str]
) -> dict[str, str]:
    settings = document.get("tap", {})
    roles = settings.get("roles", {}) if isinstance(settings, dict) else None
    if not isinstance(settings, dict):
        problems.append("tap: an object is needed")
        return {}
    refuse_unknown(settings, TABLE_TAP, lambda key, reason: problems.append(f"tap.{key}: {reason}"))
    if not isinstance(roles, dict):
        problems.append("tap.roles: an object of role and column is needed")
        return {}
    found = ((role, _wrong_role(role, column, fields, names)) for role, column in roles.items())
    problems += [f"tap.roles.{role}: {reason}" for role, reason in found if reason]
    if roles:
        problems += [
            f"fields {name!r}: name: is one that the load adds to each row" for name in DERIVED if name in fields
        ]
    if "timestamp" not in roles and any("historic" in one.currencies for one in fields.values()):
        problems.append("tap.roles: historic currencies need a timestamp, as each is taken until its withdrawal")
    if ("amount" in roles) != ("currency" in roles):
        problems.append("tap.roles: amount and currency go together")
    return dict(roles)


def _wrong_role(role: str, column: Any, fields: Mapping[str, Field], names: Sequence[str]) -> str | None:
    if role not in ROLES:
        return f"is no role; the roles are {', '.join(ROLES)}"
    if not isinstance(column, str) or column not in names:
        return f"no field is called {column!r}"
    if column not in fields:
        return None  # what is wrong with it is told already
    if fields[column].type != _ROLE_TYPES[role] or not fields[column].required:
        return f"the column must be a required {_ROLE_TYPES[role]}"
    if len(column.encode()) > MAX_KEY_NAME:
        return f"the column's name must have at most {MAX_KEY_NAME} bytes"
    if role == "id" and not fields[column].unique:
        return "the column must be unique"
    return None
