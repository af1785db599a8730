"""Objects of the bucket: read and written as bytes, files and JSON. Used by all functions; the client is passed in.

Writes name no encryption: the bucket's default encrypts with the project's key.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_io.faults import retryable
from transactions.errors import DocumentRefused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As boto3 has it, whose transfers start ten threads also for less:
# https://docs.aws.amazon.com/boto3/latest/reference/customizations/s3.html (multipart_threshold)
_ONE_PUT = 8 << 20  # bytes
JSON, JSON_LINES = "application/json", "application/x-ndjson"


def upload(s3: "S3Client", bucket: str, key: str, path: Path, content_type: str) -> None:
    """Copy a file to an object; large ones in several pieces."""
    with retryable():
        if path.stat().st_size > _ONE_PUT:
            s3.upload_file(str(path), bucket, key, ExtraArgs={"ContentType": content_type})
        else:
            with path.open("rb") as body:
                s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)


def get(s3: "S3Client", bucket: str, key: str) -> bytes:
    """The bytes of an object that is known to be small."""
    with retryable():
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def get_range(s3: "S3Client", bucket: str, key: str, start: int, size: int) -> bytes:
    """Some bytes of an object, from `start` on, counted from 0; at least one.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Range)
    """
    with retryable():
        return s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-{start + size - 1}")["Body"].read()


def get_json(s3: "S3Client", bucket: str, key: str) -> Any:
    """The JSON document in an object; raises `DocumentRefused` if it is none."""
    try:
        return json.loads(get(s3, bucket, key))
    except ValueError as error:
        raise DocumentRefused(f"{key} is not JSON: {error}") from error


def put(s3: "S3Client", bucket: str, key: str, content: bytes, content_type: str) -> None:
    """Write an object of bytes."""
    with retryable():
        s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)


def put_json(s3: "S3Client", bucket: str, key: str, document: Any) -> None:
    """Write an object of JSON."""
    put(s3, bucket, key, to_json(document), JSON)


def to_json(document: Any) -> bytes:
    """JSON in one form: the same document gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def now() -> str:
    """This moment, ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
