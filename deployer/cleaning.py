"""Removes a deployment together with its data, where that is known to be worthless: on an emulator, after a run.

Terraform alone refuses to remove a bucket with files in it, which is right for everybody else.
"""

from deployer.errors import Unfit
from deployer.estate.emptying import empty_bucket
from deployer.stages import Run, destroy


def destroyed_with_data(run: Run) -> None:
    """Empty the run's bucket and destroy what it deployed.

    Raises:
        Unfit: it is no emulator.
    """
    if not run.site.target.is_emulator:
        raise Unfit("data on a live account is never removed along with a run", remedy="`tap destroy`")
    if run.outputs:
        empty_bucket(run.site.target.client("s3"), run.outputs.bucket_name)
    destroy(run)
