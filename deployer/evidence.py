"""What a person needs to see where a file stopped: what IAM denied, and what log, execution and queue say.

Used by deployer/pipeline.py. What can't be had is told as such: evidence must never hide the failure behind its own.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.domain import Upload, execution_name

if TYPE_CHECKING:
    from deployer.pipeline import Pipeline

_LINES = 6
_LENGTH = 300
_ENDED_BADLY = {"FAILED", "TIMED_OUT", "ABORTED"}
_DENIED = re.compile(  # an action at which a text was cut off is none
    r"(?P<who>\S+) is not authorized to perform:? (?P<action>[\w-]+:\w+)(?=[\s\"]|$)"
    r"(?: on resource:? \"?(?P<what>[^\s\",]+))?"
)
_FRAMES = ("Traceback (", " ", "\t", "^")  # of a trace that nobody caught; the error itself stands after them
_QUIET = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START")


@dataclass(frozen=True)
class Failed:
    """An execution that ended badly: how, and since when it ran, ISO 8601."""

    status: str
    since: str


def failed_execution(pipeline: "Pipeline", upload: Upload) -> Failed | None:
    """The workflow of a file version, if it ended badly."""
    try:
        answer = pipeline.target.client("stepfunctions").describe_execution(
            executionArn=execution_arn(pipeline, upload)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return None
        raise
    if answer["status"] not in _ENDED_BADLY:
        return None
    return Failed(str(answer["status"]), answer["startDate"].isoformat(timespec="milliseconds"))


def execution_arn(pipeline: "Pipeline", upload: Upload) -> str:
    """The workflow's execution for a file version, whether it exists or not."""
    machine = pipeline.outputs.state_machine_arn.replace(":stateMachine:", ":execution:")
    return f"{machine}:{execution_name(pipeline.bucket, upload)}"


def gathered(pipeline: "Pipeline", upload: Upload, stage: str) -> Iterator[str]:
    """Lines of evidence for a file that stopped after `stage`; first of all, what IAM denied on its way."""
    lines = [*_told("log", lambda: _log_lines(pipeline, _responsible(pipeline, stage)))]
    if stage in ("transformed", "loading"):
        lines += _told("execution", lambda: _history(pipeline, upload))
    lines += _told("dead letter", lambda: _dead_letters(pipeline, upload))
    yield from _denials(lines)
    yield from (line[:_LENGTH] for line in lines)


def _denials(lines: list[str]) -> list[str]:
    """Each refusal of IAM that the lines tell of, once."""
    found = (match for line in lines for match in _DENIED.finditer(line))
    told = (f"denied: {one['who']} may not {one['action']}{_on(one['what'])}" for one in found)
    return list(dict.fromkeys(told))


def _on(resource: str | None) -> str:
    """Not every refusal says of what."""
    return f" on {resource}" if resource else ""


def _responsible(pipeline: "Pipeline", stage: str) -> str:
    """The function that takes a file out of `stage`."""
    names = pipeline.outputs
    return {
        "uploaded": names.validator_function_name,
        "validated": names.transformer_function_name,
        "transformed": names.transformer_function_name,
        "loading": names.loader_function_name,
    }[stage]


def _told(source: str, lines: Callable[[], list[str]]) -> Iterator[str]:
    try:
        found = lines()
    except (ClientError, BotoCoreError) as error:
        yield f"{source}: could not be read: {error}"
        return
    if not found:
        yield f"{source}: nothing"
    for line in found:
        yield f"{source}: {' '.join(line.split())}"


def _log_lines(pipeline: "Pipeline", function: str) -> list[str]:
    """The function's last lines that say something, newest last."""
    logs = pipeline.target.client("logs")
    group = f"/aws/lambda/{function}"
    streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True, limit=3)
    events = [
        event
        for stream in streams["logStreams"]
        for event in logs.get_log_events(
            logGroupName=group, logStreamName=stream["logStreamName"], limit=50, startFromHead=False
        )["events"]
    ]
    said = [one["message"] for one in sorted(events, key=lambda one: one["timestamp"])]
    told = dict.fromkeys(filter(None, map(_readable, said)))  # a call that is tried again says the same again
    return [f"{function}: {line}" for line in told][-_LINES:]


def _readable(line: str) -> str:
    """What a structured line says: level, message, and its error; of another line the first. Blank for mere noise."""
    if line.startswith(_QUIET + _FRAMES):
        return ""
    told = _document(line)
    if "_aws" in told:  # figures for CloudWatch's metrics
        return ""
    if "message" not in told:
        return line.strip().partition("\n")[0]
    trace = str(told.get("exception", "")).strip().splitlines()
    return ": ".join([f"{told.get('level', '')} {told['message']}".strip(), *trace[-1:]])


def _document(text: str) -> dict[str, Any]:
    """A JSON object; empty for any other text."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _history(pipeline: "Pipeline", upload: Upload) -> list[str]:
    """The last events of the execution that carry an error, with the state it was in; else its last events."""
    states = pipeline.target.client("stepfunctions")
    arn = execution_arn(pipeline, upload)
    try:
        events = states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=100)["events"]
    except states.exceptions.ExecutionDoesNotExist:
        return ["none was started"]
    errors = [
        f"at `{_state_of(events[position:])}`: {told}"
        for position, event in enumerate(events) if (told := _failure(event))
    ]  # fmt: skip
    return errors[:_LINES] or [str(event["type"]) for event in events[:_LINES]]


def _state_of(events: list[dict[str, Any]]) -> str:
    """The state that was entered last, of events that go backwards in time."""
    entered = (event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event)
    return str(next(entered, "the start"))


def _failure(event: dict[str, Any]) -> str:
    """What an event says went wrong; blank if nothing did."""
    for name, details in event.items():
        if name.endswith("EventDetails") and "error" in details:
            return f"{event['type']}: {details['error']}: {details.get('cause', '')}"
    return ""


def _dead_letters(pipeline: "Pipeline", upload: Upload) -> list[str]:
    """Messages about the file; read without taking them away."""
    answer = pipeline.target.client("sqs").receive_message(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    bodies = [message["Body"] for message in answer.get("Messages", [])]
    needle = json.dumps(upload.name)[1:-1]
    return [_letter(body) for body in bodies if needle in body or upload.name in body][:_LINES]


def _letter(body: str) -> str:
    """What a dead letter says went wrong, of a function's failed event or of a failed load; else all of it.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html has the form of the first.
    """
    told = _document(body)
    if "responsePayload" in told:
        why, answer = told.get("requestContext", {}).get("condition", ""), told["responsePayload"]
        said = answer.get("errorMessage", answer) if isinstance(answer, dict) else answer
        return f"{why}: {said}"
    error = told.get("error")
    return f"{error.get('Error')}: {error.get('Cause')}" if isinstance(error, dict) else body
