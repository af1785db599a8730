"""The constraints of one field of a schema, each read or refused with its place and the reason. Used by `fields`."""

import re
from collections.abc import Mapping
from typing import Any

from transactions.cells import TYPES

_CONSTRAINTS = {"required", "unique", "pattern", "enum", "minimum", "maximum", "minLength", "maxLength"}
_TEXTS = {"string", "any"}


class Constraints:
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
