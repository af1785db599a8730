"""TAP_REGION_1: where a region is written, the stack deploys to one region only, or half of it to another.

A region has its place in the default of a variable, which whoever deploys can override, and in tfvars. Descriptions and
comments are prose, tags and names are labels, and what is compared with (`==`, `contains`) is a question: a stack works
elsewhere with all of these. An S3 backend and a module's source take no variables. A provider that only serves
CloudFront has to be in us-east-1, and so has a resource for it with a `region` of its own, as provider 6 allows. A plan
has everything evaluated: there, the regions it was given, and those that the provider fills in, are no finding.
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.links import configured
from deployer.compliance.rule_api.literals import ungiven
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.region_names import regions_in
from deployer.template_strings import walk

ENDPOINTS = {"endpoint", "endpoints", "iam_endpoint", "sts_endpoint", "dynamodb_endpoint", "sso_endpoint"}


OF_CLOUDFRONT = "us-east-1"
FOR_CLOUDFRONT = ("aws_acm_certificate", "aws_cloudfront_", "aws_wafv2_", "aws_shield_", "aws_ecrpublic_", "aws_cur_",
                  "aws_route53_")  # fmt: skip


class NoHardcodedRegion(Rule):
    id = "TAP_REGION_1"
    title = "No region is written where a variable should stand"
    mend = "refer to the region's variable or data source, such as ${var.aws_region}; partition and account likewise"
    kinds = ("resource", "data", "provider", "module", "locals", "output", "terraform")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.kind == "terraform":
            yield from _of_backend(block)
            return
        for where, region in ungiven(block, regions_in):
            if not (where == "region" and region == OF_CLOUDFRONT and _is_for_cloudfront(block)):
                yield Offence(f"{where} names the region {region}{_how_to_state(block, region)}")


def _of_backend(block: Block) -> Iterator[Offence]:
    """Its region is the state's, and takes no variable; an endpoint follows from it and needs not be written."""
    for path, text in walk(block.values):
        if block.type == "backend" and ENDPOINTS & set(path) and regions_in(text):
            yield Offence(f"{'.'.join(path)} names the region {regions_in(text)[0]}")


def _is_for_cloudfront(block: Block) -> bool:
    """Whether a resource, or all that a provider serves, is of a kind that AWS has in that one region."""
    kinds = set(_served(block)) if block.kind == "provider" else {block.type}
    return bool(kinds) and all(kind.startswith(FOR_CLOUDFRONT) for kind in kinds)


def _how_to_state(block: Block, region: str) -> str:
    """What a module makes is not seen where its provider is: whoever wrote it may know that it has to be there."""
    if block.kind == "provider" and block.values.get("alias") and region == OF_CLOUDFRONT:
        return "; of what AWS has there alone, state it as the default of a variable"
    return ""


def _served(block: Block) -> Iterator[str]:
    """The types of what has the provider; a module that has it may make anything, as far as its caller shows."""
    name = block.address.removeprefix("provider.")
    if block.is_planned:
        yield from (one["type"] for one in configured(block) if one.get("provider_config_key") == name)
        return
    for kinds in (block.document.get("resource", {}), block.document.get("data", {})):
        yield from (kind for kind, named in kinds.items() for values in named.values()
                    if isinstance(values, dict) and values.get("provider") == name)  # fmt: skip
    for module in block.document.get("module", {}).values():
        given = module.get("providers") if isinstance(module, dict) else None
        if isinstance(given, dict) and name in map(str, given.values()):
            yield "anything"
