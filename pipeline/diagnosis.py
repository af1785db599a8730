"""What a person needs to see where a file stopped: what IAM denied, and what log, execution and queue say.

Used by pipeline/client.py. What can't be had is told as such: evidence must never hide the failure behind its own.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.json_text import json_object
from deployer.visible import visible_json
from pipeline import dead_letters
from pipeline.deployed import Deployed
from pipeline.domain import Upload
from pipeline.stopped import execution_arn, responsible

_LINES = 6
_LENGTH = 300
_PAGES = 10  # of a log
_DENIED = re.compile(  # an action at which a text was cut off is none
    r"(?P<who>\S+) is not authorized to perform:? (?P<action>[\w-]+:\w+)(?=[\s\"]|$)"
    r"(?: on resource:? \"?(?P<what>[^\s\",]+))?"
)
_FRAMES = ("Traceback (", " ", "\t", "^")  # of a trace that nobody caught; the error itself stands after them
_QUIET = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START")


def diagnose(pipeline: Deployed, upload: Upload, stage: str) -> Iterator[str]:
    """Lines of evidence for a file that stands at `stage`; first of all, what IAM denied on its way."""
    lines = [*_told("log", lambda: _log_lines(pipeline, responsible(pipeline, stage), upload))]
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


def _log_lines(pipeline: Deployed, function: str, upload: Upload) -> list[str]:
    """The last lines of a function since the upload that tell of this file or of an error, newest last.

    By time, as which of its streams was written last is known with a delay:
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
    """
    which = {"VersionId": upload.version_id} if upload.version_id else {}
    sent = pipeline.target.client("s3").head_object(Bucket=pipeline.bucket, Key=upload.key, **which)["LastModified"]
    pages = pipeline.target.client("logs").get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}", startTime=int(sent.timestamp() * 1000)
    )  # fmt: skip
    said = [event["message"] for page in islice(pages, _PAGES) for event in page["events"]]
    name = visible_json(json.dumps(upload.name, ensure_ascii=False))[1:-1]  # as it is logged
    about = (line for line in said if "ERROR" in line or name in line)
    told = dict.fromkeys(filter(None, map(_readable, about)))  # a call that is tried again says the same again
    return [f"{function}: {line}" for line in told][-_LINES:]


def _readable(line: str) -> str:
    """What a structured line says: level, message, and its error; of another line the first. Blank for mere noise."""
    if line.startswith(_QUIET + _FRAMES):
        return ""
    told = json_object(line)
    if "_aws" in told:  # figures for CloudWatch's metrics
        return ""
    if "message" not in told:
        return line.strip().partition("\n")[0]
    trace = str(told.get("exception", "")).strip().splitlines()
    return ": ".join([f"{told.get('level', '')} {told['message']}".strip(), *trace[-1:]])


def _history(pipeline: Deployed, upload: Upload) -> list[str]:
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


def _dead_letters(pipeline: Deployed, upload: Upload) -> list[str]:
    return [f"{letter.step}: {letter.reason}" for letter in dead_letters.resting(pipeline, upload)][:_LINES]
