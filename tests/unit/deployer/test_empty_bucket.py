"""A bucket is emptied of all that it holds, or says what it keeps."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deployer.errors import EnvironmentUnready
from deployer.resources.empty_bucket import empty_bucket

BUCKET = "bucket"


@pytest.fixture
def s3() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("s3", "us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
        client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
        yield client


def test_versions_markers_and_unfinished_uploads_go(s3: Any) -> None:
    """An object written twice and deleted, and an upload that nobody finished: nothing of them is left."""
    for body in (b"first", b"second"):
        s3.put_object(Bucket=BUCKET, Key="a", Body=body)
    s3.delete_object(Bucket=BUCKET, Key="a")
    s3.create_multipart_upload(Bucket=BUCKET, Key="half")

    empty_bucket(s3, BUCKET)

    left = s3.list_object_versions(Bucket=BUCKET)
    assert "Versions" not in left
    assert "DeleteMarkers" not in left
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


def test_an_object_that_is_held_is_named_and_the_others_go(s3: Any) -> None:
    """S3 answers 200 and lists what it keeps: that is an error, with the key and S3's reason."""
    for key in ("free", "held"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"")
    s3.put_object_legal_hold(Bucket=BUCKET, Key="held", LegalHold={"Status": "ON"})

    with pytest.raises(EnvironmentUnready, match="held: AccessDenied"):
        empty_bucket(s3, BUCKET)

    assert [one["Key"] for one in s3.list_object_versions(Bucket=BUCKET)["Versions"]] == ["held"]
