"""TAP_REGION_1: where a region is written, the stack deploys to one region only, or half of it to another.

Descriptions and comments are prose, the default of a variable is the place for a region, and an S3 backend takes no
variables. A plan has everything evaluated: there, the regions it was given are no finding.
"""

from collections.abc import Iterator
from typing import Any

from tap_rules.rule import Block, Offence, Rule, planned

from deployer.compliance.policies import decoded
from deployer.compliance.regions import regions_in
from deployer.compliance.templates import literals, walk

PROSE = {"description", "comment", "alarm_description", "//"}
REFERENCES = {"depends_on", "provider", "providers", "alias"}


class NoHardcodedRegion(Rule):
    id = "TAP_REGION_1"
    title = "No region is written where a variable should stand"
    mend = "refer to the region's variable or data source, such as ${var.aws_region}; partition and account likewise"
    kinds = ("resource", "data", "provider", "module", "locals", "output", "terraform")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.kind == "terraform":
            return
        given = given_to(block.document) if block.is_planned else set()
        for path, text in strings(block.values, block.kind):
            for region in regions_in(text):
                if region not in given:
                    yield Offence(f"{'.'.join(path)} names the region {region}")


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


def given_to(plan: dict[str, Any]) -> set[str]:
    """The regions that a plan was made with: by variables, by its providers, or as AWS said."""
    sources: list[Any] = [variable.get("value") for variable in plan.get("variables", {}).values()]
    sources += [one.get("expressions", {}).get("region") for one in providers(plan)]
    state = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
    sources += [one["values"] for one in planned(state) if one["type"] == "aws_region"]
    return {region for source in sources for _, text in walk(source) for region in regions_in(text)}


def providers(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return list(plan.get("configuration", {}).get("provider_config", {}).values())
