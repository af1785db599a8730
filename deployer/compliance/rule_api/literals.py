"""The literal strings of a block, and what a plan was given. Imported by the rules on regions and zones."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

from deployer.compliance.rule_api.links import expressions_at, expressions_of
from deployer.compliance.rule_api.rule import Block, once_a_document
from deployer.policy_documents import decoded
from deployer.template_strings import literals, walk
from deployer.terraform.plan_json import planned_values, resources_in

PROSE = {"description", "title", "comment", "alarm_description", "documentation", "error_message", "//"}
REFERENCES = {"depends_on", "provider", "providers", "alias", "lifecycle"}
TAGS = {"tags", "tags_all", "default_tags", "tag"}
LABELS = {
    "name", "name_prefix", "bucket", "bucket_prefix", "alarm_name", "dashboard_name", "function_name", "family",
}  # fmt: skip
OF_MODULES = {"source", "version"}  # which take no variables


def strings(values: Any, kind: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every literal of a block that is neither prose, a label nor a reference; JSON in a string is read as it is."""
    for path, text in walk(values):
        if any(name.lower() in PROSE | TAGS for name in path) or _is_taken_out(path, text, kind):
            continue
        text = _script(text) if path and path[-1].startswith("user_data") else text
        inner = decoded(text)
        if inner is None:
            yield from ((path, literal) for literal in literals(text))
        else:
            yield from ((path + below, literal) for below, literal in strings(inner, "locals"))


def _is_taken_out(path: tuple[str, ...], text: str, kind: str) -> bool:
    """What only leads to something else in the configuration, and how a resource is called."""
    if not path or kind == "locals":
        return False
    label = kind == "resource" and len(path) == 1 and path[0] in LABELS and not set(".:") & set(text)
    return path[0] in REFERENCES or (kind == "module" and path[0] in OF_MODULES) or label


def _script(text: str) -> str:
    """User data as a machine would read it: in a plan, and by `base64encode`, it is Base64."""
    try:
        return base64.b64decode(text, validate=True).decode() if len(text) % 4 == 0 else text
    except ValueError:
        return text


def ungiven(block: Block, names_in: Callable[[str], list[str]]) -> Iterator[tuple[str, str]]:
    """Each name, as `names_in` finds them, that somebody wrote into the block: where it stands, and the name.

    Of a plan only what is configured counts, since what the provider fills in was written by nobody: an ARN, a URL, and
    from version 6 on the `region` of each resource. A name that the plan was given is none that stands in the way.
    """
    given = _given_to(block, names_in) if block.is_planned else set()
    if block.is_planned and block.kind == "provider":
        given = set()  # of a plan's provider only constants are handed on
    for path, text in strings(_configured(block), block.kind):
        for name in names_in(text):
            if name not in given:
                yield ".".join(path), name


def _configured(block: Block) -> Any:
    told = expressions_of(block) if block.is_planned and not block.is_evaluated and block.kind == "resource" else None
    return block.values if told is None else {name: one for name, one in block.values.items() if name in told}


@once_a_document
def _given_to(block: Block, names_in: Callable[[str], list[str]]) -> set[str]:
    """What the block's plan was made with: by variables, by its providers, or as AWS said."""
    plan = block.document
    sources: list[Any] = [variable.get("value") for variable in plan.get("variables", {}).values()]
    sources += defaults(plan.get("configuration", {}).get("root_module", {}))
    sources += [one.get("expressions", {}).get("region") for one in providers(plan)]
    sources += _by_providers(block)
    state = ((plan.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
    sources += [one["values"] for one in resources_in(state) if one["type"] in ("aws_region", "aws_availability_zones")]
    return {region for source in sources for _, text in walk(source) for region in names_in(text)}


def defaults(module: dict[str, Any]) -> Iterator[Any]:
    """Of the variables of all modules that a module calls, where the call says nothing else."""
    for call in module.get("module_calls", {}).values():
        inner, given = call.get("module", {}), call.get("expressions", {})
        yield from (one.get("default") for name, one in inner.get("variables", {}).items() if name not in given)
        yield from defaults(inner)


def _by_providers(block: Block) -> Iterator[Any]:
    """The region of a resource that names none: its provider's, wherever that has it from.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support
    """
    if not block.is_evaluated:
        for one in planned_values(block.document):
            if "region" in one["values"] and "region" not in (expressions_at(block, one["address"]) or {}):
                yield one["values"]["region"]


def providers(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return list(plan.get("configuration", {}).get("provider_config", {}).values())
