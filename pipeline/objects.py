"""Small verbs on S3 objects, for pipeline/client.py. Clients are passed in."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import NO_OBJECT, code_of
from pipeline.domain import version_of

SINGLE_PUT = 64 << 20  # bytes; larger files go in parts


@contextmanager
def absent_is_none() -> Iterator[None]:
    """Ends the block quietly if S3 says that the object is not there."""
    try:
        yield
    except ClientError as error:
        if code_of(error) not in NO_OBJECT:
            raise


def get_json(s3: Any, bucket: str, key: str) -> dict[str, Any] | None:
    """The JSON object at `key`, or None if nothing is there."""
    with absent_is_none():
        document: dict[str, Any] = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        return document
    return None


def put_file(s3: Any, bucket: str, key: str, path: Path, sent: Callable[[int], object] = int) -> str:
    """Upload a file; returns the version that this made, as `version_in`. `sent` hears of bytes as they are sent, where
    they go in parts.
    """
    if path.stat().st_size <= SINGLE_PUT:
        with path.open("rb") as body:
            return version_in(s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/csv"))
    s3.upload_file(str(path), bucket, key, ExtraArgs={"ContentType": "text/csv"}, Callback=sent)
    return version_in(s3.head_object(Bucket=bucket, Key=key))


def version_in(answer: Any) -> str:
    """The version that an answer of S3 is about, named as the functions name it."""
    return version_of(answer.get("VersionId"), answer["ETag"].strip('"'))
