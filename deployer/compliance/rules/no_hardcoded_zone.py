"""TAP_REGION_2: the id of an availability zone, such as use1-az1, is one region's as much as the zone's name is."""

import re
from collections.abc import Iterator

from deployer.compliance.rule_api.literals import ungiven
from deployer.compliance.rule_api.rule import Block, Offence, Rule

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html
ZONE = re.compile(r"(?<![\w-])(?:af|ap|ca|cn|eu|il|me|mx|sa|us|usg)[a-z]{1,3}\d(?:-[a-z]{3}\d)?-az\d{1,2}(?![\w-])")


class NoHardcodedZone(Rule):
    id = "TAP_REGION_2"
    title = "No zone id is written where data should stand"
    mend = "take zones from data.aws_availability_zones, by names or zone_ids"
    kinds = ("resource", "data", "provider", "module", "locals", "output")

    def judge(self, block: Block) -> Iterator[Offence]:
        for where, zone in ungiven(block, ZONE.findall):
            yield Offence(f"{where} names the zone {zone}")
