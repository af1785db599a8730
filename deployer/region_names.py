"""The names of all AWS regions, and where they stand in a text. Called by the region rule and by the plan's maker.

The list is that of botocore's `data/partitions.json` 1.44.5, of all partitions; a test compares the two.
"""

import re

_LISTED = """
af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1
ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1
eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1
me-south-1 me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-west-1 us-west-2
cn-north-1 cn-northwest-1
us-gov-east-1 us-gov-west-1
us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isob-west-1 eu-isoe-west-1 us-isof-east-1 us-isof-south-1
eusc-de-east-1
"""
REGIONS = frozenset(_LISTED.split())

_NAMES = "|".join(sorted(REGIONS, key=lambda name: (-len(name), name)))
# A region stands alone, or carries the letter of an availability zone, or the code of a local or wavelength zone.
_ZONE = r"(?:[a-z]|-[a-z]{2,4}-\d[a-z]|-wl\d-[a-z]{2,4}-wlz-\d)?"
# S3's old endpoints join service and region with a dash; before any other dash it is a part of a longer word.
_BEFORE = r"(?:(?<![\w-])|(?<![\w-]s3-)(?<=\bs3-)|(?<=\bs3-website-))"
_REGION = re.compile(rf"{_BEFORE}(?P<region>{_NAMES}){_ZONE}(?![\w-])")


def regions_in(text: str) -> list[str]:
    """The regions that `text` names, in order. A region within a longer word (`reports-eu-west-1`) is none."""
    return [match["region"] for match in _REGION.finditer(text)]
