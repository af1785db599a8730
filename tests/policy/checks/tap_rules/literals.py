"""The literal strings of a block, and what a plan was given. Imported by the rules on regions and zones."""

from collections.abc import Callable, Iterator
from typing import Any

from tap_rules.rule import planned

from deployer.compliance.policies import decoded
from deployer.compliance.templates import literals, walk

PROSE = {"description", "title", "comment", "alarm_description", "documentation", "error_message", "//"}
REFERENCES = {"depends_on", "provider", "providers", "alias", "lifecycle"}


def strings(values: Any, kind: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every literal of a block that is neither prose nor a reference; JSON in a string is read as what it is."""
    for path, text in walk(values):
        if any(name.lower() in PROSE for name in path) or (path and path[0] in REFERENCES and kind != "locals"):
            continue
        inner = decoded(text)
        if inner is None:
            yield from ((path, literal) for literal in literals(text))
        else:
            yield from ((path + below, literal) for below, literal in strings(inner, "locals"))


def given_to(plan: dict[str, Any], names_in: Callable[[str], list[str]]) -> set[str]:
    """What a plan was made with: by variables, by its providers, or as AWS said. `names_in` finds it in a text."""
    sources: list[Any] = [variable.get("value") for variable in plan.get("variables", {}).values()]
    sources += [one.get("expressions", {}).get("region") for one in providers(plan)]
    state = ((plan.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
    sources += [one["values"] for one in planned(state) if one["type"] in ("aws_region", "aws_availability_zones")]
    return {region for source in sources for _, text in walk(source) for region in names_in(text)}


def providers(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return list(plan.get("configuration", {}).get("provider_config", {}).values())
