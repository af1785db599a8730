"""Removes a deployment together with its data, where that is known to be worthless: on an emulator, after a run.

Terraform alone refuses to remove a bucket with files in it, which is right for everybody else.
"""

from typing import Any

from deployer.errors import Unfit
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


def empty_bucket(s3: Any, bucket: str) -> None:
    """Delete every version and delete marker of a bucket, in the batches that S3 takes."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
