"""Which resources belong together: a bucket and its policy, a function and its log group. Imported by rules.

As it is written, one refers to the other or has the same name. In a plan the configuration has the references, and the
values the names.
"""

import re
from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.rule import Block, once_a_document
from deployer.terraform.plan_json import planned_values


def linked(block: Block, kind: str, attribute: str, *names: str) -> list[dict[str, Any]]:
    """The values of all resources of a `kind` whose `attribute` refers to the block, or equals one of its `names`."""
    index = _index(block, kind, attribute)
    own = [value for name in names if isinstance(value := block.values.get(name), str)]
    found = {id(one): one for key in (local_name(block.address), *own) for one in index.get(key, [])}
    return list(found.values())


@once_a_document
def of_kind(block: Block, kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Address and values of all resources of a `kind` beside the block."""
    return list(_all_of(block, kind))


_REFERENCE = re.compile(r"(?<![\w.-])\w+\.[\w-]+")


@once_a_document
def _index(block: Block, kind: str, attribute: str) -> dict[str, list[dict[str, Any]]]:
    index: dict[str, list[dict[str, Any]]] = {}
    for address, values in of_kind(block, kind):
        for name in _named(block, address, attribute, values):
            index.setdefault(name, []).append(values)
    return index


def _named(block: Block, address: str, attribute: str, values: dict[str, Any]) -> Iterator[str]:
    """What an attribute names: its value, and the resources that it refers to."""
    text = str(values.get(attribute) or "")
    yield text
    if "${" in text:
        yield from _REFERENCE.findall(text)
    if block.is_planned and not block.is_evaluated:
        expression = _expressions(block).get(local_name(address), {}).get(attribute) or {}
        for one in expression.get("references", []):
            yield local_name(".".join(re.sub(r"\[[^\]]*\]", "", one).split(".")[:2]))


def _all_of(block: Block, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if block.is_planned:
        for one in planned_values(block.document):
            if one["type"] == kind:
                yield one["address"], one["values"]
        return
    for name, values in block.document.get("resource", {}).get(kind, {}).items():
        yield f"{kind}.{name}", values


def local_name(address: str) -> str:
    """An address as its own module knows it: `type.name`."""
    return ".".join(re.sub(r"\[[^\]]*\]", "", address).split(".")[-2:])


def expressions_of(block: Block) -> dict[str, Any] | None:
    """What the configuration gives to resources of the block's type and name, in whichever module; None if nothing."""
    return expressions_at(block, block.address)


def expressions_at(block: Block, address: str) -> dict[str, Any] | None:
    """The same of another resource of the block's plan."""
    return _expressions(block).get(local_name(address))


@once_a_document
def _expressions(block: Block) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in configured(block):
        found.setdefault(f"{one['type']}.{one['name']}", {}).update(one.get("expressions", {}))
    return found


def configured(block: Block) -> Iterator[dict[str, Any]]:
    """All resources of a plan's configuration."""
    return _configured(block.document.get("configuration", {}).get("root_module", {}))


def _configured(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for call in module.get("module_calls", {}).values():
        yield from _configured(call.get("module", {}))


def first(value: Any) -> dict[str, Any]:
    """A nested block, of which Terraform has one or a list."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else {}


def is_true(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


def is_open(value: Any) -> bool:
    """Whether a value is an expression: what it comes to, another eye sees."""
    return isinstance(value, str) and "${" in value


def is_unknown(marks: Any) -> bool:
    """Whether a plan marks a value, or any part of it, as known after apply only."""
    if isinstance(marks, dict):
        return any(is_unknown(value) for value in marks.values())
    if isinstance(marks, list):
        return any(is_unknown(value) for value in marks)
    return marks is True


def unknown(block: Block, name: str) -> bool:
    """Whether a plan knows an attribute, or a part of it, only after apply."""
    return isinstance(block.unknown, dict) and is_unknown(block.unknown.get(name))
