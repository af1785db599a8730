"""What becomes of a block when it is evaluated: a JSON object; and of the data source of policies, its policy."""

import json
from collections.abc import Iterator
from typing import Any

from deployer.compliance.hcl.evaluate import Evaluator
from deployer.compliance.hcl.nodes import Block, Body, Node
from deployer.compliance.hcl.reading import LARGEST, Wrong
from deployer.compliance.hcl.values import Unknown, encoded, plain

_LISTS = {
    "actions": "Action", "not_actions": "NotAction", "resources": "Resource", "not_resources": "NotResource",
}  # fmt: skip
_SOURCES = ("source_json", "override_json", "source_policy_documents", "override_policy_documents")


def object_of(body: Body, evaluator: Evaluator) -> dict[str, Any]:
    """A body with attributes evaluated; a nested block is a list of objects under its name, `dynamic` ones unrolled.

    Raises Wrong, TooLarge.
    """
    found: dict[str, Any] = {name: evaluator.value(node) for name, node in body.attributes.items()}
    left = LARGEST
    for block in body.blocks:
        dynamic = block.kind == "dynamic" and len(block.labels) == 1
        name = block.labels[0] if dynamic else block.kind
        if name in body.attributes:
            raise Wrong(f"{name} is an argument and a block")
        for inner in _dynamic(block, evaluator) if dynamic else [object_of(block.body, evaluator)]:
            left -= evaluator.reading.weighed(inner, left)
            found.setdefault(name, []).append(inner)
    return found


def _dynamic(block: Block, evaluator: Evaluator) -> Iterator[dict[str, Any]]:
    attributes = block.body.attributes
    name = _iterator(attributes["iterator"]) if "iterator" in attributes else block.labels[0]
    over = evaluator.value(attributes["for_each"]) if "for_each" in attributes else None
    rounds = over.items() if isinstance(over, dict) else enumerate(over) if isinstance(over, list) else None
    for content in block.body.named("content"):
        if rounds is None:
            yield object_of(content.body, evaluator)
            continue
        for key, value in rounds:
            yield object_of(content.body, evaluator.within(**{name: {"key": key, "value": value}}))


def _iterator(node: Node) -> str:
    """`iterator = one` is a name; in quotes it is the same."""
    return str(getattr(node, "name", getattr(node, "value", "")))


def json_of(body: Body, evaluator: Evaluator) -> Any:
    """The policy that `aws_iam_policy_document` makes; Unknown where a document that it builds on is."""
    block = object_of(body, evaluator)
    statements: list[Any] = []
    for name in _SOURCES:
        for source in _listed(block.get(name)):
            inner = _statements_of(source)
            if inner is None:
                return Unknown(f"a policy with {name}")
            statements += inner
    for one in _listed(block.get("statement")):
        if not isinstance(one, dict):
            return Unknown("a policy with statements that are not known")
        statements.append(_statement(one))
    return encoded({"Version": "2012-10-17", "Statement": statements})


def _statements_of(source: Any) -> list[Any] | None:
    if isinstance(source, Unknown) or not isinstance(source, str):
        return None
    try:
        return _listed(json.loads(source).get("Statement")) if source else []
    except (ValueError, AttributeError):
        return None


def _statement(block: dict[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": block.get("effect") or "Allow"}
    if block.get("sid"):
        statement["Sid"] = block["sid"]
    for name, key in _LISTS.items():
        if block.get(name):
            statement[key] = block[name]
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if block.get(name):
            statement[key] = _principals(block[name])
    for one in _listed(block.get("condition")):
        condition = statement.setdefault("Condition", {}).setdefault(str(one.get("test")), {})
        condition[str(one.get("variable"))] = one.get("values")
    return statement


def _principals(blocks: Any) -> Any:
    found: dict[str, list[Any]] = {}
    for one in _listed(blocks):
        if isinstance(one, Unknown):
            return plain(one)
        found.setdefault(str(one.get("type")), []).extend(_listed(one.get("identifiers")))
    return "*" if found.get("*") == ["*"] else found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
