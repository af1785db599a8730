"""TAP_REGION_1: where a region is written, the stack deploys to one region only, or half of it to another.

Descriptions and comments are prose, the default of a variable is the place for a region, and an S3 backend takes no
variables. A plan has everything evaluated: there, the regions it was given are no finding.
"""

from collections.abc import Iterator

from tap_rules.literals import given_to, strings
from tap_rules.rule import Block, Offence, Rule

from deployer.compliance.regions import regions_in
from deployer.compliance.templates import walk

ENDPOINTS = {"endpoint", "endpoints", "iam_endpoint", "sts_endpoint", "dynamodb_endpoint", "sso_endpoint"}


class NoHardcodedRegion(Rule):
    id = "TAP_REGION_1"
    title = "No region is written where a variable should stand"
    mend = "refer to the region's variable or data source, such as ${var.aws_region}; partition and account likewise"
    kinds = ("resource", "data", "provider", "module", "locals", "output", "terraform")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.kind == "terraform":
            yield from _of_backend(block)
            return
        given = given_to(block.document, regions_in) if block.is_planned else set()
        for path, text in strings(block.values, block.kind):
            for region in regions_in(text):
                if region not in given:
                    yield Offence(f"{'.'.join(path)} names the region {region}")


def _of_backend(block: Block) -> Iterator[Offence]:
    """Its region is the state's, and takes no variable; an endpoint follows from it and needs not be written."""
    for path, text in walk(block.values):
        if block.type == "backend" and ENDPOINTS & set(path) and regions_in(text):
            yield Offence(f"{'.'.join(path)} names the region {regions_in(text)[0]}")
