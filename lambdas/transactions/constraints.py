"""The constraints of one field of a schema, each read or refused with its place and the reason. Used by `fields`."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from transactions.cells import CellType
from transactions.money import read_number
from transactions.patterns import problem, spelled
from transactions.vocabulary import CONSTRAINTS, Wrong, refuse_unknown

TEXTS = frozenset({"string", "any"})
_COMPARED = ("number", "integer", "date", "time", "datetime", "year", "yearmonth")
_NUMBERS = frozenset({"number", "integer", "year"})
_LONGEST = 38  # digits of a number, and so the most that an exponent may make of one
_JSON_SCHEMA = "jsonSchema"


def stated(kind: str, cell_type: CellType, value: Any) -> Any:
    """A value of a column's type as a schema states it, or None for what is none.

    A number or a boolean of JSON is itself; a text is read as a cell of the column, in the column's own format.
    """
    if isinstance(value, bool):
        return value if kind == "boolean" else None
    if isinstance(value, str):
        return cell_type.read(value)
    if not isinstance(value, int | float | Decimal):
        return None
    plain = plain_number(value)
    if plain is None or kind in TEXTS:
        return plain and cell_type.read(plain)
    number = read_number(plain) if kind in _NUMBERS else None
    if number is None or kind == "number":
        return number
    whole = int(number) if number == number.to_integral_value() else None
    return whole if kind == "integer" or whole is None else cell_type.read(f"{whole:04d}")


def stated_values(kind: str, cell_type: CellType, values: Any, wrong: Callable[[str], None]) -> tuple[Any, ...]:
    """The values of a list, each once."""
    if not isinstance(values, list) or not values:
        wrong("a list of at least one value is needed")
        return ()
    found = [stated(kind, cell_type, one) for one in values]
    for value, one in zip(values, found, strict=True):
        if one is None:
            null = ": leave it out; a cell may be empty where it is not required" if value is None else ""
            wrong(not_one(kind, cell_type, value) + null)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def not_one(kind: str, cell_type: CellType, value: Any) -> str:
    """That a value of a schema is none of a column's type."""
    plain = isinstance(value, str) and kind in _NUMBERS and read_number(value) is not None
    quotes = "; as a number of JSON, which has a point, it needs no quotes" if plain else ""
    return f"{told(value)} is not {cell_type.right}{quotes}"


def told(value: Any) -> str:
    """A value of a schema for people: as JSON has it, but for texts."""
    if isinstance(value, str | list | dict):
        return repr(value)
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def plain_number(value: int | float | Decimal) -> str | None:
    """A number of JSON without an exponent, such as 1000 for 1e3; None for what has more than 38 digits."""
    number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite() or number.adjusted() >= _LONGEST or number.as_tuple().exponent < -_LONGEST:  # type: ignore[operator]
        return None
    return format(number, "f")


class Constraints:
    """Reads the constraints of one field; what is wrong is told to `wrong`."""

    def __init__(self, kind: str, cell_type: CellType, values: Mapping[str, Any], wrong: Wrong) -> None:
        self._kind, self._type, self._values, self._tell = kind, cell_type, values, wrong
        refuse_unknown(values, CONSTRAINTS, self._wrong, also=[_JSON_SCHEMA])
        if _JSON_SCHEMA in values:
            self._wrong(_JSON_SCHEMA, "is for objects and arrays, which are not taken")

    def _wrong(self, name: str, reason: str) -> None:
        self._tell(f"constraints.{name}", reason)

    def flag(self, name: str) -> bool:
        """A constraint that is true or false."""
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            self._wrong(name, f"true or false is needed, not {told(value)}")
        return value is True

    def pattern(self) -> str | None:
        """The regular expression that a whole cell must match."""
        value = self._values.get("pattern")
        if value is None:
            return None
        if self._kind not in TEXTS or not isinstance(value, str):
            self._wrong("pattern", "a regular expression is needed, at a column of text")
            return None
        pattern = spelled(value)
        if wrong := problem(pattern):
            self._wrong("pattern", wrong)
        return pattern

    def enum(self) -> tuple[Any, ...]:
        """The values that are taken; none where all are."""
        if "enum" not in self._values:
            return ()
        return stated_values(self._kind, self._type, self._values["enum"], partial(self._wrong, "enum"))

    def limits(self) -> dict[str, Any]:
        """The limits by the name that `Field` has for each."""
        found = {
            "minimum": self._limit("minimum"),
            "maximum": self._limit("maximum"),
            "exclusive_minimum": self._limit("exclusiveMinimum"),
            "exclusive_maximum": self._limit("exclusiveMaximum"),
        }
        for least in ("minimum", "exclusive_minimum"):
            for most in ("maximum", "exclusive_maximum"):
                self._compare(found[least], found[most], most, exclusive=least != "minimum" or most != "maximum")
        return found

    def _limit(self, name: str) -> Any:
        if name not in self._values:
            return None
        if self._kind not in _COMPARED:
            self._wrong(name, f"does not fit the type {self._kind}")
            return None
        limit = stated(self._kind, self._type, self._values[name])
        if limit is None:
            self._wrong(name, not_one(self._kind, self._type, self._values[name]))
        return limit

    def _compare(self, least: Any, most: Any, name: str, *, exclusive: bool) -> None:
        if least is None or most is None:
            return
        if least > most or (exclusive and least == most):
            key = "maximum" if name == "maximum" else "exclusiveMaximum"
            self._wrong(key, "is below the minimum" if least > most else "leaves no value above the minimum")

    def _length(self, name: str) -> int | None:
        """A length in characters."""
        if name not in self._values:
            return None
        value = self._values[name]
        if self._kind not in TEXTS or isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._wrong(name, "a whole number from 0 is needed, at a column of text")
            return None
        return value

    def lengths(self) -> dict[str, Any]:
        """Both lengths by the name that `Field` has for each."""
        least, most = self._length("minLength"), self._length("maxLength")
        if least is not None and most is not None and least > most:
            self._wrong("maxLength", "is below minLength")
        return {"min_length": least, "max_length": most}
