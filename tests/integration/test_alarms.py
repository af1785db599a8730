"""An alarm reaches whoever listens to the topic: by its action, the topic's policy, and that of the topic's key."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from deployer.pipeline import Pipeline
from stack.settings import Settings

pytestmark = pytest.mark.fault
DEADLINE_S = 60.0


@pytest.fixture
def news(pipeline: Pipeline, tag: str) -> Iterator[Any]:
    """`news()` is the next that the topic tells, as JSON; of a queue of the test's own."""
    sqs, sns, topic = pipeline.target.client("sqs"), pipeline.target.client("sns"), pipeline.outputs.topic_arn
    url = sqs.create_queue(QueueName=f"tap-news-{tag}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)

    def told() -> Iterator[dict[str, Any]]:
        ends = time.monotonic() + DEADLINE_S
        while time.monotonic() < ends:
            for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                yield json.loads(message["Body"])

    yield told
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("metric", ["ExecutionsAborted", "ExecutionThrottled"])
def test_an_alarm_is_told_to_who_listens(pipeline: Pipeline, settings: Settings, news: Any, metric: str) -> None:
    """What goes off reaches the topic's subscribers, with the alarm's name and what to do."""
    name = f"{settings.state_machine}-{metric}"

    pipeline.target.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")

    told = next((one for one in news() if name in one["Message"]), None)
    assert told is not None, f"nothing was told of {name} within {DEADLINE_S:.0f} s"
    assert json.loads(told["Message"])["NewStateValue"] == "ALARM"
