"""Writes `reports/KEY.json` so that neither an older upload nor an earlier stage overwrites a newer one.

Used by the validator, the transformer and the loader, which may write at once: each write is conditional on what was
read, and tried again when somebody else was faster.
"""

import json
import random
import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aws_io.faults import is_absent, lost_race, retryable
from aws_io.objects import JSON, to_json
from transactions.errors import Throttled
from transactions.layout import report_key
from transactions.reports import Report, merge, supersedes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TRIES = 8


def publish(s3: "S3Client", bucket: str, report: Report) -> bool:
    """Write a report if it is the newest.

    Returns:
        Whether it was written; False when a newer one is there.

    Raises:
        Throttled: others wrote in between each of several tries.
    """
    key = report_key(report["key"])
    for attempt in range(_TRIES):
        there = _read(s3, bucket, key)
        if there is not None and not supersedes(report, there[0]):
            return False
        content = to_json(report if there is None else merge(report, there[0]))
        if _write(s3, bucket, key, content, there[1] if there else None):
            return True
        time.sleep(random.uniform(0, min(0.5, 0.02 * 2**attempt)))  # noqa: S311 - spreads rivals, guards nothing
    raise Throttled(f"{key} was written by others during each of {_TRIES} tries")


def _read(s3: "S3Client", bucket: str, key: str) -> tuple[Report, str] | None:
    """The report that is there with its ETag, or None."""
    try:
        with retryable():
            answer = s3.get_object(Bucket=bucket, Key=key)
            return json.loads(answer["Body"].read()), answer["ETag"]
    except ClientError as error:
        if is_absent(error):
            return None
        raise


def _write(s3: "S3Client", bucket: str, key: str, content: bytes, etag: str | None) -> bool:
    """Write if the object is still as it was read; whether it was."""
    try:
        with retryable():
            if etag is None:
                s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=JSON, IfNoneMatch="*")
            else:
                s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=JSON, IfMatch=etag)
    except ClientError as error:
        if lost_race(error) or (etag is not None and is_absent(error)):  # absent: removed since it was read
            return False
        raise
    return True
