"""What a resource is called where another names it: by a reference, its ARN, or its name. Imported by rules.

All three eyes are read alike: where a plan does not know a value yet, the configuration's reference stands for it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.rule_api.links import local_name
from deployer.compliance.rule_api.rule import Block, once_a_document
from deployer.template_strings import OPAQUE, parts
from deployer.terraform.plan_json import planned_values

# the attribute by which AWS knows it, where that is not `name`
_CALLED = {"aws_s3_bucket": "bucket", "aws_lambda_function": "function_name", "aws_lambda_alias": "arn"}
_STEP = r"[\w-]+(?:\[[^\]]*\])?"
_REFERENCE = re.compile(rf"(?P<address>(?:module\.{_STEP}\.)*(?:data\.)?aws_\w+\.{_STEP})\.[\w.\[\]]+")
_BEFORE_NAME = re.compile(
    r"arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:(?:table|stream|event-bus|function|stateMachine|role|user|group|policy)[/:])?"
)
_AFTER_NAME = re.compile(r"(?:/stream/.*|/index/.*|:\*)$")
OPEN, CLOSE = "\ue000", "\ue001"  # around an expression that stands in a name
_MEANING_NOTHING = str.maketrans(":/*?", "\ue002\ue003\ue004\ue005")


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource beside the block, its references filled in."""

    address: str
    type: str
    values: dict[str, Any]


@once_a_document
def resources(block: Block) -> dict[str, list[Resource]]:
    """All resources of the block's document by their types."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for one in _written(block) if block.is_written else _planned(block):
        found[one.type].append(one)
    return found


def _written(block: Block) -> Iterator[Resource]:
    for kind, named in block.document.get("resource", {}).items():
        for name, values in named.items():
            yield Resource(f"{kind}.{name}", kind, values)


def _planned(block: Block) -> Iterator[Resource]:
    root = block.document.get("configuration", {}).get("root_module", {})
    expressions = dict(_expressions(root, ""))
    for one in planned_values(block.document):
        address = one["address"]
        module = address[: -len(_local(address))]
        values = _filled(one["values"], expressions.get(without_keys(address), {}), module)
        yield Resource(address, one["type"], values)


def _local(address: str) -> str:
    """The address as its module has it, key included."""
    plain = local_name(address)
    return address[address.rindex(plain) :] if plain in address else address


def _expressions(module: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in module.get("resources", []):
        yield f"{prefix}{one['type']}.{one['name']}", one.get("expressions", {})
    for name, call in module.get("module_calls", {}).items():
        yield from _expressions(call.get("module", {}), f"{prefix}module.{name}.")


def _filled(values: dict[str, Any], expressions: dict[str, Any], module: str) -> dict[str, Any]:
    """The values, with a reference where a plan does not know one."""
    filled = dict(values)
    for name, told in expressions.items():
        here = values.get(name)
        if isinstance(told, dict) and here in (None, "", []):
            if references := [one for one in told.get("references", []) if _REFERENCE.fullmatch(one)]:
                filled[name] = f"${{{module}{references[0]}}}"
        elif isinstance(told, list) and isinstance(here, list) and len(told) == len(here):
            filled[name] = [_filled(one, more, module) if isinstance(one, dict) else one
                            for one, more in zip(here, told, strict=True)]  # fmt: skip
    return filled


def named(block: Block, text: Any, *kinds: str) -> Resource | None:
    """The one resource of the `kinds` that a text names; None where there is none, or nobody can say which."""
    key = _key(str(text or ""))
    addresses = {one.address: one for kind in kinds for one in _index(block, kind).get(key, ())}
    return next(iter(addresses.values())) if len(addresses) == 1 else None


def _key(text: str) -> str:
    """By what to look for it: the address that it refers to, or the name."""
    plain, expressions = parts(text)
    match = _REFERENCE.fullmatch(expressions[0]) if plain == OPAQUE else None
    return match["address"] if match else f"={plain_name(text)}"


@once_a_document
def _index(block: Block, kind: str) -> dict[str, list[Resource]]:
    """Without its key, and as its own module has it, a reference may mean several: then it means none."""
    index: dict[str, list[Resource]] = defaultdict(list)
    for one in resources(block).get(kind, ()):
        keys = {one.address, without_keys(one.address)}
        if block.is_evaluated:
            keys |= {_local(one.address), local_name(one.address)}
        if name := one.values.get(_CALLED.get(kind, "name")):
            keys.add(f"={_tokens(str(name))}")
        for key in keys:
            index[key].append(one)
    return index


def plain_name(text: str) -> str:
    """The name that an ARN ends in, or that a text is; expressions in it are opaque."""
    return _AFTER_NAME.sub("", without_arn(_tokens(text)))


def without_arn(text: str) -> str:
    """What stands in an ARN behind the account and the type: a name, for S3 a name and a key."""
    return _BEFORE_NAME.sub("", text, count=1)


def pattern(block: Block, text: str, kind: str) -> str:
    """What a policy's resource stands for, as `known_as` has it: a reference to one of the `kind` is its address."""

    def expression(inner: str) -> str:
        resource = named(block, f"${{{inner}}}", kind)
        return resource.address if resource else inner

    return without_arn(_tokens(text, expression))


def known_as(resource: Resource) -> set[str]:
    """How a pattern may have it."""
    name = resource.values.get(_CALLED.get(resource.type, "name"))
    return {_opaque(resource.address), *([_tokens(str(name))] if name else [])}


def _tokens(text: str, expression: Callable[[str], str] = str) -> str:
    """The text with each expression made opaque, so that its colons, slashes and stars mean nothing."""
    plain, expressions = parts(text)
    told = iter(expressions)
    return re.sub(OPAQUE, lambda _: _opaque(expression(next(told, ""))), plain)


def _opaque(expression: str) -> str:
    return f"{OPEN}{expression.translate(_MEANING_NOTHING)}{CLOSE}"
