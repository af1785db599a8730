"""The dead letters: what failed for good, of which file, and why. Used by `tap redrive` and by who watches a file.

Two kinds of letters rest there: the event of a function whose retries were used up, as Lambda wraps it
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html), and the input of a load that
failed, with its error. The loader's event is that a load ended, so that it stands for the load.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from pipeline.deployed import Deployed
from pipeline.domain import INCOMING, Upload, version_of

_HIDDEN_S = 120  # how long a letter that is being looked at is nobody else's
_GLANCED_S = 2  # the same for who only looks
_POLL_S = 3  # a long poll asks all servers, and outlasts a glance
_AT_ONCE = 10  # the most that SQS gives
_REASON = 1000  # characters


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter: what failed, for which object, and why; what `tap redrive --json` prints of it.

    `step` is the function's name or `load`, `version` that of the file; both blank for a letter that is none of ours.
    """

    step: str
    key: str
    reason: str
    message_id: str
    version: str = ""
    done: bool = False
    _receipt: str = field(default="", repr=False)
    _work: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}


def letters(pipeline: Deployed, about: str | None = None) -> list[DeadLetter]:
    """The letters that rest, of one file alone if `about` is its key; those are hidden from others for two minutes."""
    found = [_letter(pipeline, message) for message in _messages(pipeline)]
    for letter in found:
        if about not in (None, letter.key):
            put_back(pipeline, letter)
    return [letter for letter in found if about in (None, letter.key)]


def resting(pipeline: Deployed, upload: Upload) -> list[DeadLetter]:
    """The letters about one file version, left where they are.

    While there are more than SQS gives at once, they are hidden from others for two seconds, so that all are seen.
    """
    seen: dict[str, Mapping[str, Any]] = {}
    messages = _received(pipeline, hidden_s=0, wait_s=1)
    while new := {one["MessageId"]: one for one in messages if one["MessageId"] not in seen}:
        seen |= new
        messages = _received(pipeline, _GLANCED_S, wait_s=1) if len(messages) == _AT_ONCE else []
    found = [_letter(pipeline, message) for message in seen.values()]
    return [letter for letter in found if (letter.key, letter.version) == (upload.name, upload.version)]


def _messages(pipeline: Deployed) -> Iterator[Mapping[str, Any]]:
    """All that the queue has now; what is looked at is hidden, so that each comes once."""
    while messages := _received(pipeline, _HIDDEN_S, _POLL_S):
        yield from messages


def _received(pipeline: Deployed, hidden_s: int, wait_s: int) -> list[Mapping[str, Any]]:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html"""
    answer: dict[str, Any] = pipeline.target.client("sqs").receive_message(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, MaxNumberOfMessages=_AT_ONCE,
        VisibilityTimeout=hidden_s, WaitTimeSeconds=wait_s,
    )  # fmt: skip
    return list(answer.get("Messages", []))


def put_back(pipeline: Deployed, letter: DeadLetter) -> None:
    """Let others see it again at once."""
    pipeline.target.client("sqs").change_message_visibility(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, ReceiptHandle=letter._receipt, VisibilityTimeout=0
    )


def _letter(pipeline: Deployed, message: Mapping[str, Any]) -> DeadLetter:
    try:
        body = json.loads(message["Body"])
        found = _of_load(pipeline, body) or _of_end(pipeline, body) or _of_function(pipeline, body)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        found = None
    step, key, version, reason, work = found or ("", "", "", "not a letter of this pipeline", {})
    return DeadLetter(step, key, reason[:_REASON], message["MessageId"], version, False, message["ReceiptHandle"], work)


_Found = tuple[str, str, str, str, Mapping[str, Any]]


def _of_load(pipeline: Deployed, body: Mapping[str, Any]) -> _Found | None:
    """The workflow's own letter: its input beside the error."""
    names = ("bucket", "key", "version_id", "manifest_key", "parts_key")
    if body.get("bucket") != pipeline.bucket or not all(isinstance(body.get(name), str) for name in names):
        return None
    error = body.get("error", {})
    reason = f"{error.get('Error', 'unknown')}: {error.get('Cause', '')}"
    key = body["key"].removeprefix(INCOMING)
    return "load", key, body["version_id"], reason, {name: body[name] for name in names}


def _of_end(pipeline: Deployed, body: Mapping[str, Any]) -> _Found | None:
    """Lambda's record of an execution's end that the loader could not deal with."""
    if _function_in(body) != pipeline.outputs.loader_function_name:
        return None
    end = body["requestPayload"]["detail"]
    error = {"Error": end.get("error") or end["status"], "Cause": end.get("cause") or ""}
    return _of_load(pipeline, {**json.loads(end["input"]), "error": error})


def _of_function(pipeline: Deployed, body: Mapping[str, Any]) -> _Found | None:
    """Lambda's record of an asynchronous call; only of our functions, about our bucket."""
    function = _function_in(body)
    ours = (pipeline.outputs.validator_function_name, pipeline.outputs.transformer_function_name)
    event = body["requestPayload"]
    objects = [record["s3"] for record in event["Records"]]
    if function not in ours or any(one["bucket"]["name"] != pipeline.bucket for one in objects):
        return None
    answer = body.get("responsePayload") or {}
    reason = f"{answer.get('errorType', body['requestContext'].get('condition'))}: {answer.get('errorMessage', '')}"
    return function, *_file_of(objects[0]["object"]), reason, event


def _function_in(body: Mapping[str, Any]) -> str:
    """The name of the function that a record of Lambda is about."""
    arn: str = body["requestContext"]["functionArn"]
    return arn.split(":function:")[1].split(":")[0]


def _file_of(found: Mapping[str, Any]) -> tuple[str, str]:
    """The file that an object belongs to, and its version: what was uploaded, or what the validator wrote of it."""
    key = unquote_plus(found["key"])
    if key.startswith(INCOMING):
        return key.removeprefix(INCOMING), version_of(found.get("versionId"), found.get("eTag", ""))
    *name, version, _ = key.split("/")[1:]
    return "/".join(name), version
