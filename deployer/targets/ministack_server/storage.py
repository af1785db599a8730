"""What S3 asks IAM about where MiniStack does not. Seen in 1.5.33."""

from collections.abc import Callable, Iterator
from typing import Any

_OF_NEWEST = "s3:GetObject"
_READS = (_OF_NEWEST, "s3:GetObjectVersion")
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
_ENCRYPTION = ("x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-customer-algorithm")
Asked = tuple[str, str, dict[str, Any]]  # action, resource, condition keys


def mend_encryption(actions: Any, s3: Any) -> None:
    """The key that an upload names, and that it brings one of its own, are condition keys too.

    A part of an upload in several has those of the upload.
    """
    found = actions._s3_object_context

    def context(action: str, query: Any, path: str, headers: Any) -> dict[str, Any]:
        given: dict[str, Any] = found(action, query, path, headers)
        if action != "s3:PutObject":
            return given
        upload = s3._multipart_uploads.get(_first(query.get("uploadId")))
        told = upload["preserved_headers"] if upload and upload.get("requested_sse") else headers
        return {**given, **{f"s3:{name}": told[name] for name in _ENCRYPTION if told.get(name)}}

    actions._s3_object_context = context


def absence(s3: Any) -> Callable[[str, str], Iterator[Asked]]:
    """Who reads what is not there is told so only if the bucket may be listed, and is else refused.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """

    def asked(action: str, resource: str) -> Iterator[Asked]:
        bucket, _, key = resource.partition(":::")[2].partition("/")
        there = s3._buckets.get(bucket)
        if action not in _READS or not there or key in there["objects"]:
            return
        if action == _OF_NEWEST or (bucket, key) not in s3._object_versions:  # an older version may be there
            yield "s3:ListBucket", resource.partition("/")[0], {}

    return asked


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)
