"""How the tests read a synthesised document."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def resources(document: Document, kind: str) -> dict[str, Any]:
    """All resources of one type, by their name in Terraform."""
    found: dict[str, Any] = document["resource"].get(kind, {})
    return found


def the(document: Document, kind: str) -> Any:
    """The one resource of its type."""
    stack: Any = document
    return stack.the(kind)


def role_policies(document: Document) -> dict[str, list[Document]]:
    """The statements of each role's inline policy, by the policy's name."""
    found = resources(document, "aws_iam_role_policy").values()
    return {policy["name"]: policy.json("policy")["Statement"] for policy in found}


def listed(value: Any) -> list[Any]:
    """IAM takes one or many."""
    return value if isinstance(value, list) else [value]


def strings(node: Any) -> Iterator[str]:
    """Every string in a JSON document, keys included; JSON within strings is text."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from strings(value)
    elif isinstance(node, str):
        yield node
