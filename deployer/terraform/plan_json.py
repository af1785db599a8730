"""What a plan as JSON (`terraform show -json`) consists of. Called by the gate, and by the rules in Checkov's process.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from collections.abc import Iterator, Mapping
from typing import Any

EVALUATED = "evaluated by Tap"  # as a plan's terraform_version


def is_plan(document: Mapping[str, Any]) -> bool:
    return "planned_values" in document


def is_evaluated(document: Mapping[str, Any]) -> bool:
    """Whether it is what Tap made of a configuration (configurations.py): unknown values are expressions in it."""
    return document.get("terraform_version") == EVALUATED


def planned_values(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All resources of a plan."""
    return resources_in(document["planned_values"].get("root_module") or {})


def resources_in(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All resources of a module's values, planned or as they were before, and of those within it."""
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources_in(child)
