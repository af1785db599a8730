"""Empties a bucket: every version, every delete marker, every unfinished upload."""

from typing import Any

from deployer.errors import EnvironmentUnready
from deployer.few import counted

_SHOWN = 3


def empty_bucket(s3: Any, bucket: str) -> None:
    """Delete all that a bucket holds, in the batches of 1,000 that S3 lists and takes.

    Raises:
        EnvironmentUnready: S3 keeps some of it, such as what an object lock holds.
    """
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    kept: list[dict[str, str]] = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            kept += s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True}).get("Errors", [])
    if kept:
        raise EnvironmentUnready(
            f"S3 keeps {counted(len(kept), 'object')} of {bucket}",
            remedy="lift what holds them, such as an object lock or a policy, then try again",
            details=tuple(f"{one['Key']}: {one['Code']}: {one['Message']}" for one in kept[:_SHOWN]),
        )
