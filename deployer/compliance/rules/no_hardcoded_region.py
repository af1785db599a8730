"""TAP_REGION_1: where a region is written, the stack deploys to one region only, or half of it to another.

A region has its place in the default of a variable, which whoever deploys can override, and in tfvars. Descriptions and
comments are prose, tags and names are labels, and what is compared with (`==`, `contains`) is a question: a stack works
elsewhere with all of these. An S3 backend and a module's source take no variables. A provider that only serves
CloudFront has to be in us-east-1. A plan has everything evaluated: there, the regions it was given are no finding.
"""

from collections.abc import Iterator

from deployer.compliance.regions import regions_in
from deployer.compliance.rule_api.literals import given_to, strings
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.compliance.templates import walk

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
        if block.kind == "provider" and block.values.get("region") == OF_CLOUDFRONT and _serves_cloudfront(block):
            return
        given = given_to(block, regions_in) if block.is_planned else set()
        for path, text in strings(block.values, block.kind):
            for region in regions_in(text):
                if region not in given:
                    yield Offence(f"{'.'.join(path)} names the region {region}")


def _of_backend(block: Block) -> Iterator[Offence]:
    """Its region is the state's, and takes no variable; an endpoint follows from it and needs not be written."""
    for path, text in walk(block.values):
        if block.type == "backend" and ENDPOINTS & set(path) and regions_in(text):
            yield Offence(f"{'.'.join(path)} names the region {regions_in(text)[0]}")


def _serves_cloudfront(block: Block) -> bool:
    """Whether an aliased provider is for nothing but what AWS has in that one region."""
    name = f"{block.type}.{block.values.get('alias')}"
    served = [
        kind
        for kinds in (block.document.get("resource", {}), block.document.get("data", {}))
        for kind, named in kinds.items()
        for values in named.values()
        if isinstance(values, dict) and values.get("provider") == name
    ]
    given = [one.get("providers", {}) for one in block.document.get("module", {}).values() if isinstance(one, dict)]
    passed_on = any(name in map(str, one.values()) for one in given if isinstance(one, dict))
    return bool(served) and not passed_on and all(kind.startswith(FOR_CLOUDFRONT) for kind in served)
