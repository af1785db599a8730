"""AWS errors by what they mean to us. Used around every call that may fail for a while or may find nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import S3UploadFailedError
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError, FlexibleChecksumError
from botocore.retries.standard import (  # type: ignore[attr-defined] # the stubs lack one of them
    OrRetryChecker,
    RetryContext,
    ThrottledRetryableChecker,
    ThrottlingStatusCodeChecker,
    TransientRetryableChecker,
)
from s3transfer.utils import S3_RETRYABLE_DOWNLOAD_ERRORS
from urllib3.exceptions import HTTPError

from transactions.errors import Throttled

# Whoever may list a bucket is told "not found" of what is not there; "denied" says nothing of it, and is never absence:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
_ABSENT = {"NoSuchKey", "NoSuchVersion", "404", "NotFound"}
_RACE_LOST = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}

# What botocore tries again, by its own word, and a part of the way that it does not cover: reading an answer's body.
_CHECKER = OrRetryChecker([TransientRetryableChecker(), ThrottledRetryableChecker(), ThrottlingStatusCodeChecker()])
# It hands on there what urllib3 raises, but for silence and a connection that closes: of TLS, for one.
_OF_A_BODY = (*S3_RETRYABLE_DOWNLOAD_ERRORS, FlexibleChecksumError, HTTPError)
_OF_KMS = re.compile(r"^KMS\.?", re.IGNORECASE)  # other services hand its errors on so: KMS.ThrottlingException

_TOLD = 800  # characters of one reason: a dead letter may name several files


def reason(error: Exception) -> str:
    """What went wrong, on one line: a dead letter has nothing but the message of the error that ended the call."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:_TOLD]


def code(error: ClientError) -> str:
    """The service's name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_absent(error: ClientError) -> bool:
    """Whether an object that was asked for is not there."""
    return code(error) in _ABSENT


def lost_race(error: ClientError) -> bool:
    """Whether a conditional write found that somebody else wrote in between."""
    return code(error) in _RACE_LOST


def passes(error: Exception) -> bool:
    """Whether an error is of the kind that another try may not meet: throttling, a service's own fault, the network."""
    if isinstance(error, _OF_A_BODY):
        return True
    return bool(_CHECKER.is_retryable(_context(error)))


def _context(error: Exception) -> RetryContext:
    """An error as botocore's own checkers are given it."""
    if not isinstance(error, ClientError):
        return RetryContext(attempt_number=1, caught_exception=error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    answer = {**error.response, "Error": {**error.response.get("Error", {}), "Code": _OF_KMS.sub("", code(error))}}
    return RetryContext(1, parsed_response=answer, http_response=AWSResponse("", status, HTTPHeaders(), None))


def _sent(error: Exception) -> Exception:
    """What a service said: boto3 makes of a failed upload an error of words alone, and leaves that as its context."""
    said = error.__context__ if isinstance(error, S3UploadFailedError) else error
    return said if isinstance(said, Exception) else error


@contextmanager
def retryable() -> Iterator[None]:
    """Turns what another try may not meet into `Throttled`. The reading of an answer's body belongs inside.

    Raises:
        Throttled: the client's own retries are used up.
    """
    try:
        yield
    except Exception as error:
        if passes(_sent(error)):
            raise Throttled(str(error)) from error
        raise
