"""The account in which files move: what the stack deploys there, in moto, and who looks at it from outside."""

import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import boto3

from deployer.targets.targets import Credentials
from pipeline.client import Pipeline
from stack.outputs import Outputs
from tests.unit.deployer.moto_target import Aws

from .weather import Weather

ACCOUNT, REGION, BUCKET, TABLE = "123456789012", "eu-west-1", "transaction-csv-files-unit", "transactions-unit"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:unit"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
QUEUE = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/dead-letters"


def observers(weather: Weather) -> dict[str, Any]:
    """Clients of those who are not functions: no mood strikes them, and what they set going is seen."""
    clients = {name: boto3.client(name, region_name=REGION) for name in ("s3", "dynamodb", "sqs", "stepfunctions")}
    calm = Weather(seen=lambda *seen: weather.seen(*seen))
    calm.attend(clients["stepfunctions"])
    clients["sqs"].meta.events.register("provide-client-params.sqs.ReceiveMessage", _smallest)
    return clients


def _smallest(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """SQS may give fewer messages than it was asked for, and nobody waits here."""
    return {**params, "WaitTimeSeconds": 0, "MaxNumberOfMessages": 1}


def furnish(clients: Mapping[str, Any], *, versioned: bool = True) -> None:
    """An empty account with what the stack deploys."""
    clients["s3"].create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        version(clients)
    clients["dynamodb"].create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "transaction_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "transaction_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    clients["sqs"].create_queue(QueueName="dead-letters")
    clients["sns"].create_topic(Name="news")
    role, calm = f"arn:aws:iam::{ACCOUNT}:role/unit", {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    clients["stepfunctions"].create_state_machine(name="unit", definition=json.dumps(calm), roleArn=role)


def version(clients: Mapping[str, Any]) -> None:
    """The bucket's versioning comes into force."""
    clients["s3"].put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})


def letters(sqs: Any) -> list[str]:
    """What rests in the queue, as it is; it goes on resting."""
    found: list[Mapping[str, Any]] = []
    while got := sqs.receive_message(QueueUrl=QUEUE, MaxNumberOfMessages=10, VisibilityTimeout=60).get("Messages"):
        found += got
    for one in found:
        sqs.change_message_visibility(QueueUrl=QUEUE, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=0)
    return [one["Body"] for one in found]


class _Reached(Aws):
    """The AWS that `tap redrive` reaches: moto's, but for functions, which moto runs only with Docker."""

    clients: Mapping[str, Any]

    def client(self, service: str) -> Any:
        return self.clients[service]


def reached(clients: Mapping[str, Any], functions: Any, names: Mapping[str, str]) -> Pipeline:
    """The pipeline as `tap redrive` knows it. `functions` has Lambda's `invoke`; `names` has folders by names."""
    target = _Reached("aws", REGION, ACCOUNT, Credentials("unit", "unit"))
    object.__setattr__(target, "clients", {**clients, "lambda": functions})
    named = {each.name: "x" for each in fields(Outputs)} | {
        "bucket_name": BUCKET,
        "state_machine_arn": MACHINE,
        "dead_letter_queue_url": QUEUE,
        **{f"{folder}_function_name": name for name, folder in names.items()},
    }
    return Pipeline(target, Outputs(**named))
