"""What an evaluation may not know, and how it goes on all the same: as the expression's own text, `${...}`.

A string that holds such a part is a `Partial`: functions that look into strings leave it alone, others pass it on.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class Unknown:
    """A value that only AWS, a provider or a person at the prompt knows."""

    text: str

    def __str__(self) -> str:
        return f"${{{self.text}}}"


class Failed(Unknown):
    """What Terraform would fail at, too: a part that a known value does not have. `try` goes on to the next."""


class Partial(str):
    """A string with unknown parts."""

    __slots__ = ()


def is_known(value: Any) -> bool:
    """Whether nothing in `value` is unknown."""
    if isinstance(value, Unknown | Partial):
        return False
    if isinstance(value, Mapping):
        return all(is_known(one) for one in value.values())
    if isinstance(value, list):
        return all(is_known(one) for one in value)
    return True


def weight(value: Any, most: int) -> int:
    """How many items and characters a value has, each counted as often as it would be written; no further than `most`.

    What is shared is small until it is written: ten lists of ten times the same list, nine levels deep, are a billion.
    """
    left, total = [value], 0
    while left and total <= most:
        one = left.pop()
        kind = type(one)
        if kind is str or kind is Partial:
            total += len(one)
        elif kind is dict:
            total += sum(map(len, map(str, one)))
            left.extend(one.values())
        elif kind is list:
            left.extend(one)
        total += 1
    return total


def plain(value: Any) -> Any:
    """As JSON has it: what UTF-8 can't say is the sign for that."""
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return f"${{{value}}}"
    if isinstance(value, bool | int | float) or value is None:
        return value
    text = str(value)
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def encoded(value: Any) -> str:
    """`jsonencode`, which reads well whatever is unknown in it."""
    text = json.dumps(plain(value))
    return text if is_known(value) else Partial(text)


def text_of(value: Any) -> str:
    """A value within a string, as Terraform converts it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def embedded(value: Any, before: str) -> str:
    """An unknown part within a string. Within JSON its quotes are escaped, so that the JSON stays one."""
    text = str(value)
    looks_like_json = before.lstrip()[:1] in ("{", "[")
    return json.dumps(text, ensure_ascii=False)[1:-1] if looks_like_json and isinstance(value, Unknown) else text
