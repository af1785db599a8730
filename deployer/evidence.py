"""What a person needs to see where a file stopped: the function's last words, the execution's history, the dead letter.

Used by deployer/pipeline.py. What can't be had is told as such: evidence must never hide the failure behind its own.
"""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.domain import Upload, execution_name

if TYPE_CHECKING:
    from deployer.pipeline import Pipeline

_LINES = 6
_LENGTH = 300
_ENDED_BADLY = {"FAILED", "TIMED_OUT", "ABORTED"}
_QUIET = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START")


def failed_execution(pipeline: "Pipeline", upload: Upload) -> str:
    """How the workflow of a file version ended, if it ended badly; else blank."""
    try:
        answer = pipeline.target.client("stepfunctions").describe_execution(
            executionArn=execution_arn(pipeline, upload)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return ""
        raise
    return str(answer["status"]) if answer["status"] in _ENDED_BADLY else ""


def execution_arn(pipeline: "Pipeline", upload: Upload) -> str:
    """The workflow's execution for a file version, whether it exists or not."""
    machine = pipeline.outputs.state_machine_arn.replace(":stateMachine:", ":execution:")
    return f"{machine}:{execution_name(pipeline.bucket, upload)}"


def gathered(pipeline: "Pipeline", upload: Upload, stage: str) -> Iterator[str]:
    """Lines of evidence for a file that stopped after `stage`."""
    yield from _told("log", lambda: _log_lines(pipeline, _responsible(pipeline, stage)))
    if stage in ("transformed", "loading"):
        yield from _told("execution", lambda: _history(pipeline, upload))
    yield from _told("dead letter", lambda: _dead_letters(pipeline, upload))


def _responsible(pipeline: "Pipeline", stage: str) -> str:
    """The function that takes a file out of `stage`."""
    names = pipeline.outputs
    return {"uploaded": names.validator_function_name, "validated": names.transformer_function_name}.get(
        stage, names.loader_function_name
    )


def _told(source: str, lines: Callable[[], list[str]]) -> Iterator[str]:
    try:
        found = lines()
    except (ClientError, BotoCoreError) as error:
        yield f"{source}: could not be read: {error}"
        return
    if not found:
        yield f"{source}: nothing"
    for line in found:
        yield f"{source}: {' '.join(line.split())[:_LENGTH]}"


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
    return [f"{function}: {line}" for line in said if line.strip() and not line.startswith(_QUIET)][-_LINES:]


def _history(pipeline: "Pipeline", upload: Upload) -> list[str]:
    """The last events of the execution that carry an error, else its last events."""
    states = pipeline.target.client("stepfunctions")
    arn = execution_arn(pipeline, upload)
    events = states.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=100)["events"]
    errors = [line for line in map(_failure, events) if line]
    return errors[:_LINES] or [str(event["type"]) for event in events[:_LINES]]


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
    return [body for body in bodies if needle in body or upload.name in body][:_LINES]
