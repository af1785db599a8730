"""What is in the dead-letter queue is tried again once, as what it was; SQS and Step Functions are moto's."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import pytest
from moto import mock_aws

from deployer.targets import targets
from pipeline.client import Pipeline
from pipeline.dead_letters import letters, put_back
from pipeline.redrive import redrive
from stack.outputs import Outputs
from tests.unit.deployer.moto_target import Aws
from tests.unit.moto_queues import nobody_writes_meanwhile

BUCKET, VALIDATOR, LOADER = "files", "csv-validator-x", "transaction-loader-x"
LOAD = {
    "bucket": BUCKET, "key": "incoming/in/a b.csv", "version_id": "v1", "manifest_key": "m", "parts_key": "p",
    "error": {"Error": "NotReconciled", "Cause": "one row is missing"},
}  # fmt: skip
EVENT = {"Records": [{"s3": {"bucket": {"name": BUCKET}, "object": {"key": "incoming/in/a+b.csv"}}}]}


def record(event: dict[str, Any] = EVENT, function: str = VALIDATOR) -> dict[str, Any]:
    """As Lambda wraps an event whose retries are used up."""
    return {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"arn:aws:lambda:eu-west-1:123456789012:function:{function}:$LATEST",
            "condition": "RetriesExhausted",
        },
        "requestPayload": event,
        "responsePayload": {"errorType": "Throttled", "errorMessage": "slow down"},
    }


@dataclass
class Functions:
    """Lambda, which moto runs only with Docker: what is invoked is kept."""

    invoked: list[tuple[str, str, Any]] = field(default_factory=list)

    def invoke(self, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803 - boto3's names
        self.invoked.append((FunctionName, InvocationType, json.loads(Payload)))


class WithFunctions(Aws):
    functions = Functions()

    def client(self, service: str) -> Any:
        if service == "lambda":
            return self.functions
        client = super().client(service)
        if service == "sqs":
            nobody_writes_meanwhile(client)
        return client


@pytest.fixture
def pipeline() -> Iterator[Pipeline]:
    with mock_aws():
        target = WithFunctions("aws", "eu-west-1", "123456789012", targets.Credentials("test", "test"))
        object.__setattr__(target, "functions", Functions())
        states = target.client("stepfunctions").create_state_machine(
            name="load", roleArn="arn:aws:iam::123456789012:role/x",
            definition=json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
        )  # fmt: skip
        named = {each.name: "x" for each in fields(Outputs)} | {
            "bucket_name": BUCKET,
            "validator_function_name": VALIDATOR,
            "loader_function_name": LOADER,
            "state_machine_arn": states["stateMachineArn"],
            "dead_letter_queue_url": target.client("sqs").create_queue(QueueName="dead")["QueueUrl"],
        }
        yield Pipeline(target, Outputs(**named))


def send(pipeline: Pipeline, body: object) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    pipeline.target.client("sqs").send_message(QueueUrl=pipeline.outputs.dead_letter_queue_url, MessageBody=text)


def waiting(pipeline: Pipeline) -> int:
    answer = pipeline.target.client("sqs").get_queue_attributes(
        QueueUrl=pipeline.outputs.dead_letter_queue_url, AttributeNames=["All"]
    )["Attributes"]
    return int(answer["ApproximateNumberOfMessages"]) + int(answer["ApproximateNumberOfMessagesNotVisible"])


def test_a_failed_load_starts_again_under_a_name_of_its_own(pipeline: Pipeline) -> None:
    """With the input it had, without the error; the letter is gone, and its execution is not that of the file."""
    send(pipeline, LOAD)
    (letter,) = letters(pipeline)
    again = redrive(pipeline, letter)
    states = pipeline.target.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=pipeline.outputs.state_machine_arn)["executions"]
    given = json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"])

    assert (letter.step, letter.key, letter.reason) == ("load", "in/a b.csv", "NotReconciled: one row is missing")
    assert (again.done, waiting(pipeline)) == (True, 0)
    assert given == {name: value for name, value in LOAD.items() if name != "error"}
    assert len(execution["name"]) <= 80


def test_an_end_that_the_loader_could_not_deal_with_is_the_letter_of_its_load(pipeline: Pipeline) -> None:
    """The event of the end rests as Lambda wraps it; it is the load that starts again, and not the event."""
    start = {name: value for name, value in LOAD.items() if name != "error"}
    end = {"source": "aws.states", "detail": {"status": "TIMED_OUT", "error": None, "input": json.dumps(start)}}
    send(pipeline, record(end, LOADER))
    (letter,) = letters(pipeline)
    redrive(pipeline, letter)
    states = pipeline.target.client("stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=pipeline.outputs.state_machine_arn)["executions"]

    assert (letter.step, letter.key, letter.reason) == ("load", "in/a b.csv", "TIMED_OUT: ")
    assert json.loads(states.describe_execution(executionArn=execution["executionArn"])["input"]) == start
    assert pipeline.target.client("lambda").invoked == []


def test_a_failed_event_is_given_to_its_function_again(pipeline: Pipeline) -> None:
    """The very event, asynchronously, so that it may fail and rest again."""
    send(pipeline, record())
    (letter,) = letters(pipeline)
    redrive(pipeline, letter)

    assert (letter.step, letter.key, letter.reason) == (VALIDATOR, "in/a b.csv", "Throttled: slow down")
    assert pipeline.target.client("lambda").invoked == [(VALIDATOR, "Event", EVENT)]
    assert waiting(pipeline) == 0


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        [],
        {"bucket": "another", **{name: "x" for name in LOAD if name != "bucket"}},
        record(function="somebody-elses"),
        record({"Records": [{"s3": {"bucket": {"name": "another"}, "object": {"key": "k"}}}]}),
        record({"Records": []}),
    ],
    ids=["text", "list", "bucket", "function", "event's bucket", "no records"],
)
def test_what_is_none_of_ours_stays_and_does_nothing(pipeline: Pipeline, body: object) -> None:
    """A letter is from outside: it can't make anything run but our functions on our bucket."""
    send(pipeline, body)
    (letter,) = letters(pipeline)
    again = redrive(pipeline, letter)

    assert (again.done, again.step, waiting(pipeline)) == (False, "", 1)
    assert pipeline.target.client("lambda").invoked == []


def test_one_file_is_tried_again_and_the_others_go_on_resting(pipeline: Pipeline) -> None:
    """More letters than SQS gives at once are all looked at."""
    for number in range(25):
        send(pipeline, {**LOAD, "key": f"incoming/{number}.csv"})
    found = letters(pipeline, "17.csv")
    redrive(pipeline, found[0])

    assert [one.key for one in found] == ["17.csv"]
    assert waiting(pipeline) == 24


def test_a_letter_that_was_only_shown_rests_as_before(pipeline: Pipeline) -> None:
    """A dry run takes nothing away, and hides nothing from the next command."""
    send(pipeline, LOAD)
    for letter in letters(pipeline):
        put_back(pipeline, letter)

    assert len(letters(pipeline)) == 1
