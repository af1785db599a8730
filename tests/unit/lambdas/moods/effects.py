"""What may strike a call, and which of it AWS documents for which call: `DRAWN` is what moods are drawn from.

Codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
An S3 call that is answered with a 500 may have been done:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ErrorBestPractices.html
"""

import json
import threading
from dataclasses import dataclass
from typing import Any

import urllib3.exceptions as below
from botocore import exceptions
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from .weather import Killed, Weather

NETWORK = {
    "EndpointConnectionError": lambda url: exceptions.EndpointConnectionError(endpoint_url=url),
    "ConnectTimeoutError": lambda url: exceptions.ConnectTimeoutError(endpoint_url=url),
    "ConnectionClosedError": lambda url: exceptions.ConnectionClosedError(endpoint_url=url),
    "ReadTimeoutError": lambda url: exceptions.ReadTimeoutError(endpoint_url=url),
    "SSLError": lambda url: exceptions.SSLError(endpoint_url=url, error="record layer failure"),
}
UNCONNECTED = ("EndpointConnectionError", "ConnectTimeoutError")  # nothing was sent yet


@dataclass(frozen=True)
class Refused:
    """An error as the answer. `done`: the call was done all the same."""

    status: int
    code: str
    done: bool = False

    def strike(self, weather: Weather, call: str, request: Any) -> AWSResponse:
        if self.done:
            weather.takes_effect(call, request)
        return AWSResponse(request.url, self.status, {"content-type": "text/xml"}, MockRawResponse(self._body(call)))

    def _body(self, call: str) -> bytes:
        service = call.partition(".")[0]
        if service not in ("s3", "sns"):
            return json.dumps({"__type": self.code, "message": "planted"}).encode()
        error = f"<Error><Code>{self.code}</Code><Message>planted</Message></Error>"
        return (error if service == "s3" else f"<ErrorResponse>{error}</ErrorResponse>").encode()


@dataclass(frozen=True)
class CutOff:
    """The connection fails, before the call was done or before its answer came."""

    error: str
    done: bool = False

    def strike(self, weather: Weather, call: str, request: Any) -> AWSResponse:
        if self.done:
            weather.takes_effect(call, request)
        raise NETWORK[self.error](request.url)


class _Torn(MockRawResponse):
    """A body that gives half of its bytes, and then an error as urllib3 raises it; without one, it just ends."""

    def __init__(self, content: bytes, error: Exception | None) -> None:
        super().__init__(content[: len(content) // 2])
        self._error = error

    def read(self, amount: int | None = -1, /) -> bytes:
        got = super().read(amount)
        if self._error and (not got or amount in (None, -1)):
            raise self._error
        return got


@dataclass(frozen=True)
class Torn:
    """The body of the answer ends in the middle; `error` is urllib3's, or blank if it just ends."""

    error: str

    def strike(self, weather: Weather, call: str, request: Any) -> AWSResponse:
        answer = weather.takes_effect(call, request)
        if answer.status_code >= 300:
            return answer
        errors = {
            "ProtocolError": below.ProtocolError("Connection broken"),
            "ReadTimeoutError": below.ReadTimeoutError(None, request.url, "Read timed out."),  # type: ignore[arg-type]
            "SSLError": below.SSLError("record layer failure"),
        }
        content = answer.raw.read()
        headers = {**answer.headers, "content-length": str(len(content))}
        return AWSResponse(answer.url, answer.status_code, headers, _Torn(content, errors.get(self.error)))


@dataclass(frozen=True)
class Kill:
    """The function is ended at this call; `done`: it was done. The names are those of the newest runtimes."""

    error: str
    done: bool = False

    def strike(self, weather: Weather, call: str, request: Any) -> AWSResponse:
        if self.done:
            weather.takes_effect(call, request)
        weather.kill(self.error)
        raise Killed


@dataclass(frozen=True)
class Again:
    """Before this call, the event that the function works on is delivered once more, to another instance."""

    def strike(self, weather: Weather, call: str, request: Any) -> AWSResponse:
        if threading.current_thread() is threading.main_thread():
            weather.again()
        return weather.takes_effect(call, request)


@dataclass(frozen=True)
class Fault:
    """A task or a state ends with this error. `done`: what it called was done."""

    error: str
    done: bool = False


@dataclass(frozen=True)
class Ended:
    """The whole execution ends so, before a state."""

    status: str


KILLS = [Kill(error, done) for error in ("Sandbox.Timedout", "Runtime.ExitError") for done in (False, True)]
CUTS = [CutOff(error) for error in NETWORK] + [CutOff(error, True) for error in NETWORK if error not in UNCONNECTED]
COMMON = [*KILLS, *CUTS, Again()]
S3 = [
    Refused(503, "SlowDown"), Refused(503, "ServiceUnavailable"), Refused(500, "InternalError"),
    Refused(400, "RequestTimeout"), Refused(403, "AccessDenied"), Refused(400, "KMS.ThrottlingException"), *COMMON,
]  # fmt: skip
# not found: for up to 15 minutes after a bucket's versioning was switched on
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
READ = [Refused(404, "NoSuchKey"), Torn(""), Torn("ProtocolError"), Torn("ReadTimeoutError"), Torn("SSLError"), *S3]
WRITTEN = [Refused(500, "InternalError", done=True), Refused(503, "SlowDown", done=True), *S3]
CONDITIONAL = [Refused(409, "ConditionalRequestConflict"), *WRITTEN]
ITEM = [
    Refused(400, "ProvisionedThroughputExceededException"), Refused(400, "ThrottlingException"),
    Refused(400, "RequestLimitExceeded"), Refused(500, "InternalServerError"), Refused(503, "ServiceUnavailable"),
    Refused(500, "InternalServerError", done=True), Refused(400, "AccessDeniedException"),
    Refused(400, "ResourceNotFoundException"), *COMMON,
]  # fmt: skip
START = [
    Refused(400, "ThrottlingException"), Refused(400, "KmsThrottlingException"), Refused(400, "ExecutionLimitExceeded"),
    Refused(500, "InternalFailure", done=True), Refused(503, "ServiceUnavailable"),
    Refused(400, "StateMachineDoesNotExist"), Refused(400, "AccessDeniedException"), *COMMON,
]  # fmt: skip
LETTER = [
    Refused(400, "KmsThrottled"), Refused(403, "RequestThrottled"), Refused(500, "InternalFailure", done=True),
    Refused(400, "KmsAccessDenied"), *COMMON,
]  # fmt: skip
NEWS = [
    Refused(429, "Throttled"), Refused(400, "KMSThrottling"), Refused(500, "InternalError", done=True),
    Refused(403, "AuthorizationError"), *COMMON,
]  # fmt: skip
# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
INVOKED = [
    *(Fault(f"Lambda.{name}") for name in (
        "TooManyRequestsException", "ServiceException", "AWSLambdaException", "SdkClientException", "Unknown",
        "ClientExecutionTimeoutException", "AccessDeniedException", "ResourceNotReadyException",
    )),
    *(Fault(error, done=True) for error in (
        "Lambda.SdkClientException", "Lambda.Unknown", "Lambda.ClientExecutionTimeoutException", "Sandbox.Timedout",
        "Runtime.ExitError", "States.Timeout",
    )),
]  # fmt: skip
PUBLISHED = [
    Fault("SNS.InternalErrorException", True),
    Fault("SNS.KmsThrottlingException"),
    Fault("SNS.SdkClientException"),
]
SENT = [Fault("SQS.SdkClientException", True), Fault("SQS.KmsThrottledException"), Fault("SQS.AmazonSQSException")]
ENDS = [Ended("TIMED_OUT"), Ended("ABORTED"), Fault("States.DataLimitExceeded"), Fault("States.Runtime")]

DRAWN = {
    **{f"s3.GetObject {about}": READ for about in (
        "incoming/", "/manifest.json", "/accepted.jsonl", "/parts.json", "some of ",
        "/results/part-00000.json", "/results/part-00001.json",
    )},
    "s3.GetObject reports/": READ,
    **{f"s3.PutObject {about}": WRITTEN for about in (
        "/accepted.jsonl", "/rejected.csv", "/rejected.raw", "/manifest.json", "/parts.json",
        "/results/part-00000.json", "/results/part-00001.json", "/conflicts/part-00000.jsonl",
    )},
    "s3.PutObject reports/": CONDITIONAL,
    "dynamodb.PutItem T1": ITEM,
    "dynamodb.PutItem T5": ITEM,
    "sfn.StartExecution": START,
    "sqs.SendMessage": LETTER,
    "sns.Publish": NEWS,
    **{f"workflow.lambda:invoke {step}": INVOKED for step in ("load", "reconcile", "fail")},
    "workflow.sns:publish": PUBLISHED,
    "workflow.sqs:sendMessage": SENT,
    "workflow.s3:getObject": [Fault("States.ItemReaderFailed")],
    "workflow.s3:putObject": [Fault("States.ResultWriterFailed", True)],
    "workflow.state": ENDS,
}  # fmt: skip
# What is over with the next try. Denied and not found may be for minutes, and an end is an end.
LASTING = ("AccessDenied", "AuthorizationError", "NoSuchKey", "ResourceNotFoundException", "KmsAccessDenied")
PASSING = [
    (call, effect)
    for call, effects in DRAWN.items()
    for effect in effects
    if effects is not ENDS and not any(name in str(effect) for name in LASTING)
]
