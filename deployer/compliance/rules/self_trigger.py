"""TAP_LOOP_1: what may write to the source that starts it runs without end, and the bill with it.

A bucket whose notification starts a function that may write the same keys; a queue, table, stream, topic or event bus
likewise; also by way of other functions, workflows and queues. What the code does is not known: what its role allows
counts. Lambda stops loops of functions with SQS, SNS and S3 after about 16 rounds, if the SDK is recent; it sees none
with DynamoDB, Kinesis or EventBridge in it.
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from deployer.compliance.rule_api.links import local_name
from deployer.compliance.rule_api.names import Resource, resources
from deployer.compliance.rule_api.reach import sets_off
from deployer.compliance.rule_api.rule import Block, Offence, Rule, once_a_document
from deployer.compliance.rule_api.triggers import Trigger, function, triggers

SEEN = {"aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic", "aws_lambda_function"}
SEEN_BY = {"aws_s3_bucket_notification", "aws_lambda_event_source_mapping", "aws_sns_topic_subscription"}


@dataclass(frozen=True)
class Step:
    """A trigger, and who sets off the next: what it started, or what that may start."""

    trigger: Trigger
    by: Resource


class SelfTrigger(Rule):
    id = "TAP_LOOP_1"
    title = "Nothing starts itself again"
    mend = (
        "let it write to another bucket, prefix, queue or table than that which starts it; or filter out what it writes"
    )
    types = (
        "aws_s3_bucket_notification", "aws_lambda_event_source_mapping", "aws_sns_topic_subscription",
        "aws_cloudwatch_event_target", "aws_pipes_pipe", "aws_cloudwatch_log_subscription_filter",
    )  # fmt: skip

    def judge(self, block: Block) -> Iterator[Offence]:
        for trigger in triggers(block):
            if trigger.address == block.address and (way := _way_back(block, trigger)):
                yield _offence(way, _allowed(block))


def _way_back(block: Block, trigger: Trigger) -> list[Step]:
    """The shortest row of triggers after which the first is set off again; none where there is no such row."""
    seen, waiting = {trigger}, deque[tuple[list[Step], Trigger]]([([], trigger)])
    while waiting:
        way, last = waiting.popleft()
        for by, following in sets_off(block, last.target):
            row = [*way, Step(last, by)]
            if following is trigger:
                return row
            if following not in seen:
                seen.add(following)
                waiting.append((row, following))
    return []


@once_a_document
def _allowed(block: Block) -> set[str]:
    """The functions for which Lambda's loop detection is switched off."""
    found = [function(block, one.values.get("function_name"))
             for one in resources(block).get("aws_lambda_function_recursion_config", ())
             if one.values.get("recursive_loop") == "Allow"]  # fmt: skip
    return {one.address for one in found if one}


def _offence(way: list[Step], allowed: set[str]) -> Offence:
    row = [one for step in way for one in (step.trigger.source, step.trigger.target, step.by)]
    shown = " -> ".join(dict.fromkeys(one.address for one in row))
    told = "Lambda may stop it after 16 rounds" if _is_stopped(way, row, allowed) else "nothing stops it"
    return Offence(f"it starts itself again: {shown} -> {row[0].address}, and {told}")


def _is_stopped(way: list[Step], row: list[Resource], allowed: set[str]) -> bool:
    """Whether Lambda sees all of it: what is passed on by EventBridge is new to it."""
    makers = {local_name(step.trigger.address).partition(".")[0] for step in way}
    return {one.type for one in row} <= SEEN and makers <= SEEN_BY and not {one.address for one in row} & allowed
