"""Terraform's functions, of those that policies, names and settings are made with. One that is not here, or fails, is
unknown: `evaluate` then keeps the call's text. None makes more than a configuration has room for: see reading.py.

https://developer.hashicorp.com/terraform/language/functions
"""

import json
import re
from collections.abc import Callable, Iterable
from itertools import chain, product
from math import ceil, floor, prod
from pathlib import PurePosixPath
from typing import Any

from deployer.compliance.hcl.reading import LARGEST, TooLarge
from deployer.compliance.hcl.values import Failed, Partial, Unknown, encoded, is_known, text_of
from deployer.template_strings import OPAQUE, parts

_VERB = re.compile(r"%(?:\[(\d+)\])?[-+ 0#]*\d*(?:\.\d+)?([svdqtf%])")
_LONGEST_RANGE = 1024  # as Terraform has it
_NESTED = re.compile(r"[+*}]\??\)\??[+*{]")  # a repetition of repetitions, which may take for ever: Go's can't
_ARN = ("partition", "service", "region", "account_id", "resource")


def called(name: str, arguments: list[Any], text: str) -> Any:
    """What the function makes of the arguments; unknown, with the call's text, where nobody can say."""
    if any(isinstance(one, Failed) for one in arguments):
        return Failed(text)
    if name in LENIENT and (name in TAKES_UNKNOWN or not any(isinstance(one, Unknown) for one in arguments)):
        return LENIENT[name](*arguments)
    if name in STRICT and is_known(arguments):
        return STRICT[name](*arguments)
    if name in OF_TEXT and all(isinstance(one, str) or is_known(one) for one in arguments):
        return _in_part(OF_TEXT[name], arguments)
    return Unknown(text)


def _in_part(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """What a function makes of text with unknown parts: each is one letter to it, which nobody writes."""
    expressions: list[str] = []

    def masked(value: Any) -> Any:
        if is_known(value):
            return value
        plain, inner = parts(str(value))
        signs = iter(range(_PRIVATE + len(expressions), _PRIVATE + len(expressions) + len(inner)))
        expressions.extend(inner)
        return re.sub(OPAQUE, lambda _: chr(next(signs)), plain)

    def shown(value: Any) -> Any:
        if isinstance(value, list):
            return [shown(one) for one in value]
        if isinstance(value, dict):
            return {key: shown(one) for key, one in value.items()}
        if not isinstance(value, str) or not _SIGNS.search(value):
            return value
        return Partial(_SIGNS.sub(lambda match: f"${{{expressions[ord(match[0]) - _PRIVATE]}}}", value))

    found = function(*map(masked, arguments))
    _affordable(sum(map(len, expressions)) * (1 + len(str(found))))
    return shown(found)


_PRIVATE = 0xF0000  # Unicode's plane for private use, which has room for as many as a text has
_SIGNS = re.compile("[\U000f0000-\U000ffffd]")


def _affordable(made: int) -> None:
    """Raises TooLarge for what a function would make of a little."""
    if made > LARGEST:
        raise TooLarge(f"a function in it makes more than {LARGEST:,} items and characters")


def _format(pattern: str, *values: Any) -> str:
    left, longest = iter(values), max((len(text_of(one)) for one in values), default=0)
    _affordable(len(pattern) + len(_VERB.findall(pattern)) * longest)

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
    _affordable(length * len(pattern))
    return [_format(pattern, *(one[at] if isinstance(one, list) else one for one in values)) for at in range(length)]


def _join(separator: str, *lists: list[Any]) -> str:
    found = list(chain(*lists))
    _affordable(len(separator) * len(found))
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
    found = {json.dumps(one, sort_keys=True, default=str): one for one in values}
    return list(found.values())


def _set(values: Any) -> list[Any]:
    found = _distinct(values)
    return sorted(found) if all(isinstance(one, str) for one in found) else found


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        pattern = _pattern(old[1:-1])
        _affordable(len(new) * sum(1 for _ in pattern.finditer(text)))
        return pattern.sub(re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", new), text)
    _affordable(len(new) * (len(text) + 1 if not old else text.count(old)))
    return text.replace(old, new)


def _pattern(text: str) -> re.Pattern[str]:
    if _NESTED.search(text):
        raise ValueError("a pattern that may take for ever")
    return re.compile(text)


def _lookup(map_: dict[str, Any], key: str, *default: Any) -> Any:
    return map_[key] if key in map_ or not default else default[0]


def _length(value: Any) -> int:
    if isinstance(value, Partial):
        raise ValueError("a text with unknown parts")  # noqa: TRY004 - of the file, not of a caller
    return len(value)


def _substr(text: str, start: int, length: int) -> str:
    return text[start:] if length < 0 else text[start : start + length]


def _regex(pattern: str, text: str) -> Any:
    match = _pattern(pattern).search(text)
    if not match:
        return Failed(f'regex("{pattern}")')
    return match.groupdict() or list(match.groups()) or match[0]


def _range(*limits: Any) -> list[int]:
    found = range(*map(int, limits))
    if len(found) > _LONGEST_RANGE:
        raise ValueError("too long")
    return list(found)


def _number(value: Any) -> Any:
    return value if isinstance(value, int | float) else float(value) if "." in value else int(value)


def _bool(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _product(*lists: list[Any]) -> list[Any]:
    _affordable(prod(map(len, lists)) * len(lists))
    return [list(one) for one in product(*lists)]


def _common(first: list[Any], *sets: list[Any]) -> list[Any]:
    _affordable(len(first) * sum(map(len, sets)))
    return [one for one in first if all(one in each for each in sets)]


def _without(first: list[Any], second: list[Any]) -> list[Any]:
    _affordable(len(first) * len(second))
    return [one for one in first if one not in second]


def _indent(spaces: int, text: str) -> str:
    _affordable(int(spaces) * text.count("\n"))
    return text.replace("\n", "\n" + " " * int(spaces))


def _arn_parsed(arn: str) -> dict[str, str]:
    """https://registry.terraform.io/providers/hashicorp/aws/latest/docs/functions/arn_parse"""
    return dict(zip(_ARN, arn.split(":", 5)[1:], strict=True))


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
    "length": _length,
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
    "templatestring": lambda text, _: text,
    "provider::aws::arn_build": lambda *fields: _join(":", ["arn", *fields]),
    "base64encode": lambda text: text,  # judged is what is said, however it is wrapped
    "base64gzip": lambda text: text,
}
TAKES_UNKNOWN = {"jsonencode", "tostring", "sensitive", "nonsensitive", "list", "format", "provider::aws::arn_build"}
# what changes text, or takes it apart, and does so around unknown parts as well
OF_TEXT: dict[str, Callable[..., Any]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "replace": _replace,
    "split": lambda separator, text: text.split(separator),
    "trim": lambda text, cut: text.strip(cut),
    "trimprefix": str.removeprefix,
    "trimsuffix": str.removesuffix,
    "indent": _indent,
    "provider::aws::arn_parse": _arn_parsed,
}
STRICT: dict[str, Callable[..., Any]] = {
    **OF_TEXT,
    "jsondecode": json.loads,
    "basename": lambda path: PurePosixPath(path).name,
    "dirname": lambda path: str(PurePosixPath(path).parent),
    "alltrue": lambda values: all(one in (True, "true") for one in values),
    "anytrue": lambda values: any(one in (True, "true") for one in values),
    "sum": sum,
    "ceil": ceil,
    "floor": floor,
    "index": lambda values, one: values.index(one),
    "substr": _substr,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "strcontains": lambda text, part: part in text,
    "regex": _regex,
    "regexall": lambda pattern, text: _pattern(pattern).findall(text),
    "contains": lambda values, one: one in values,
    "tonumber": _number,
    "tobool": _bool,
    "range": _range,
    "sort": sorted,
    "min": min,
    "max": max,
    "abs": abs,
    "setintersection": _common,
    "setsubtract": _without,
}
