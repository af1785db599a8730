"""What the embedded S3 asks IAM about besides the request, over stand-ins with MiniStack's names."""

from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import storage

KEY_ID, CUSTOMER = (f"x-amz-server-side-encryption-{name}" for name in ("aws-kms-key-id", "customer-algorithm"))


def s3() -> Any:
    """The bucket `b` with an object, one that was deleted, and an upload in parts that named a key, or did not."""
    uploads = {
        "named": {"requested_sse": "aws:kms", "preserved_headers": {KEY_ID: "k"}},
        "plain": {"requested_sse": None, "preserved_headers": {KEY_ID: "the default"}},
    }
    return SimpleNamespace(
        _buckets={"b": {"objects": {"there": {}}}}, _object_versions={("b", "gone"): []}, _multipart_uploads=uploads
    )


def context(action: str, query: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    actions = SimpleNamespace(_s3_object_context=lambda action, query, path, headers: {"s3:x-amz-acl": "private"})
    storage.mend_encryption(actions, s3())
    found: dict[str, Any] = actions._s3_object_context(action, query, "/b/key", headers)
    return {name: value for name, value in found.items() if name != "s3:x-amz-acl"}


@pytest.mark.parametrize(
    ("query", "headers", "told"),
    [
        ({}, {}, {}),
        ({}, {KEY_ID: "k"}, {f"s3:{KEY_ID}": "k"}),
        ({}, {CUSTOMER: "AES256"}, {f"s3:{CUSTOMER}": "AES256"}),
        ({"uploadId": ["named"]}, {}, {f"s3:{KEY_ID}": "k"}),
        ({"uploadId": ["plain"]}, {}, {}),
    ],
)
def test_the_encryption_that_an_upload_names_is_known_to_its_policies(
    query: dict[str, Any], headers: dict[str, str], told: dict[str, str]
) -> None:
    """Also of a part, whose upload named it; the bucket's default is nothing that was named."""
    assert context("s3:PutObject", query, headers) == told
    assert context("s3:GetObject", {}, {KEY_ID: "k"}) == {}


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectVersion"])
def test_who_reads_what_is_not_there_needs_to_list_the_bucket(action: str) -> None:
    """Else AWS says 403, which no reader may take for an answer; so with what was deleted, unless a version is read."""
    asked, needed = storage.absence(s3()), [("s3:ListBucket", "arn:aws:s3:::b", {})]

    assert list(asked(action, "arn:aws:s3:::b/folder/none")) == needed
    assert list(asked(action, "arn:aws:s3:::b/gone")) == (needed if action == "s3:GetObject" else [])
    for resource in ("arn:aws:s3:::b/there", "arn:aws:s3:::nowhere/none"):
        assert list(asked(action, resource)) == []
    assert list(asked("s3:PutObject", "arn:aws:s3:::b/none")) == []
