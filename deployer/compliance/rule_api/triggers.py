"""What starts what: notifications, streams, subscriptions, rules and pipes, and what sets each off. Imported by rules.

A filter that looks into an item, a message or an event is taken for one that lets no such thing through again: AWS
names filters as the way out of a loop.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployer.compliance.rule_api.links import first
from deployer.compliance.rule_api.names import Resource, named, resources
from deployer.compliance.rule_api.rule import Block, once_a_document
from deployer.policy_documents import decoded, listed

WRITES = {
    "aws_dynamodb_table": ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem",
                           "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLDelete"),
    "aws_sqs_queue": ("sqs:SendMessage",),
    "aws_sns_topic": ("sns:Publish",),
    "aws_kinesis_stream": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "aws_cloudwatch_event_bus": ("events:PutEvents",),
    "aws_lambda_function": ("lambda:InvokeFunction", "lambda:InvokeAsync"),
    "aws_sfn_state_machine": ("states:StartExecution", "states:StartSyncExecution"),
}  # fmt: skip
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
_OF_EVENT = {
    "s3:ObjectCreated:": ("s3:PutObject", "s3:ReplicateObject"),
    "s3:ObjectRemoved:": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:ObjectTagging:": ("s3:PutObjectTagging", "s3:DeleteObjectTagging"),
    "s3:ObjectAcl:": ("s3:PutObjectAcl",),
    "s3:ObjectRestore:": ("s3:RestoreObject",),
}
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
_OF_DETAIL_TYPE = {
    "Object Created": "s3:ObjectCreated:", "Object Deleted": "s3:ObjectRemoved:", "Object Tags Added":
    "s3:ObjectTagging:", "Object Tags Deleted": "s3:ObjectTagging:", "Object ACL Updated": "s3:ObjectAcl:",
}  # fmt: skip
SOURCES = ("aws_sqs_queue", "aws_dynamodb_table", "aws_kinesis_stream")
RUN = ("aws_lambda_function", "aws_sfn_state_machine")
PASS_ON = ("aws_sqs_queue", "aws_sns_topic", "aws_kinesis_stream", "aws_cloudwatch_event_bus")
LOG_GROUP = "aws_cloudwatch_log_group"
DEFAULT_BUS = Resource("the default event bus", "aws_cloudwatch_event_bus", {"name": "default"})


@dataclass(frozen=True)
class Trigger:
    """`source` starts `target` when one of the `actions` is called on it; of S3, for keys like one of `keys`."""

    address: str
    source: Resource
    target: Resource
    actions: tuple[str, ...]
    keys: tuple[str, ...] = ()


@once_a_document
def triggers(block: Block) -> list[Trigger]:
    """All triggers of the block's document whose two ends are known."""
    read = {
        "aws_s3_bucket_notification": _notification, "aws_lambda_event_source_mapping": _mapping,
        "aws_sns_topic_subscription": _subscription, "aws_cloudwatch_event_target": _rule, "aws_pipes_pipe": _pipe,
        "aws_cloudwatch_log_subscription_filter": _logs,
    }  # fmt: skip
    return [found for kind, reader in read.items() for one in resources(block).get(kind, ())
            for found in reader(block, one)]  # fmt: skip


def function(block: Block, text: Any, *kinds: str) -> Resource | None:
    """What an ARN or a name starts; an alias starts its function."""
    if alias := named(block, text, "aws_lambda_alias"):
        return named(block, alias.values.get("function_name"), "aws_lambda_function")
    return named(block, text, *(kinds or RUN))


def _logs(block: Block, one: Resource) -> Iterator[Trigger]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions-recursion-prevention.html"""
    name = one.values.get("log_group_name")
    group = named(block, name, LOG_GROUP) or Resource(f"the log group {name}", LOG_GROUP, {"name": name})
    target = function(block, one.values.get("destination_arn"))
    if name and target and not one.values.get("filter_pattern"):
        yield Trigger(one.address, group, target, ("logs:PutLogEvents",))


def _notification(block: Block, one: Resource) -> Iterator[Trigger]:
    bucket = named(block, one.values.get("bucket"), "aws_s3_bucket") or _elsewhere(one.values.get("bucket"))
    for kind, attribute in (("lambda_function", "lambda_function_arn"), ("queue", "queue_arn"), ("topic", "topic_arn")):
        for entry in listed(one.values.get(kind)):
            target = function(block, entry.get(attribute), *RUN, *PASS_ON) if isinstance(entry, dict) else None
            if target and bucket:
                key = f"{entry.get('filter_prefix') or ''}*{entry.get('filter_suffix') or ''}"
                yield Trigger(one.address, bucket, target, _of_events(map(str, listed(entry.get("events")))), (key,))


def own_group(runner: Resource) -> set[str]:
    """How the log group is called that a function writes to."""
    told = first(runner.values.get("logging_config")).get("log_group")
    called = {f"/aws/lambda/{runner.values.get('function_name')}", f"/aws/lambda/${{{runner.address}.function_name}}"}
    return {str(told)} if told else called


def _elsewhere(name: Any) -> Resource | None:
    """A bucket that stands elsewhere is known by its name."""
    return Resource(f"the bucket {name}", "aws_s3_bucket", {"bucket": name}) if name else None


def _of_events(events: Any) -> tuple[str, ...]:
    return tuple(action for event in events for start, actions in _OF_EVENT.items() if event.startswith(start)
                 for action in actions)  # fmt: skip


def _mapping(block: Block, one: Resource) -> Iterator[Trigger]:
    source = named(block, one.values.get("event_source_arn"), *SOURCES)
    target = function(block, one.values.get("function_name"))
    narrowed = first(one.values.get("filter_criteria")).get("filter")
    if source and target and not narrowed and str(one.values.get("enabled", True)).lower() != "false":
        yield Trigger(one.address, source, target, WRITES[source.type])


def _subscription(block: Block, one: Resource) -> Iterator[Trigger]:
    topic = named(block, one.values.get("topic_arn"), "aws_sns_topic")
    target = function(block, one.values.get("endpoint"), *RUN, *PASS_ON)
    if topic and target and not one.values.get("filter_policy"):
        yield Trigger(one.address, topic, target, WRITES["aws_sns_topic"])


def _pipe(block: Block, one: Resource) -> Iterator[Trigger]:
    """What it enriches with runs as well."""
    source = named(block, one.values.get("source"), *SOURCES)
    narrowed = first(first(one.values.get("source_parameters")).get("filter_criteria")).get("filter")
    for name in ("target", "enrichment"):
        target = function(block, one.values.get(name), *RUN, *PASS_ON)
        if source and target and not narrowed:
            yield Trigger(one.address, source, target, WRITES[source.type])


def _rule(block: Block, one: Resource) -> Iterator[Trigger]:
    rule = named(block, one.values.get("rule"), "aws_cloudwatch_event_rule")
    target = function(block, one.values.get("arn"), *RUN, *PASS_ON)
    pattern = decoded(str(rule.values.get("event_pattern") or "")) if rule else None
    if rule and target and isinstance(pattern, dict):
        yield from _of_pattern(block, one.address, rule, target, pattern)


def _of_pattern(block: Block, address: str, rule: Resource, target: Resource, pattern: dict[str, Any]) -> (
        Iterator[Trigger]):  # fmt: skip
    """AWS advises to match by source and detail-type at least, so that what a target sends is no event of its rule.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html
    """
    detail = pattern["detail"] if isinstance(pattern.get("detail"), dict) else {}
    kinds = [str(one) for one in listed(pattern.get("detail-type"))]
    if "AWS API Call via CloudTrail" in kinds:
        yield from _of_calls(address, target, detail)
    elif "aws.s3" in listed(pattern.get("source")):
        events = tuple(_OF_DETAIL_TYPE[one] for one in kinds or _OF_DETAIL_TYPE if one in _OF_DETAIL_TYPE)
        for bucket in _buckets(block, detail):
            yield Trigger(address, bucket, target, _of_events(events), tuple(_keys(detail)))
    elif not (_tells(pattern.get("source")) and _tells(pattern.get("detail-type"))) and not detail:
        bus = named(block, rule.values.get("event_bus_name"), "aws_cloudwatch_event_bus") or DEFAULT_BUS
        if not any(str(one).startswith("aws.") for one in listed(pattern.get("source"))):
            yield Trigger(address, bus, target, WRITES["aws_cloudwatch_event_bus"])


def _tells(values: Any) -> bool:
    """Whether a part of a pattern leaves anything out: a prefix of nothing, and a wildcard alone, do not."""
    anything = ({"prefix": ""}, {"wildcard": "*"}, {"exists": True})
    return bool(listed(values)) and not any(one in anything for one in listed(values))


def _of_calls(address: str, target: Resource, detail: dict[str, Any]) -> Iterator[Trigger]:
    """A rule that waits for a call starts what makes the same call again, unless it looks closer."""
    names = [str(one) for one in listed(detail.get("eventName")) if isinstance(one, str)]
    services = [str(one).partition(".")[0] for one in listed(detail.get("eventSource")) if isinstance(one, str)]
    if not detail.keys() - {"eventName", "eventSource"} and names:
        actions = tuple(f"{service}:{name}" for service in services for name in names)
        yield Trigger(address, Resource("a call of AWS", "", {}), target, actions)


def _buckets(block: Block, detail: dict[str, Any]) -> Iterator[Resource]:
    names = first(detail.get("bucket")).get("name") or []
    for name in listed(names):
        found = named(block, name, "aws_s3_bucket") or (_elsewhere(name) if isinstance(name, str) else None)
        if found:
            yield found


def _keys(detail: dict[str, Any]) -> Iterator[str]:
    """Content filters of a key as patterns. One that is not read lets nothing through."""
    keys = listed(first(detail.get("object")).get("key"))
    if not detail.keys() - {"bucket"}:
        yield "*"
    for key in keys:
        if isinstance(key, str):
            yield key
        elif isinstance(key, dict):
            yield from (f"{value}*" for name, value in key.items() if name == "prefix" and isinstance(value, str))
            yield from (f"*{value}" for name, value in key.items() if name == "suffix" and isinstance(value, str))
            yield from (value for name, value in key.items() if name == "wildcard" and isinstance(value, str))
