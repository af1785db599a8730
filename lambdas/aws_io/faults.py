"""AWS errors by what they mean to us. Used around every call that may be throttled or may find nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from transactions.errors import Throttled

_THROTTLING = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "KMSThrottlingException",
    "InternalError",
    "InternalServerError",
    "ServiceUnavailable",
}
# without permission to list a bucket, S3 answers 403 for what is not there
_ABSENT = {"NoSuchKey", "404", "NotFound", "AccessDenied", "403"}
_RACE_LOST = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}


_TOLD = 800  # characters of one reason: a dead letter may name several files


def reason(error: Exception) -> str:
    """What went wrong, on one line: a dead letter has nothing but the message of the error that ended the call."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:_TOLD]


def code(error: ClientError) -> str:
    """The service's name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_absent(error: ClientError) -> bool:
    """Whether an object that was asked for is not there (or, to S3's mind, not for us to know)."""
    return code(error) in _ABSENT


def lost_race(error: ClientError) -> bool:
    """Whether a conditional write found that somebody else wrote in between."""
    return code(error) in _RACE_LOST


@contextmanager
def throttling() -> Iterator[None]:
    """Turns a service's plea to slow down, or its silence, into `Throttled`.

    Raises:
        Throttled: the client's own retries are used up.
    """
    try:
        yield
    except ClientError as error:
        if code(error) in _THROTTLING:
            raise Throttled(str(error)) from error
        raise
    except (ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError) as error:
        raise Throttled(str(error)) from error
