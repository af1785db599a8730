"""The stack holds exactly the resources of its inventory: neither one less nor one that nobody noticed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.unit.stack.reading import resources

ROOT = Path(__file__).parents[3]
INVENTORY = Path(__file__).parent / "inventories" / "stack.yaml"


def test_resources_per_type_are_those_of_the_inventory(document: dict[str, Any]) -> None:
    """A resource that appears or disappears is a decision, so it is written down."""
    expected = yaml.safe_load(INVENTORY.read_text())
    got = {kind: len(found) for kind, found in document["resource"].items()}
    changed = [kind for kind in sorted(got.keys() | expected.keys()) if got.get(kind, 0) != expected.get(kind, 0)]

    assert changed == [], _told(changed, got, expected, document)


def _told(changed: list[str], got: dict[str, int], expected: dict[str, int], document: dict[str, Any]) -> str:
    lines = ["the stack's resources are not those of its inventory:"]
    for kind in changed:
        lines.append(f"  {kind}: {got.get(kind, 0)}, in the inventory {expected.get(kind, 0)}")
        lines += [f"    {one.address}, made by {one.made}" for one in resources(document, kind).values()]
    written = ", ".join(f"`{kind}: {got.get(kind, 0)}`" for kind in changed)
    return "\n".join([*lines, f"If that is meant, write {written} into {INVENTORY.relative_to(ROOT)}; 0 has no line."])


def test_notifications_add_a_subscription_each_and_nothing_else(
    document: dict[str, Any], synthesised: Callable[..., dict[str, Any]]
) -> None:
    """Two addresses are two resources more."""
    told = synthesised(notify_email="ann@example.org", notify_https="https://example.org")["resource"]
    added = {kind: len(found) - len(document["resource"].get(kind, {})) for kind, found in told.items()}

    assert {kind: count for kind, count in added.items() if count} == {"aws_sns_topic_subscription": 2}


def test_every_taggable_resource_is_tagged_by_default(document: dict[str, Any]) -> None:
    """The provider's default tags tell project, environment, tool, repository, author and team."""
    (provider,) = document["provider"]["aws"]
    (default,) = provider["default_tags"]

    assert default["tags"] == {
        "Project": "tap",
        "EnvironmentSuffix": "unit",
        "ManagedBy": "cdktf",
        "Repository": "tap",
        "Author": "raaj1021",
        "Team": "synth-2",
    }
