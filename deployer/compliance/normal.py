"""Brings Terraform JSON to one form, since its syntax has several for the same: an object, or a list of objects, at any
level. Called when a subject is read; Checkov and our rules then see objects by name alone.

https://developer.hashicorp.com/terraform/language/syntax/json#nested-block-mapping
"""

from collections.abc import Callable
from typing import Any

LABELS = {
    "resource": 2,
    "data": 2,
    "ephemeral": 2,
    "check": 1,
    "module": 1,
    "output": 1,
    "variable": 1,
    "provider": 1,
}  # how many names lead to a body
_MANY = {"provider"}  # whose bodies may be several under one name
Document = dict[str, Any]


def normal(document: Document, fault: Callable[[str], None]) -> Document:
    """The same configuration with one object per block. What Terraform would not read either is left out, and told."""
    found: Document = {}
    for kind, blocks in document.items():
        try:
            if kind == "//":
                found[kind] = blocks
            elif kind == "terraform":
                found[kind] = _settings(blocks)
            else:
                found[kind] = _labelled(blocks, LABELS.get(kind, 0), kind, fault)
        except ValueError as error:
            fault(f"no Terraform JSON: {error}")
    return found


def _settings(blocks: Any) -> Document:
    """Without the plain values, such as `required_version`: Checkov's parser gives up on the whole file at them."""
    merged = merge(blocks, "terraform")
    return {name: merge(value, name) for name, value in merged.items() if isinstance(value, dict | list)}


def _labelled(node: Any, labels: int, where: str, fault: Callable[[str], None]) -> Any:
    if not labels:
        many = where.partition(".")[0] in _MANY and isinstance(node, list)
        return [merge(one, where) for one in node] if many else merge(node, where)
    found: Document = {}
    for name, value in merge(node, where).items():
        try:
            found[name] = value if name == "//" else _labelled(value, labels - 1, f"{where}.{name}", fault)
        except ValueError as error:
            fault(f"no Terraform JSON: {error}")
    return found


def merge(node: Any, where: str) -> Document:
    """One object of a list of them; a name that two of them have is a block defined twice."""
    merged: Document = {}
    for one in node if isinstance(node, list) else [node]:
        if not isinstance(one, dict):
            raise ValueError(f"{where} is not a block: {str(one)[:60]}")  # noqa: TRY004 - of the file, not of a caller
        for name, value in one.items():
            both_nest = isinstance(merged.get(name), dict) and isinstance(value, dict)
            if name in merged and not both_nest:
                raise ValueError(f"{where} has {name} twice")
            if both_nest and merged[name].keys() & value.keys():
                raise ValueError(f"{where}.{name} has {min(merged[name].keys() & value.keys())} twice")
            merged[name] = {**merged[name], **value} if both_nest else value
    return merged


def merged(documents: list[Document]) -> Document | None:
    """Several files as one configuration; None where two of them define the same, and so are none."""
    together: Document = {}
    for document in documents:
        for kind, blocks in document.items():
            if kind == "//":
                continue
            if kind == "provider" and kind in together and together[kind].keys() & blocks.keys():
                return None
            if not _taken(together.setdefault(kind, {}), blocks, LABELS.get(kind, 1)):
                return None
    return together


def _taken(target: Document, blocks: Document, depth: int) -> bool:
    """Whether `blocks` have gone into `target` without meeting a name that is there."""
    for name, value in blocks.items():
        if name not in target:
            target[name] = dict(value) if depth > 1 and isinstance(value, dict) else value
        elif name != "//" and not (depth > 1 and _taken(target[name], value, depth - 1)):
            return False
    return True
