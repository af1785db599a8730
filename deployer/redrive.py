"""`tap redrive`: what rests in the dead letters is tried again, once its reason is mended.

Two kinds of letters rest there: the event of a function whose retries were used up, as Lambda wraps it
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html), and the input of a load that
failed, with its error. The loader's event is that a load ended, so that it stands for the load. Either may be tried as
often as one likes: nothing is loaded twice.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError

from deployer.domain import INCOMING, Upload, execution_name
from deployer.pipeline import Pipeline

_HIDDEN_S = 120  # how long a letter that is being looked at is nobody else's
_AT_ONCE = 10  # the most that SQS gives
_LONGEST_NAME, _MARK = 80, 8  # of an execution; of what tells a repeated one from the first
_REASON = 1000  # characters


@dataclass(frozen=True)
class Letter:
    """A dead letter: what failed, for which object, and why; what `tap redrive --json` prints of it.

    `step` is the function's name or `load`; blank for a letter that is none of ours.
    """

    step: str
    key: str
    reason: str
    message_id: str
    done: bool = False
    _receipt: str = field(default="", repr=False)
    _work: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if not name.startswith("_")}


def letters(pipeline: Pipeline, about: str | None = None) -> list[Letter]:
    """The letters that rest, of one file alone if `about` is its key; those are hidden from others for two minutes."""
    found = [_letter(pipeline, message) for message in _messages(pipeline)]
    for letter in found:
        if about not in (None, letter.key):
            put_back(pipeline, letter)
    return [letter for letter in found if about in (None, letter.key)]


def _messages(pipeline: Pipeline) -> Iterator[Mapping[str, Any]]:
    """All that the queue has now; what is looked at is hidden, so that each comes once."""
    url = pipeline.outputs.dead_letter_queue_url
    while (
        messages := pipeline.target.client("sqs")
        .receive_message(QueueUrl=url, MaxNumberOfMessages=_AT_ONCE, VisibilityTimeout=_HIDDEN_S, WaitTimeSeconds=1)
        .get("Messages", [])
    ):
        yield from messages


def put_back(pipeline: Pipeline, letter: Letter) -> None:
    """Let others see it again at once."""
    pipeline.target.client("sqs").change_message_visibility(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, ReceiptHandle=letter._receipt, VisibilityTimeout=0
    )


def redrive(pipeline: Pipeline, letter: Letter) -> Letter:
    """Try it again and take it out of the queue. A letter that is none of ours stays where it is."""
    if not letter.step:
        put_back(pipeline, letter)
        return letter
    if letter.step == "load":
        _load_again(pipeline, letter)
    else:
        pipeline.target.client("lambda").invoke(
            FunctionName=letter.step, InvocationType="Event", Payload=json.dumps(letter._work).encode()
        )
    pipeline.target.client("sqs").delete_message(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, ReceiptHandle=letter._receipt
    )
    return Letter(letter.step, letter.key, letter.reason, letter.message_id, done=True)


def _load_again(pipeline: Pipeline, letter: Letter) -> None:
    """Under a name of its own, since that of the file version is taken; the same for the same letter."""
    upload = Upload(letter.key, str(letter._work["version_id"]))
    name = execution_name(pipeline.bucket, upload)[: _LONGEST_NAME - _MARK - 1]
    try:
        pipeline.target.client("stepfunctions").start_execution(
            stateMachineArn=pipeline.outputs.state_machine_arn,
            name=f"{name}-{letter.message_id.replace('-', '')[:_MARK]}",
            input=json.dumps(letter._work, ensure_ascii=False),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise


def _letter(pipeline: Pipeline, message: Mapping[str, Any]) -> Letter:
    try:
        body = json.loads(message["Body"])
        found = _of_load(pipeline, body) or _of_end(pipeline, body) or _of_function(pipeline, body)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        found = None
    step, key, reason, work = found or ("", "", "not a letter of this pipeline", {})
    return Letter(step, key, reason[:_REASON], message["MessageId"], False, message["ReceiptHandle"], work)


_Found = tuple[str, str, str, Mapping[str, Any]]


def _of_load(pipeline: Pipeline, body: Mapping[str, Any]) -> _Found | None:
    """The workflow's own letter: its input beside the error."""
    names = ("bucket", "key", "version_id", "manifest_key", "parts_key")
    if body.get("bucket") != pipeline.bucket or not all(isinstance(body.get(name), str) for name in names):
        return None
    error = body.get("error", {})
    reason = f"{error.get('Error', 'unknown')}: {error.get('Cause', '')}"
    return "load", body["key"].removeprefix(INCOMING), reason, {name: body[name] for name in names}


def _of_end(pipeline: Pipeline, body: Mapping[str, Any]) -> _Found | None:
    """Lambda's record of an execution's end that the loader could not deal with."""
    if _function_in(body) != pipeline.outputs.loader_function_name:
        return None
    end = body["requestPayload"]["detail"]
    error = {"Error": end.get("error") or end["status"], "Cause": end.get("cause") or ""}
    return _of_load(pipeline, {**json.loads(end["input"]), "error": error})


def _of_function(pipeline: Pipeline, body: Mapping[str, Any]) -> _Found | None:
    """Lambda's record of an asynchronous call; only of our functions, about our bucket."""
    function = _function_in(body)
    ours = (pipeline.outputs.validator_function_name, pipeline.outputs.transformer_function_name)
    event = body["requestPayload"]
    objects = [record["s3"] for record in event["Records"]]
    if function not in ours or any(one["bucket"]["name"] != pipeline.bucket for one in objects):
        return None
    answer = body.get("responsePayload") or {}
    reason = f"{answer.get('errorType', body['requestContext'].get('condition'))}: {answer.get('errorMessage', '')}"
    return function, _file_of(unquote_plus(objects[0]["object"]["key"])), reason, event


def _function_in(body: Mapping[str, Any]) -> str:
    """The name of the function that a record of Lambda is about."""
    arn: str = body["requestContext"]["functionArn"]
    return arn.split(":function:")[1].split(":")[0]


def _file_of(key: str) -> str:
    """The file that an object belongs to: what was uploaded, or what the validator wrote of it."""
    return key.removeprefix(INCOMING) if key.startswith(INCOMING) else "/".join(key.split("/")[1:-2])
