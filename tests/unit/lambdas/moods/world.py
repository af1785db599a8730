"""What AWS does around the functions: events and their retries, the state machine, the dead letters, a redrive.

Everything is done one after the other, in an order that the drawn moods decide, so that a run can be repeated.
"""

import itertools
import json
from collections import deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from pipeline.dead_letters import letters
from pipeline.redrive import redrive

from .effects import Ended
from .estate import ACCOUNT, BUCKET, MACHINE, QUEUE, REGION, reached
from .machine import End, ExecutionEnded, Machine, StateError
from .weather import Weather, document, key_of

NAMES = {"csv-validator-unit": "validator", "csv-transformer-unit": "transformer", "transaction-loader-unit": "loader"}
TRIES = 3  # of an event: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
LATE, TWICE, UNVERSIONED = "late", "twice", "unversioned"


class FunctionFailed(Exception):  # noqa: N818 - AWS's word
    """A call of a function ended badly, with the error's name as AWS tells it."""

    def __init__(self, error: str, message: str) -> None:
        super().__init__(f"{error}: {message}")
        self.payload = {"errorMessage": message, "errorType": error}


@dataclass
class Context:
    """What Lambda passes beside the event."""

    aws_request_id: str
    function_name: str = "unit"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:unit"


@dataclass
class Call:
    """A function at work."""

    function: str
    event: Any
    killed: str = ""


@dataclass
class Delivery:
    """An event on its way to a function."""

    function: str
    event: Any
    tries: int = 0


@dataclass(frozen=True)
class Execution:
    """A load that was started."""

    arn: str
    name: str
    input: str


@dataclass
class World:
    """One account in which files move.

    Args:
        apps: the functions' handlers, by folder.
        definition: the state machine.
        heard: the statuses of executions that a rule of EventBridge tells the loader of.
        kinds: what befalls the event of that number, counted from 0: `late`, `twice`, `unversioned`.
    """

    apps: Mapping[str, Callable[[Any, Any], Any]]
    weather: Weather
    clients: Mapping[str, Any]
    definition: Mapping[str, Any]
    heard: Collection[str] = ()
    kinds: Collection[tuple[int, str]] = ()
    told: list[str] = field(default_factory=list)
    ends: list[tuple[Execution, End]] = field(default_factory=list)
    _queue: deque[Delivery | Execution] = field(default_factory=deque)
    _late: deque[Delivery | Execution] = field(default_factory=deque)
    _calls: list[Call] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    _numbers: Any = field(default_factory=itertools.count)
    _sequence: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.weather.seen, self.weather.again = self._seen, self._again
        self.weather.kill, self.weather.dead = self._kill, self._dead
        self.machine = Machine(self.definition, self._task, self._enter)

    # -- events

    def put(self, key: str, content: bytes) -> Mapping[str, Any]:
        """Somebody uploads a file; S3's answer."""
        answer: Mapping[str, Any] = self.clients["s3"].put_object(Bucket=BUCKET, Key=key, Body=content)
        self._announce(key, answer["ETag"], answer.get("VersionId"))
        return answer

    def _seen(self, call: str, request: Any, answer: Any) -> None:
        """What a function's call set going, whether or not it gets to know."""
        if call == "s3.PutObject" and key_of(request).endswith("/manifest.json"):
            headers = {name.lower(): value for name, value in answer.headers.items()}
            self._announce(key_of(request), headers["etag"], headers.get("x-amz-version-id"))
        elif call == "sfn.StartExecution":
            self._start(json.loads(answer.content)["executionArn"], **_started(request))
        elif call == "sns.Publish":
            self.told.append(call)

    def _announce(self, key: str, etag: str, version: str | None) -> None:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
        number = next(self._numbers)
        befalls = {kind for which, kind in self.kinds if which == number}
        about = {"key": quote_plus(key, safe="/"), "size": 1, "eTag": etag.strip('"'), "versionId": version}
        if UNVERSIONED in befalls or version in (None, "null"):
            del about["versionId"]  # of an upload that no other replaces
        about["sequencer"] = f"{next(self._sequence):018X}"
        bucket = {"name": BUCKET, "arn": f"arn:aws:s3:::{BUCKET}"}
        record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"bucket": bucket, "object": about}}
        function = "validator" if key.startswith("incoming/") else "transformer"
        for _ in range(2 if TWICE in befalls else 1):
            (self._late if LATE in befalls else self._queue).append(Delivery(function, {"Records": [record]}))

    def settle(self) -> None:
        """Until nothing is under way; what is late comes when all else is done."""
        while self._queue or self._late:
            work = (self._queue or self._late).popleft()
            self._run(work) if isinstance(work, Execution) else self._deliver(work)

    def _deliver(self, delivery: Delivery) -> None:
        """Twice more when it fails, then to the destination of failures."""
        try:
            self.call(delivery.function, delivery.event)
        except FunctionFailed as failed:
            delivery.tries += 1
            if delivery.tries < TRIES:
                self._queue.append(delivery)
            else:
                self._keep(delivery, failed)

    def _keep(self, delivery: Delivery, failed: FunctionFailed) -> None:
        """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
        name = next(name for name, function in NAMES.items() if function == delivery.function)
        record = {
            "version": "1.0",
            "timestamp": "2025-03-01T12:00:00.000Z",
            "requestContext": {
                "requestId": "request-1",
                "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}:$LATEST",
                "condition": "RetriesExhausted",
                "approximateInvokeCount": TRIES,
            },
            "requestPayload": delivery.event,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": failed.payload,
        }
        self.clients["sqs"].send_message(QueueUrl=QUEUE, MessageBody=json.dumps(record))

    # -- functions

    def call(self, function: str, event: Any) -> Any:
        """Call a function and wait for its answer.

        Raises:
            FunctionFailed: it raised an error, or was ended in the middle.
        """
        call = Call(function, event)
        self._calls.append(call)
        answer, failed = None, None
        try:
            answer = self.apps[function](json.loads(json.dumps(event)), Context(f"request-{len(self._calls)}"))
        except Exception as error:
            failed = FunctionFailed(type(error).__name__, str(error))
        finally:
            self._calls.pop()
        if call.killed:
            raise FunctionFailed(call.killed, f"RequestId: request-1 Error: {call.killed}")
        if failed:
            raise failed
        return json.loads(json.dumps(answer))

    def _kill(self, error: str) -> None:
        self._calls[-1].killed = error

    def _dead(self) -> bool:
        return bool(self._calls and self._calls[-1].killed)

    def _again(self) -> None:
        """The event at hand, to another instance, while this one is at work; whatever comes of it."""
        if len(self._calls) == 1:
            with suppress(FunctionFailed):
                self.call(self._calls[-1].function, self._calls[-1].event)

    # -- the state machine

    def _start(self, arn: str, name: str, input: str) -> None:
        if arn not in self._known:
            self._known.add(arn)
            self._queue.append(Execution(arn, name, input))

    def _run(self, execution: Execution) -> None:
        end = self.machine.run(json.loads(execution.input))
        self.ends.append((execution, end))
        self.clients["stepfunctions"].stop_execution(executionArn=execution.arn)  # in moto, where none ever ends
        if end.status in self.heard:
            self._queue.append(Delivery("loader", _status_change(execution, end)))

    def _enter(self, state: str) -> None:
        effect = self.weather.strikes("workflow.state", state)
        if isinstance(effect, Ended):
            raise ExecutionEnded(effect.status)
        if effect:
            raise StateError(effect.error, "planted")

    def _task(self, name: str, given: dict[str, Any]) -> Any:
        """An integration's work, which may end with a planted error, before or after it is done."""
        step = given["Payload"]["step"] if name == "lambda:invoke" else ""
        effect = self.weather.strikes(f"workflow.{name}", step)
        if effect and not effect.done:
            raise StateError(effect.error, "planted")
        result = self._integrate(name, given)
        if effect:
            raise StateError(effect.error, "planted")
        return result

    def _integrate(self, name: str, given: dict[str, Any]) -> Any:
        s3 = self.clients["s3"]
        match name:
            case "lambda:invoke":
                assert given["FunctionName"].endswith(":transaction-loader-unit"), given
                try:
                    return {"StatusCode": 200, "Payload": self.call("loader", given["Payload"])}
                except FunctionFailed as failed:
                    raise StateError(failed.payload["errorType"], json.dumps(failed.payload)) from failed
            case "s3:getObject":
                return json.loads(s3.get_object(Bucket=given["Bucket"], Key=given["Key"])["Body"].read())
            case "s3:putObject":
                return {"ResultWriterDetails": {"Bucket": BUCKET, "Key": f"{given['Prefix']}/manifest.json"}}
            case "sns:publish":
                self.told.append(given["Subject"])
                return {"MessageId": "message-1"}
            case "sqs:sendMessage":
                assert given["QueueUrl"] == QUEUE, given
                return {"MessageId": self.clients["sqs"].send_message(**given)["MessageId"]}
        raise NotImplementedError(name)

    # -- dead letters

    def redrive(self) -> None:
        """`tap redrive` of all that rests, and what follows of it."""
        pipeline = reached(self.clients, self, NAMES)
        for letter in letters(pipeline):
            redrive(pipeline, letter)
        self.settle()

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803 - boto3's names
        """Lambda's, as `tap redrive` calls it."""
        assert InvocationType == "Event"
        self._queue.append(Delivery(NAMES[FunctionName], json.loads(Payload)))


def _started(request: Any) -> dict[str, str]:
    asked = document(request)
    return {"name": asked["name"], "input": asked["input"]}


def _status_change(execution: Execution, end: End) -> dict[str, Any]:
    """https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    return {
        "version": "0",
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "account": ACCOUNT,
        "region": REGION,
        "resources": [execution.arn],
        "detail": {
            "executionArn": execution.arn,
            "stateMachineArn": MACHINE,
            "name": execution.name,
            "status": end.status,
            "input": execution.input,
            "output": None,
            "error": end.error,
            "cause": end.cause,
        },
    }
