"""The kinds of resource that stand by themselves: how each is listed, named, told ours and removed. One row each.

What belongs to such a resource (a bucket's policy, an API's routes) is in child_types.py. A type that has a row in
neither is refused by the inventory.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import NO_TAGS, code_of, says_absent, says_refused
from deployer.errors import ListingIncomplete
from deployer.resources import delete_calls
from deployer.resources.resource import AwsResource, paged, plain_tags

Client = Any  # of boto3; its stubs know the services by name only
_REGION_IN_ARN = re.compile(r"arn:[\w-]+:[\w-]+:([a-z]{2}(?:-[a-z]+)+-\d+):")


@dataclass(frozen=True)
class ResourceType:
    """How one Terraform type is dealt with in the account.

    `named`: the argument of the configuration that holds the name. `listed`: all of the account and region.
    `step`: when it is removed; a step begins when nothing of the earlier ones is left.
    """

    service: str
    named: str
    listed: Callable[[Client], Iterable[AwsResource]]
    tags: Callable[[Client, AwsResource], Mapping[str, str]]
    remove: Callable[[Client, AwsResource], None]
    step: int
    silence: Callable[[Client, AwsResource], None] | None = None  # done to all things before the first is removed
    unique: bool = True  # whether the account refuses a second one of the same name
    in_use: Callable[[Client, AwsResource], bool] | None = None  # which of several that are ours is the one
    region: Callable[[Client, AwsResource], str] | None = None  # of what is listed in all regions: where it belongs
    taken: Callable[[Client, str], bool] | None = None  # whether another account holds the name
    protected: Callable[[Client, AwsResource], bool] | None = None  # whether it refuses its removal
    unprotect: Callable[[Client, AwsResource], None] | None = None
    # Of what has no tags: whether the name, where the ledger has it, is enough to know a half-made one of ours by.
    half_made: Callable[[AwsResource], bool] = lambda _: True
    writer: Callable[[AwsResource], tuple[str, str]] | None = (
        None  # type and name of what makes it by itself, without tags
    )


def _listing(type_: str, operation: str, result: str, **fields: str) -> Callable[[Client], Iterator[AwsResource]]:
    """All entries of an operation, whose `name`, `id` and `arn` are the fields given; the id is the name if not."""

    def listed(client: Client) -> Iterator[AwsResource]:
        for one in paged(client, operation, result):
            name = one[fields["name"]]
            yield AwsResource(
                type_, name, one[fields.get("id", fields["name"])], one.get(fields.get("arn", ""), ""), one
            )

    return listed


def _tagged(
    operation: str, argument: str, result: str, by: str = "arn"
) -> Callable[[Client, AwsResource], dict[str, str]]:
    """The tags of a thing, asked by its `arn`, `id` or `name`."""

    def tags(client: Client, thing: AwsResource) -> dict[str, str]:
        asked = {argument: getattr(thing, by)}
        if client.can_paginate(operation):
            return plain_tags(list(paged(client, operation, result, **asked)))
        return plain_tags(getattr(client, operation)(**asked).get(result))

    return tags


def _buckets(s3: Client) -> Iterator[AwsResource]:
    for one in paged(s3, "list_buckets", "Buckets"):
        yield AwsResource("aws_s3_bucket", one["Name"], one["Name"], f"arn:aws:s3:::{one['Name']}", one)


def _bucket_tags(s3: Client, bucket: AwsResource) -> dict[str, str]:
    try:
        return plain_tags(s3.get_bucket_tagging(Bucket=bucket.name)["TagSet"])
    except ClientError as error:
        if code_of(error) == NO_TAGS:
            return {}
        raise


def _bucket_region(s3: Client, bucket: AwsResource) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html: the oldest region has no name."""
    told = s3.get_bucket_location(Bucket=bucket.name).get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if told == "EU" else str(told)


def _bucket_protected(s3: Client, bucket: AwsResource) -> bool:
    return any(map(delete_calls.keeps_bucket, delete_calls.bucket_policy(s3, bucket)[1]))


def _bucket_taken(s3: Client, name: str) -> bool:
    try:
        s3.head_bucket(Bucket=name)
    except ClientError as error:
        return not says_absent(error)
    return False  # it came into being since the listing; the apply will tell


def _tables(dynamodb: Client) -> Iterator[AwsResource]:
    for name in paged(dynamodb, "list_tables", "TableNames"):
        yield AwsResource("aws_dynamodb_table", name, name)


def _table(dynamodb: Client, table: AwsResource) -> dict[str, Any]:
    found: dict[str, Any] = dynamodb.describe_table(TableName=table.name)["Table"]
    return found


def _table_tags(dynamodb: Client, table: AwsResource) -> dict[str, str]:
    arn = _table(dynamodb, table)["TableArn"]
    return plain_tags(list(paged(dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn)))


def _table_protected(dynamodb: Client, table: AwsResource) -> bool:
    return bool(_table(dynamodb, table).get("DeletionProtectionEnabled"))


def _keys(kms: Client) -> Iterator[AwsResource]:
    """Keys have no names of their own: the description is what the configuration gives. Those that are going are gone.

    A key whose own policy keeps the caller out is not ours, whose policy leaves that to IAM:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html has AWS's words for it.
    """
    for one in paged(kms, "list_keys", "Keys"):
        try:
            key = kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
        except ClientError as error:
            if says_refused(error) and "resource-based policy" in str(error):
                continue
            if says_refused(error):
                raise ListingIncomplete(
                    "not everything could be seen: a key's description is refused",
                    where=one["KeyId"],
                    remedy="grant kms:DescribeKey: `tap policy`",
                    details=(str(error),),
                ) from error
            raise
        if key["KeyManager"] == "CUSTOMER" and key["KeyState"] not in ("PendingDeletion", "PendingReplicaDeletion"):
            yield AwsResource("aws_kms_key", key.get("Description", ""), key["KeyId"], key["Arn"], key)


def _has_alias(kms: Client, key: AwsResource) -> bool:
    """A key without one is a deployment's that died between the two."""
    return any(paged(kms, "list_aliases", "Aliases", KeyId=key.id))


def _alias_tags(kms: Client, alias: AwsResource) -> dict[str, str]:
    """An alias is whose its key is."""
    return plain_tags(list(paged(kms, "list_resource_tags", "Tags", KeyId=alias.detail["TargetKeyId"])))


def _topics(sns: Client) -> Iterator[AwsResource]:
    for one in paged(sns, "list_topics", "Topics"):
        yield AwsResource("aws_sns_topic", one["TopicArn"].rsplit(":", 1)[1], one["TopicArn"], one["TopicArn"])


def _queues(sqs: Client) -> Iterator[AwsResource]:
    for url in paged(sqs, "list_queues", "QueueUrls"):
        yield AwsResource("aws_sqs_queue", url.rsplit("/", 1)[1], url)


def _role_region(_: Client, role: AwsResource) -> str:
    """Roles are the whole account's; ours trusts a service for one resource, whose ARN names the region."""
    match = _REGION_IN_ARN.search(json.dumps(role.detail.get("AssumeRolePolicyDocument", {})))
    return match[1] if match else ""


def _at_the_root(role: AwsResource) -> bool:
    """The stack gives its roles no path; a name is taken below all paths at once, so another's may be in the way:
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    """
    return bool(role.detail.get("Path", "/") == "/")


def _never(_: AwsResource) -> bool:
    """Its name may repeat, or is not its own; and AWS makes it together with its tags."""
    return False


def _function_of(group: AwsResource) -> tuple[str, str]:
    """Lambda makes the group of a function that writes and has none:
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
    """
    prefix, _, function = group.name.partition("/aws/lambda/")
    return "aws_lambda_function", "" if prefix else function


CALLERS, FUNCTIONS, MACHINES, STORES, LOGS, ALIASES, KEYS = range(7)  # the steps of a removal

RESOURCE_TYPES: Mapping[str, ResourceType] = {
    "aws_api_gateway_rest_api": ResourceType(
        "apigateway", "name", _listing("aws_api_gateway_rest_api", "get_rest_apis", "items", name="name", id="id"),
        lambda _, api: plain_tags(api.detail.get("tags", {})),
        delete_calls.api, CALLERS, unique=False, half_made=_never,
    ),
    "aws_cloudwatch_event_rule": ResourceType(
        "events", "name", _listing("aws_cloudwatch_event_rule", "list_rules", "Rules", name="Name", arn="Arn"),
        _tagged("list_tags_for_resource", "ResourceARN", "Tags"), delete_calls.rule, CALLERS,
    ),
    "aws_cloudwatch_metric_alarm": ResourceType(
        "cloudwatch", "alarm_name",
        _listing("aws_cloudwatch_metric_alarm", "describe_alarms", "MetricAlarms", name="AlarmName", arn="AlarmArn"),
        _tagged("list_tags_for_resource", "ResourceARN", "Tags"), delete_calls.alarm, CALLERS,
    ),
    "aws_lambda_function": ResourceType(
        "lambda", "function_name",
        _listing("aws_lambda_function", "list_functions", "Functions", name="FunctionName", arn="FunctionArn"),
        _tagged("list_tags", "Resource", "Tags"), delete_calls.function, FUNCTIONS, silence=delete_calls.event_sources,
    ),
    "aws_sfn_state_machine": ResourceType(
        "stepfunctions", "name",
        _listing(
            "aws_sfn_state_machine", "list_state_machines", "stateMachines",
            name="name", id="stateMachineArn", arn="stateMachineArn",
        ),
        _tagged("list_tags_for_resource", "resourceArn", "tags"), delete_calls.state_machine, MACHINES,
    ),
    "aws_sns_topic": ResourceType(
        "sns", "name", _topics, _tagged("list_tags_for_resource", "ResourceArn", "Tags"), delete_calls.topic, STORES
    ),
    "aws_sqs_queue": ResourceType(
        "sqs", "name", _queues, _tagged("list_queue_tags", "QueueUrl", "Tags", by="id"), delete_calls.queue, STORES,
    ),
    "aws_s3_bucket": ResourceType(
        "s3", "bucket", _buckets, _bucket_tags, delete_calls.bucket, STORES, silence=delete_calls.notifications,
        region=_bucket_region, taken=_bucket_taken,
        protected=_bucket_protected, unprotect=delete_calls.bucket_protection,
    ),
    "aws_dynamodb_table": ResourceType(
        "dynamodb", "name", _tables, _table_tags, delete_calls.table, STORES,
        protected=_table_protected, unprotect=delete_calls.table_protection,
    ),
    "aws_iam_role": ResourceType(
        "iam", "name", _listing("aws_iam_role", "list_roles", "Roles", name="RoleName", arn="Arn"),
        _tagged("list_role_tags", "RoleName", "Tags", by="name"), delete_calls.role, STORES, region=_role_region,
        half_made=_at_the_root,
    ),
    "aws_cloudwatch_log_group": ResourceType(
        "logs", "name",
        _listing(
            "aws_cloudwatch_log_group", "describe_log_groups", "logGroups", name="logGroupName", arn="logGroupArn"
        ),
        _tagged("list_tags_for_resource", "resourceArn", "tags"), delete_calls.log_group, LOGS, writer=_function_of,
    ),
    "aws_kms_alias": ResourceType(
        "kms", "name", _listing("aws_kms_alias", "list_aliases", "Aliases", name="AliasName", arn="AliasArn"),
        _alias_tags, delete_calls.alias, ALIASES, half_made=_never,
    ),
    "aws_kms_key": ResourceType(
        "kms", "description", _keys, _tagged("list_resource_tags", "KeyId", "Tags", by="id"), delete_calls.key, KEYS,
        unique=False, in_use=_has_alias, half_made=_never,
    ),
}  # fmt: skip


def is_protected(client: Client, thing: AwsResource) -> bool:
    """Whether AWS was told to refuse its deletion. Not so of what is gone."""
    kind = RESOURCE_TYPES[thing.type]
    try:
        return kind.protected is not None and kind.protected(client, thing)
    except ClientError as error:
        if says_absent(error):
            return False
        raise
