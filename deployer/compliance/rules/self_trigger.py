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

from deployer.compliance.rule_api.names import resources
from deployer.compliance.rule_api.reach import sets_off
from deployer.compliance.rule_api.rule import Block, Offence, Rule, once_a_document
from deployer.compliance.rule_api.triggers import Trigger, function, triggers

STOPPED = {"aws_s3_bucket", "aws_sqs_queue", "aws_sns_topic", "aws_lambda_function"}


class SelfTrigger(Rule):
    id = "TAP_LOOP_1"
    title = "Nothing starts itself again"
    mend = (
        "let it write to another bucket, prefix, queue or table than that which starts it; or filter out what it writes"
    )
    types = (
        "aws_s3_bucket_notification", "aws_lambda_event_source_mapping", "aws_sns_topic_subscription",
        "aws_cloudwatch_event_target", "aws_pipes_pipe",
    )  # fmt: skip

    def judge(self, block: Block) -> Iterator[Offence]:
        for trigger in triggers(block):
            if trigger.address == block.address and (way := _way_back(block, trigger)):
                yield _offence(way, _allowed(block))


def _way_back(block: Block, trigger: Trigger) -> list[Trigger]:
    """The shortest row of triggers after which the first is set off again; none where there is no such row."""
    seen, waiting = {trigger}, deque([[trigger]])
    while waiting:
        way = waiting.popleft()
        for following in sets_off(block, way[-1].target):
            if following is trigger:
                return way
            if following not in seen:
                seen.add(following)
                waiting.append([*way, following])
    return []


@once_a_document
def _allowed(block: Block) -> set[str]:
    """The functions for which Lambda's loop detection is switched off."""
    found = [function(block, one.values.get("function_name"))
             for one in resources(block).get("aws_lambda_function_recursion_config", ())
             if one.values.get("recursive_loop") == "Allow"]  # fmt: skip
    return {one.address for one in found if one}


def _offence(way: list[Trigger], allowed: set[str]) -> Offence:
    row = [one for trigger in way for one in (trigger.source, trigger.target)]
    shown = " -> ".join(dict.fromkeys(one.address for one in row))
    is_stopped = {one.type for one in row} <= STOPPED and not {one.address for one in row} & allowed
    told = "Lambda may stop it after 16 rounds" if is_stopped else "nothing stops it"
    return Offence(f"it starts itself again: {shown} -> {way[0].source.address}, and {told}", "HIGH")
