"""Which of AWS's regions the Terraform provider knows. Used before anything starts, and by `tap doctor`.

The provider refuses a region that is younger than itself, in the middle of a plan and without saying what to do:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs#skip_region_validation-1
"""

import re
from importlib.metadata import PackageNotFoundError, metadata

from deployer.errors import UsageError
from deployer.region_names import REGIONS

_BINDINGS = "cdktf-cdktf-provider-aws"
NEWER = frozenset({"ap-southeast-6", "me-west-1", "sa-west-1", "us-isob-west-1"})  # it says of each: no such region


def _generated_for() -> str:
    """The provider's version that the locked bindings are of, as their package links to it; blank without them."""
    try:
        about = metadata(_BINDINGS)
    except PackageNotFoundError:
        return ""
    linked = re.search(r"hashicorp/aws/(\d+\.\d+\.\d+)", about["Description"])
    return linked[1] if linked else ""


PROVIDER = _generated_for()


def require_known(region: str) -> None:
    """Raises UsageError where the provider does not know `region`."""
    if region not in REGIONS:
        raise UsageError(
            f"AWS has no region {region!r} that this Tap knows of",
            where="AWS_REGION, or --region",
            remedy="choose one that `aws account list-regions` prints",
        )
    if region in NEWER:
        raise UsageError(
            f"the Terraform provider of this stack, {PROVIDER}, does not know the region {region} yet",
            where="AWS_REGION, or --region",
            remedy="choose another region; this one needs a newer provider",
        )
