"""Somebody who listens to the pipeline's topic: a queue, which only that topic may fill."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from deployer.policy_documents import policy_of
from pipeline.client import Pipeline


@dataclass(frozen=True)
class Listener:
    """What `listen` made."""

    pipeline: Pipeline
    queue_url: str
    subscription: str

    def heard(self, seconds: float) -> Iterator[str]:
        """Each message as it comes, as SNS wraps it, for so long."""
        sqs, ends = self.pipeline.target.client("sqs"), time.monotonic() + seconds
        while time.monotonic() < ends:
            answer = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in answer.get("Messages", []):
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
                yield str(message["Body"])

    def leave(self) -> None:
        self.pipeline.target.client("sns").unsubscribe(SubscriptionArn=self.subscription)
        self.pipeline.target.client("sqs").delete_queue(QueueUrl=self.queue_url)


def listen(pipeline: Pipeline, name: str) -> Listener:
    """Subscribe a queue of this name; again, the same queue."""
    sqs, topic = pipeline.target.client("sqs"), pipeline.outputs.topic_arn
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }  # fmt: skip
    policy = policy_of(allowed)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    subscribed = pipeline.target.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True
    )
    return Listener(pipeline, url, str(subscribed["SubscriptionArn"]))


@contextmanager
def listening(pipeline: Pipeline, name: str) -> Iterator[Listener]:
    """The same, for the length of the block."""
    listener = listen(pipeline, name)
    try:
        yield listener
    finally:
        listener.leave()
