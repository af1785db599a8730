"""What another try may not meet is `Throttled`, as botocore judges it; all else keeps its own name."""

import io
from typing import Any

import boto3
import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.exceptions import ProtocolError
from urllib3.exceptions import ReadTimeoutError as SilentError
from urllib3.exceptions import SSLError as BrokenTlsError

from aws_io import objects, uploads
from aws_io.events import Notice
from aws_io.faults import is_absent
from transactions.errors import Throttled

from .conftest import BUCKET

URL = "https://s3.eu-west-1.amazonaws.com"
NETWORK = [
    ConnectionClosedError(endpoint_url=URL),
    ConnectTimeoutError(endpoint_url=URL),
    EndpointConnectionError(endpoint_url=URL),
    ProxyConnectionError(proxy_url=URL),
    ReadTimeoutError(endpoint_url=URL),
    SSLError(endpoint_url=URL, error="end of file"),
]
PASSING = [
    ("SlowDown", 503), ("InternalError", 500), ("ServiceUnavailable", 503), ("RequestTimeout", 400),
    ("ThrottlingException", 400), ("KMS.ThrottlingException", 400), ("KMSThrottlingException", 400),
    ("ProvisionedThroughputExceededException", 400), ("RequestLimitExceeded", 400), ("Unnamed", 502), ("Unnamed", 429),
]  # fmt: skip
STAYING = [("AccessDenied", 403), ("KMS.DisabledException", 400), ("NoSuchKey", 404), ("ValidationException", 400)]


def service_error(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "from the test"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetObject")


class Body(io.BytesIO):
    """A body that ends too early, or with an error."""

    def __init__(self, error: Exception | None) -> None:
        super().__init__(b"a line\n" * 3)
        self._error = error

    def read(self, *_: Any, **__: Any) -> bytes:
        content = super().read()
        if not content and self._error:
            raise self._error
        return content

    def stream(self, *_: Any, **__: Any) -> Any:
        yield from iter(self.read, b"")


def answered(answer: Any) -> Any:
    """A client that tries each call once, and is answered so or fails so."""

    def send(**_: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    s3 = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
    s3.meta.events.register_first("before-send.s3", send)
    return s3


@pytest.mark.parametrize("error", NETWORK, ids=lambda error: type(error).__name__)
def test_an_error_of_the_network_is_one_that_passes(error: Exception) -> None:
    """The connection that broke, was refused or was silent may be there at the next try."""
    with pytest.raises(Throttled):
        objects.get(answered(error), BUCKET, "a")


@pytest.mark.parametrize(
    "error",
    [None, ProtocolError("reset"), SilentError(None, URL, "silent"), BrokenTlsError("bad"), ConnectionResetError()],
    ids=repr,
)  # fmt: skip
def test_a_body_that_breaks_off_is_an_error_that_passes(error: Exception | None, tmp_path) -> None:
    """Cut short, reset, or silent in the middle, whichever way it is read."""
    headers = {"content-length": "100", "last-modified": "Sat, 01 Mar 2025 12:00:00 GMT", "etag": '"e"'}
    for read in (
        objects.get,
        lambda s3, *_: uploads.find(s3, Notice(BUCKET, "incoming/a", "v", "", "")).copy(tmp_path / "a"),
    ):
        with pytest.raises(Throttled):
            read(answered(AWSResponse(URL, 200, headers, Body(error))), BUCKET, "a")


@pytest.mark.parametrize(("code", "status"), PASSING)
def test_a_busy_or_broken_service_is_an_error_that_passes(code: str, status: int) -> None:
    """By its code or by its status, and also when it hands on what KMS said."""
    with pytest.raises(Throttled, match="from the test"):
        objects.put(answered(service_error(code, status)), BUCKET, "a", b"", "text/csv")


@pytest.mark.parametrize(("code", "status"), STAYING)
def test_what_no_retry_mends_keeps_its_name(code: str, status: int) -> None:
    """A refusal stays one."""
    with pytest.raises(ClientError, match=code):
        objects.put(answered(service_error(code, status)), BUCKET, "a", b"", "text/csv")


def test_a_file_that_is_sent_in_pieces_fails_by_the_same_names(tmp_path) -> None:
    """boto3 makes an error of its own of it, that says why in words alone."""
    path = tmp_path / "large"
    path.write_bytes(bytes(9 << 20))
    with pytest.raises(Throttled):
        objects.upload(answered(service_error("SlowDown", 503)), BUCKET, "a", path, "text/csv")
    with pytest.raises(S3UploadFailedError, match="AccessDenied"):
        objects.upload(answered(service_error("AccessDenied", 403)), BUCKET, "a", path, "text/csv")


@pytest.mark.parametrize(("code", "status"), [("AccessDenied", 403), ("403", 403), ("KMS.DisabledException", 400)])
def test_denied_is_not_absent(code: str, status: int) -> None:
    """Who is denied knows nothing of what is there."""
    assert not is_absent(service_error(code, status))
    assert is_absent(service_error("NoSuchKey", 404))
    assert is_absent(service_error("NoSuchVersion", 404))
