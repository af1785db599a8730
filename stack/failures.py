"""Where what went wrong becomes known and rests: a topic that tells people, and a queue of events to redrive."""

from typing import Any

from constructs import Construct

from stack.alarms import alarm
from stack.bindings import (
    LambdaFunctionEventInvokeConfig,
    LambdaFunctionEventInvokeConfigDestinationConfig,
    LambdaFunctionEventInvokeConfigDestinationConfigOnFailure,
    SnsTopic,
    SnsTopicPolicy,
    SqsQueue,
)
from stack.encryption import Encryption
from stack.function import PipelineFunction
from stack.identity import document
from stack.settings import ACCOUNT, Settings

FOURTEEN_DAYS_S = 14 * 24 * 3600  # the longest SQS keeps a message
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
LOST = {
    "DestinationDeliveryFailures": "A failed event could not be kept: may the function write to the dead letters?",
    "AsyncEventsDropped": "An event was given up before the function took it: send the files of that hour again.",
}


class Failures(Construct):
    """SNS for news of each load, SQS for failed events, and an alarm as soon as one rests there."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, encryption: Encryption) -> None:
        super().__init__(scope, construct_id)
        self.settings = settings
        self.topic = SnsTopic(self, "topic", name=settings.topic, kms_master_key_id=encryption.arn)
        SnsTopicPolicy(self, "topic-policy", arn=self.topic.arn, policy=document(_alarms_may_publish(settings)))
        self.queue = SqsQueue(
            self,
            "dead-letters",
            name=settings.dead_letters,
            message_retention_seconds=FOURTEEN_DAYS_S,
            kms_master_key_id=encryption.arn,
        )
        alarm(
            self,
            settings,
            settings.dead_letters,
            "AWS/SQS ApproximateNumberOfMessagesVisible",
            "An event or a load failed for good: `tap redrive` once its reason is mended.",
            {"QueueName": settings.dead_letters},
            construct="dead-letters",
            name="not-empty",
            statistic="Maximum",
        )

    def keep_events_of(self, function: PipelineFunction, scope: Construct, name: str) -> None:
        """An event that a function fails at three times rests in the queue, with the error and the request.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        """
        LambdaFunctionEventInvokeConfig(
            scope,
            f"{name}-failures",
            function_name=function.function.function_name,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=6 * 3600,
            destination_config=LambdaFunctionEventInvokeConfigDestinationConfig(
                on_failure=LambdaFunctionEventInvokeConfigDestinationConfigOnFailure(destination=self.queue.arn)
            ),
        )
        for metric, meaning in LOST.items():
            dimensions = {"FunctionName": function.name}
            alarm(function, self.settings, function.name, f"AWS/Lambda {metric}", meaning, dimensions)


def _alarms_may_publish(settings: Settings) -> dict[str, Any]:
    """The topic's policy replaces its default one; the roles have IAM policies of their own."""
    return {
        "Sid": "AlarmsOfThisAccount",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": settings.topic_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
