"""Which of AWS's regions the Terraform provider knows. Used before anything starts, and by `tap doctor`.

The provider refuses a region that is younger than itself, in the middle of a plan and without saying what to do:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#skip_region_validation-1
"""

from deployer.compliance.regions import REGIONS
from deployer.errors import UsedWrongly

PROVIDER = "5.100.0"  # the one that was asked
NEWER = frozenset({"ap-southeast-6", "me-west-1", "sa-west-1", "us-isob-west-1"})  # what it answers for: no such region


def require_known(region: str) -> None:
    """Raises UsedWrongly where the provider does not know `region`."""
    if region not in REGIONS:
        raise UsedWrongly(
            f"AWS has no region {region!r} that this Tap knows of",
            where="AWS_REGION, or --region",
            remedy="choose one that `aws account list-regions` prints",
        )
    if region in NEWER:
        raise UsedWrongly(
            f"the Terraform provider of this stack, {PROVIDER}, does not know the region {region} yet",
            where="AWS_REGION, or --region",
            remedy="choose another region; this one needs a newer provider",
        )
