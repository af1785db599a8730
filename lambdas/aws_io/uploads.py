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
    answer = _answer(s3, notice)
    etag, version_id = answer["ETag"].strip('"'), answer.get("VersionId", NO_VERSION)
    if notice.version_id and version_id not in (NO_VERSION, notice.version_id):
        answer["Body"].close()
        raise ObjectGone(f"version {notice.version_id} of {notice.key} is not there, and version {version_id} is")
    upload = Upload.of(notice.key, version_of(notice.version_id or version_id, etag))
    modified = answer["LastModified"].astimezone(UTC).isoformat()
    return Found(upload, etag, modified, answer["ContentLength"], answer["Body"])


def _answer(s3: "S3Client", notice: Notice) -> "GetObjectOutputTypeDef":
    *before, last = _requests(notice)
    for request in before:
        try:
            return _get(s3, notice, request)
        except ClientError as error:
            if not (is_absent(error) or lost_race(error)):
                raise
    try:
        return _get(s3, notice, last)
    except ClientError as error:
        if lost_race(error):
            message = f"what lies under {notice.key} is not the object of ETag {notice.etag} that the event is about"
            raise ObjectGone(message) from error
        raise


def _requests(notice: Notice) -> list[dict[str, str]]:
    """By what the object may be found, the likeliest first. One without a version may lie beneath one that has one."""
    same = {"IfMatch": notice.etag} if notice.etag else {}
    if notice.version_id:
        return [{"VersionId": notice.version_id}, *([same] if same else [])]
    return [same, *([same | {"VersionId": NO_VERSION}] if same else [])]


def _get(s3: "S3Client", notice: Notice, request: dict[str, str]) -> "GetObjectOutputTypeDef":
    with retryable():
        return s3.get_object(Bucket=notice.bucket, Key=notice.key, **request)  # type: ignore[arg-type]
