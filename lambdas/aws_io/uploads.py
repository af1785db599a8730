"""The object that an event of S3 is about: found, told apart from others of its key, and copied. Used by the validator.

For up to 15 minutes after a bucket's versioning was switched on, an object may be kept without a version, and a read
may be answered "not found":
https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
So what is asked for, and is not there, may be the object that lies under the key, if its ETag is the event's.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from aws_io.events import Notice
from aws_io.faults import is_absent, lost_race, retryable
from transactions.errors import ObjectGone
from transactions.layout import NO_VERSION, Upload, version_of

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """An uploaded object, of which nothing is copied yet. `last_modified` is ISO 8601 in UTC."""

    upload: Upload
    etag: str
    last_modified: str
    bytes: int
    _body: "StreamingBody"

    def copy(self, to: Path) -> None:
        """Copy it to a file, a block at a time."""
        with retryable(), to.open("wb") as out:
            shutil.copyfileobj(self._body, out, _BLOCK)

    def close(self) -> None:
        """Let what was not copied go."""
        self._body.close()


def find(s3: "S3Client", notice: Notice) -> Found:
    """The object of an event.

    Raises:
        ObjectGone: another one lies under its key, and S3 kept no version of it.
        ClientError: it is not there, or not yet; or may not be read.
    """
    answer = _exact(s3, notice)
    if answer is None:
        answer = _current(s3, notice)
    etag = answer["ETag"].strip('"')
    version = version_of(notice.version_id or answer.get("VersionId"), etag)
    modified = answer["LastModified"].astimezone(UTC).isoformat()
    return Found(Upload.of(notice.key, version), etag, modified, answer["ContentLength"], answer["Body"])


def _exact(s3: "S3Client", notice: Notice) -> "GetObjectOutputTypeDef | None":
    """The event's version, or the one that has none; None if that is not there, and may lie there as another."""
    condition = {} if notice.version_id else _same(notice)
    try:
        return _get(s3, notice, VersionId=notice.version_id or NO_VERSION, **condition)
    except ClientError as error:
        if is_absent(error) and (notice.etag or not notice.version_id):
            return None
        raise


def _current(s3: "S3Client", notice: Notice) -> "GetObjectOutputTypeDef":
    """What lies under the key, if it is the event's object."""
    answer = _get(s3, notice, **_same(notice))
    there = answer.get("VersionId", NO_VERSION)
    if notice.version_id and there not in (NO_VERSION, notice.version_id):
        answer["Body"].close()
        raise ObjectGone(f"version {notice.version_id} of {notice.key} is not there, and version {there} is")
    return answer


def _same(notice: Notice) -> dict[str, str]:
    return {"IfMatch": notice.etag} if notice.etag else {}


def _get(s3: "S3Client", notice: Notice, **which: str) -> "GetObjectOutputTypeDef":
    try:
        with retryable():
            return s3.get_object(Bucket=notice.bucket, Key=notice.key, **which)  # type: ignore[arg-type]
    except ClientError as error:
        if lost_race(error):
            message = (
                f"another object lies under {notice.key} than that of ETag {notice.etag}, which the event is about"
            )
            raise ObjectGone(message) from error
        raise
