"""An account of its own for each test, and the four functions in it as Lambda would start them."""

import copy
import importlib.util
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote_plus

import boto3
import pytest
from boto3.dynamodb.types import TypeDeserializer
from moto import mock_aws

from transactions.layout import Upload

LAMBDAS = Path(__file__).parents[3] / "lambdas"
EVENTS = Path(__file__).parents[2] / "events"
BUCKET, TABLE, REGION = "transaction-csv-files-unit", "transactions-unit", "eu-west-1"
WORKFLOW = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
FUNCTIONS = ("validator", "transformer", "loader", "status")


@dataclass
class Context:
    """What Lambda passes beside the event."""

    function_name: str = "unit"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:unit"
    aws_request_id: str = "request-1"


@dataclass
class Account:
    """The clients, and names of what exists."""

    s3: Any
    table: Any
    workflow: Any
    state_machine_arn: str
    queues: Any
    topics: Any
    bucket: str = BUCKET
    table_name: str = TABLE


@pytest.fixture
def context() -> Context:
    """Of one call."""
    return Context()


@pytest.fixture(autouse=True)
def function_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stack sets, and credentials that open nothing.

    The service's name is new each time, as Powertools keeps one logger, with the output it began with, for each name.
    """
    variables = {
        "AWS_ACCESS_KEY_ID": "unit",
        "AWS_SECRET_ACCESS_KEY": "unit",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "BUCKET_NAME": BUCKET,
        "TABLE_NAME": TABLE,
        "ROWS_PER_PART": "4",
        "DEAD_LETTERS_URL": f"https://sqs.{REGION}.amazonaws.com/123456789012/dead-letters",
        "TOPIC_ARN": f"arn:aws:sns:{REGION}:123456789012:news",
        "POWERTOOLS_SERVICE_NAME": f"unit-{uuid.uuid4()}",
        "POWERTOOLS_METRICS_NAMESPACE": "Tap",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@cache
def client(service: str) -> Any:
    """The one by which all tests look at their accounts. Who registers events makes one of its own."""
    return boto3.client(service)


@pytest.fixture
def account() -> Iterator[Account]:
    """An empty account with the bucket, the table and a workflow that does nothing."""
    with mock_aws(config={"core": {"reset_boto3_session": False}}):  # a session knows the services: 0.1 s to learn
        s3, table = client("s3"), client("dynamodb")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        table.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "transaction_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "transaction_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        workflow = client("stepfunctions")
        machine = workflow.create_state_machine(
            name="unit", definition=str(WORKFLOW).replace("'", '"'), roleArn="arn:aws:iam::123456789012:role/unit"
        )
        queues, topics = client("sqs"), client("sns")
        topic = topics.create_topic(Name="news")["TopicArn"]
        for queue in ("dead-letters", "news"):
            queues.create_queue(QueueName=queue)
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=topic.replace(":sns:", ":sqs:"))
        yield Account(s3, table, workflow, machine["stateMachineArn"], queues, topics)


@pytest.fixture
def function(account: Account, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Loads functions that know the account."""
    monkeypatch.setenv("STATE_MACHINE_ARN", account.state_machine_arn)

    return load_app


def load_app(name: str) -> ModuleType:
    """A function's `app.py`, new each time, under a name of its own; its folder is on the path as in the ZIP."""
    spec = importlib.util.spec_from_file_location(f"{name}_app", LAMBDAS / name / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True, scope="session")
def siblings_importable() -> Iterator[None]:
    """The functions' own modules, so that tests can import them by the names they have in the ZIP."""
    folders = [str(LAMBDAS / name) for name in FUNCTIONS]
    sys.path.extend(folders)
    yield
    for folder in folders:
        sys.path.remove(folder)


class Way:
    """Moves files through the functions as events would."""

    def __init__(self, account: Account, function: Callable[[str], ModuleType], context: Context) -> None:
        self.account, self.context = account, context
        self._function, self._apps = function, dict[str, ModuleType]()

    def app(self, name: str) -> ModuleType:
        """A function's module, loaded once."""
        if name not in self._apps:
            self._apps[name] = self._function(name)
        return self._apps[name]

    def call(self, name: str, event: Any) -> Any:
        """Call a function's handler."""
        return self.app(name).handler(copy.deepcopy(event), self.context)

    def put(self, key: str, content: str | bytes) -> str:
        """Upload an object; its version."""
        body = content.encode() if isinstance(content, str) else content
        version: str = self.account.s3.put_object(Bucket=BUCKET, Key=key, Body=body)["VersionId"]
        return version

    def event(self, key: str, version: str | None, sequencer: str = "0A", etag: str | None = None) -> dict[str, Any]:
        """S3's event of an object; without a version while the bucket's versioning comes into force."""
        event: dict[str, Any] = json.loads((EVENTS / "s3_put_incoming.json").read_text())
        found = event["Records"][0]["s3"]["object"]
        found |= {"key": quote_plus(key, safe="/"), "versionId": version, "sequencer": sequencer}
        event["Records"][0]["s3"]["object"] = {name: value for name, value in found.items() if value is not None}
        if etag is not None:
            event["Records"][0]["s3"]["object"]["eTag"] = etag
        return event

    def validate(self, key: str, version: str, sequencer: str = "0A") -> Any:
        """The validator, on an upload."""
        return self.call("validator", self.event(key, version, sequencer))

    def transform(self, key: str, version: str) -> Any:
        """The transformer, on an upload's manifest."""
        return self.call("transformer", self.event(Upload.of(key, version).manifest, "m1"))

    def load(self, key: str, version: str) -> None:
        """The loader, on each part."""
        for part in self.json(Upload.of(key, version).parts):
            self.call("loader", {"step": "load", "part": part})

    def reconcile(self, key: str, version: str) -> Any:
        """The loader, at the end."""
        return self.call("loader", {"step": "reconcile", "input": {"manifest_key": Upload.of(key, version).manifest}})

    def move(self, key: str, content: str | bytes, sequencer: str = "0A") -> str:
        """An upload's whole way; its version."""
        version = self.put(key, content)
        self.validate(key, version, sequencer)
        self.transform(key, version)
        self.load(key, version)
        self.reconcile(key, version)
        return version

    def json(self, key: str) -> Any:
        """A document of the bucket."""
        return json.loads(self.bytes(key))

    def bytes(self, key: str) -> bytes:
        """An object of the bucket."""
        content: bytes = self.account.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return content

    def keys(self, prefix: str) -> list[str]:
        """The keys of the bucket."""
        return [one["Key"] for one in self.account.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]

    def table(self) -> dict[str, dict[str, Any]]:
        """All items by id, but for when they were loaded."""
        deserialize = TypeDeserializer().deserialize
        found = self.account.table.scan(TableName=TABLE)["Items"]
        items = [{name: deserialize(value) for name, value in item.items() if name != "loaded_at"} for item in found]
        return {item["transaction_id"]: item for item in items}

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """What waits in `dead-letters`, or what the topic told (`news`), as JSON; it is taken out."""
        url = self.account.queues.get_queue_url(QueueName=queue)["QueueUrl"]
        found = self.account.queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for one in found:
            self.account.queues.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
        return [json.loads(one["Body"]) for one in found]

    def executions(self) -> list[dict[str, Any]]:
        """The workflow's executions."""
        arn = self.account.state_machine_arn
        found: list[dict[str, Any]] = self.account.workflow.list_executions(stateMachineArn=arn)["executions"]
        return found


@pytest.fixture
def way(account: Account, function: Callable[[str], ModuleType], context: Context) -> Way:
    """The way of the data, in an account of its own."""
    return Way(account, function, context)
