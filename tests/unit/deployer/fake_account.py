"""An account as the inventory asks it: a few dozen things, and the answers of each service about them.

In place of boto3's clients, so that a property test can draw hundreds of accounts in seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from deployer.targets import targets

REGION, ACCOUNT = "eu-west-1", "123456789012"


@dataclass(frozen=True)
class Item:
    """One thing of the account. `id` is unique in it; `place` is a role's path."""

    type: str
    name: str
    id: str
    tags: Mapping[str, str] = field(default_factory=dict)
    region: str = REGION
    place: str = "/"

    @property
    def arn(self) -> str:
        return f"arn:aws:{self.type}:{self.region}:{ACCOUNT}:{self.id}"


def _pairs(item: Item, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in item.tags.items()]


@dataclass(frozen=True)
class FakeTarget(targets.Target):
    """A live account that holds `items`; `taken` are buckets of another one."""

    items: tuple[Item, ...] = ()
    taken: frozenset[str] = frozenset()

    def client(self, service: str) -> Any:
        return Client(self, service)

    def patient(self) -> "FakeTarget":
        return self


def account(*items: Item, taken: frozenset[str] = frozenset()) -> FakeTarget:
    keys = targets.Credentials("testing", "testing")
    return FakeTarget("aws", REGION, ACCOUNT, keys, items=items, taken=taken)


@dataclass(frozen=True)
class Client:
    """Answers what the estate asks; of all else, that there is nothing."""

    target: FakeTarget
    service: str

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        answer = LISTINGS.get(operation) or _DETAILS.get((self.service, operation)) or _DETAILS.get(("", operation))
        return lambda **asked: answer(self.target, asked) if answer else {}

    def can_paginate(self, _: str) -> bool:
        return False


def _listing(type_: str, result: str, told: Callable[[Item], Any]) -> Callable[[FakeTarget, Any], Any]:
    return lambda target, _: {result: [told(item) for item in target.items if item.type == type_]}


def _trust(item: Item) -> dict[str, Any]:
    arn = f"arn:aws:lambda:{item.region}:{ACCOUNT}:function:f"
    return {"Statement": [{"Condition": {"ArnLike": {"aws:SourceArn": arn}}}]}


LISTINGS: Mapping[str, Callable[[FakeTarget, Any], Any]] = {
    "get_rest_apis": _listing(
        "aws_api_gateway_rest_api", "items", lambda one: {"name": one.name, "id": one.id, "tags": dict(one.tags)}
    ),
    "describe_alarms": _listing(
        "aws_cloudwatch_metric_alarm", "MetricAlarms", lambda one: {"AlarmName": one.name, "AlarmArn": one.arn}
    ),
    "list_rules": _listing("aws_cloudwatch_event_rule", "Rules", lambda one: {"Name": one.name, "Arn": one.arn}),
    "list_functions": _listing(
        "aws_lambda_function", "Functions", lambda one: {"FunctionName": one.name, "FunctionArn": one.arn}
    ),
    "list_state_machines": _listing(
        "aws_sfn_state_machine", "stateMachines", lambda one: {"name": one.name, "stateMachineArn": one.arn}
    ),
    "list_topics": _listing("aws_sns_topic", "Topics", lambda one: {"TopicArn": f"{one.arn}:{one.name}"}),
    "list_queues": _listing("aws_sqs_queue", "QueueUrls", lambda one: f"https://sqs/{one.id}/{one.name}"),
    "list_buckets": _listing("aws_s3_bucket", "Buckets", lambda one: {"Name": one.name}),
    "list_tables": _listing("aws_dynamodb_table", "TableNames", lambda one: one.name),
    "list_roles": _listing(
        "aws_iam_role", "Roles",
        lambda one: {
            "RoleName": one.name, "Arn": one.arn, "Path": one.place, "AssumeRolePolicyDocument": _trust(one)},
    ),
    "describe_log_groups": _listing(
        "aws_cloudwatch_log_group", "logGroups", lambda one: {"logGroupName": one.name, "logGroupArn": one.arn}
    ),
    "list_aliases": _listing(
        "aws_kms_alias", "Aliases",
        lambda one: {"AliasName": one.name, "AliasArn": one.arn, "TargetKeyId": one.id},
    ),
    "list_keys": _listing("aws_kms_key", "Keys", lambda one: {"KeyId": one.id}),
}  # fmt: skip


def _found(target: FakeTarget, asked: Mapping[str, Any]) -> Item:
    """The thing that a call is about, whichever way it names it."""
    (named,) = (str(value) for value in asked.values())
    for item in target.items:
        if named in (item.id, item.arn, f"{item.arn}:{item.name}", f"https://sqs/{item.id}/{item.name}"):
            return item
    return next(item for item in target.items if item.name == named and item.type in _BY_NAME)


_BY_NAME = ("aws_s3_bucket", "aws_dynamodb_table", "aws_iam_role")


def _of_type(type_: str, told: Callable[[Item], Any]) -> Callable[[FakeTarget, Mapping[str, Any]], Any]:
    """About a thing of one type, by its name."""

    def answer(target: FakeTarget, asked: Mapping[str, Any]) -> Any:
        (name,) = asked.values()
        return told(next(item for item in target.items if (item.type, item.name) == (type_, name)))

    return answer


def _error(code: str) -> Callable[[FakeTarget, Any], Any]:
    def answer(_: FakeTarget, __: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": code}}, code)

    return answer


def _head_bucket(target: FakeTarget, asked: Mapping[str, Any]) -> Any:
    return _error("403" if asked["Bucket"] in target.taken else "404")(target, asked)


def _key(item: Item) -> dict[str, Any]:
    told = {"KeyId": item.id, "Arn": item.arn, "Description": item.name}
    return {"KeyMetadata": {**told, "KeyManager": "CUSTOMER", "KeyState": "Enabled"}}


_DETAILS: Mapping[tuple[str, str], Callable[[FakeTarget, Any], Any]] = {
    ("", "list_tags"): lambda target, asked: {"Tags": dict(_found(target, asked).tags)},
    ("", "list_queue_tags"): lambda target, asked: {"Tags": dict(_found(target, asked).tags)},
    ("stepfunctions", "list_tags_for_resource"): lambda target, asked: {
        "tags": _pairs(_found(target, asked), "key", "value")
    },
    ("logs", "list_tags_for_resource"): lambda target, asked: {"tags": dict(_found(target, asked).tags)},
    ("", "list_tags_for_resource"): lambda target, asked: {"Tags": _pairs(_found(target, asked))},
    ("", "list_tags_of_resource"): lambda target, asked: {"Tags": _pairs(_found(target, asked))},
    ("", "list_resource_tags"): lambda target, asked: {"Tags": _pairs(_found(target, asked), "TagKey", "TagValue")},
    ("", "list_role_tags"): _of_type("aws_iam_role", lambda one: {"Tags": _pairs(one)}),
    ("", "get_bucket_tagging"): _of_type("aws_s3_bucket", lambda one: {"TagSet": _pairs(one)}),
    ("", "get_bucket_location"): _of_type("aws_s3_bucket", lambda one: {"LocationConstraint": one.region}),
    ("", "get_bucket_policy"): _error("NoSuchBucketPolicy"),
    ("", "head_bucket"): _head_bucket,
    ("", "describe_table"): _of_type("aws_dynamodb_table", lambda one: {"Table": {"TableArn": one.arn}}),
    ("", "describe_key"): lambda target, asked: _key(_found(target, asked)),
}
