"""Terraform's functions, of those that policies, names and settings are made with. One that is not here, or fails, is
unknown: `evaluate` then keeps the call's text.

https://developer.hashicorp.com/terraform/language/functions
"""

import json
import re
from collections.abc import Callable, Iterable
from itertools import chain, product
from typing import Any

from deployer.compliance.hcl.values import Partial, encoded, is_known, text_of

_VERB = re.compile(r"%(?:\[(\d+)\])?[-+ 0#]*\d*(?:\.\d+)?([svdqtf%])")
_TOO_LONG = 10_000


def _format(pattern: str, *values: Any) -> str:
    left = iter(values)

    def filled(match: re.Match[str]) -> str:
        if match[2] == "%":
            return "%"
        value = values[int(match[1]) - 1] if match[1] else next(left)
        return json.dumps(value) if match[2] == "q" else text_of(value)

    try:
        text = _VERB.sub(filled, pattern)
    except StopIteration as error:
        raise ValueError("too few values") from error
    return text if is_known(list(values)) else Partial(text)


def _formatlist(pattern: str, *values: Any) -> list[str]:
    length = max((len(one) for one in values if isinstance(one, list)), default=1)
    return [_format(pattern, *(one[at] if isinstance(one, list) else one for one in values)) for at in range(length)]


def _join(separator: str, *lists: list[Any]) -> str:
    found = list(chain(*lists))
    text = separator.join(map(text_of, found))
    return text if is_known(found) else Partial(text)


def _merge(*maps: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for one in maps:
        merged.update(one or {})
    return merged


def _flatten(values: list[Any]) -> list[Any]:
    return [inner for one in values for inner in (_flatten(one) if isinstance(one, list) else [one])]


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for one in values:
        if one not in found:
            found.append(one)
    return found


def _set(values: Any) -> list[Any]:
    found = _distinct(values)
    return sorted(found) if all(isinstance(one, str) for one in found) else found


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        return re.sub(old[1:-1], re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", new), text)
    return text.replace(old, new)


def _lookup(map_: dict[str, Any], key: str, *default: Any) -> Any:
    return map_[key] if key in map_ or not default else default[0]


def _substr(text: str, start: int, length: int) -> str:
    return text[start:] if length < 0 else text[start : start + length]


def _regex(pattern: str, text: str) -> Any:
    match = re.search(pattern, text)
    if not match:
        raise ValueError("no match")
    return match.groupdict() or list(match.groups()) or match[0]


def _range(*limits: Any) -> list[int]:
    found = range(*map(int, limits))
    if len(found) > _TOO_LONG:
        raise ValueError("too long")
    return list(found)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else float(value) if "." in value else int(value)


def _bool(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _product(*lists: list[Any]) -> list[Any]:
    return [list(one) for one in product(*lists)]


def _first(*values: Any) -> Any:
    return next(one for one in values if one not in (None, ""))


# what takes unknown parts as they are; its result has them too
LENIENT: dict[str, Callable[..., Any]] = {
    "jsonencode": encoded,
    "format": _format,
    "formatlist": _formatlist,
    "join": _join,
    "merge": _merge,
    "concat": lambda *lists: list(chain(*lists)),
    "flatten": _flatten,
    "distinct": _distinct,
    "toset": _set,
    "tolist": list,
    "tomap": dict,
    "list": lambda *values: list(values),
    "setunion": lambda *sets: _set(chain(*sets)),
    "compact": lambda values: [one for one in values if one not in (None, "")],
    "values": lambda map_: [map_[key] for key in sorted(map_)],
    "keys": sorted,
    "length": len,
    "element": lambda values, at: values[int(at) % len(values)],
    "lookup": _lookup,
    "slice": lambda values, start, end: values[int(start) : int(end)],
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
    "reverse": lambda values: list(reversed(values)),
    "one": lambda values: values[0] if values else None,
    "setproduct": _product,
    "coalesce": _first,
    "coalescelist": lambda *lists: next(one for one in lists if one),
    "sensitive": lambda value: value,
    "nonsensitive": lambda value: value,
    "tostring": lambda value: value if isinstance(value, str) else text_of(value),
    "trimspace": lambda text: type(text)(text.strip()),
    "chomp": lambda text: type(text)(text.rstrip("\r\n")),
    "base64encode": lambda text: text,  # judged is what is said, however it is wrapped
    "base64gzip": lambda text: text,
}
STRICT: dict[str, Callable[..., Any]] = {
    "jsondecode": json.loads,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "replace": _replace,
    "split": lambda separator, text: text.split(separator),
    "trim": lambda text, cut: text.strip(cut),
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "substr": _substr,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "strcontains": lambda text, part: part in text,
    "regex": _regex,
    "regexall": lambda pattern, text: re.findall(pattern, text),
    "contains": lambda values, one: one in values,
    "tonumber": _number,
    "tobool": _bool,
    "range": _range,
    "sort": sorted,
    "min": min,
    "max": max,
    "abs": abs,
    "setintersection": lambda first, *sets: [one for one in first if all(one in each for each in sets)],
    "setsubtract": lambda first, second: [one for one in first if one not in second],
    "indent": lambda spaces, text: text.replace("\n", "\n" + " " * int(spaces)),
}
