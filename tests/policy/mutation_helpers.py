"""What can be done to a mutation's block. The mutations themselves are in mutations.py."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Mutation:
    """`spoil` changes the values of the first block of a `type`, for which the `rule` must then fail."""

    name: str
    rule: str
    type: str
    spoil: Callable[[Document], object]
    planned: bool = False  # False for what a plan has not got, or knows after apply only
    written: bool = True  # False for what only a plan shows
    pick: str = ""  # part of the block's name, where it is not the first of its type
    removed: bool = False  # the block is taken away instead
    beside: tuple[str, ...] = ()  # further types that the rule has to see


def in_policy(
    change: Callable[[Document], object], attribute: str = "policy", at: int = 0
) -> Callable[[Document], None]:
    """Change one statement of a policy that is a JSON string."""

    def spoil(values: Document) -> None:
        policy = json.loads(values[attribute])
        change(policy["Statement"][at])
        values[attribute] = json.dumps(policy)

    return spoil


def in_text(attribute: str, old: str, new: str) -> Callable[[Document], None]:
    """Put `new` in front of the first `old`, which must be there."""

    def spoil(values: Document) -> None:
        assert old in values[attribute]
        values[attribute] = values[attribute].replace(old, new + old, 1)

    return spoil


def known_later(plan: Document, address: str, attribute: str) -> None:
    """As if the attribute referred to something that AWS makes up."""
    (change,) = [one["change"] for one in plan["resource_changes"] if one["address"] == address]
    change["after_unknown"][attribute] = True


def in_environment(values: Document) -> None:
    environment = values["environment"]
    (environment[0] if isinstance(environment, list) else environment)["variables"]["HOME_REGION"] = "eu-west-1"


def without(*names: str) -> Callable[[Document], None]:
    """Take attributes away, which must be there."""

    def spoil(values: Document) -> None:
        for name in names:
            assert name in values
            values.pop(name)

    return spoil


def put(**attributes: Any) -> Callable[[Document], None]:
    """Set attributes."""
    return lambda values: values.update(attributes)


def also(statement: Document, attribute: str = "policy") -> Callable[[Document], None]:
    """Add an Allow statement to a policy that is a JSON string."""

    def spoil(values: Document) -> None:
        policy = json.loads(values[attribute])
        policy["Statement"].append({"Effect": "Allow", **statement})
        values[attribute] = json.dumps(policy)

    return spoil
