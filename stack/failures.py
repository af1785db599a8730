"""Where what went wrong becomes known and rests: a topic that tells people, and a queue of events to redrive."""

from typing import Any

from constructs import Construct

from stack.bindings import CloudwatchMetricAlarm, SnsTopic, SnsTopicPolicy, SqsQueue
from stack.encryption import Encryption
from stack.identity import document
from stack.settings import ACCOUNT, Settings

FOURTEEN_DAYS_S = 14 * 24 * 3600  # the longest SQS keeps a message


class Failures(Construct):
    """SNS for news of each load, SQS for failed events, and an alarm as soon as one rests there."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, encryption: Encryption) -> None:
        super().__init__(scope, construct_id)
        self.topic = SnsTopic(self, "topic", name=settings.topic, kms_master_key_id=encryption.arn)
        SnsTopicPolicy(self, "topic-policy", arn=self.topic.arn, policy=document(_alarms_may_publish(settings)))
        self.queue = SqsQueue(
            self,
            "dead-letters",
            name=settings.dead_letters,
            message_retention_seconds=FOURTEEN_DAYS_S,
            kms_master_key_id=encryption.arn,
        )
        CloudwatchMetricAlarm(
            self,
            "dead-letters-alarm",
            alarm_name=f"{settings.dead_letters}-not-empty",
            alarm_description="An event or a load failed for good: `tap redrive` once its reason is mended.",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": settings.dead_letters},
            statistic="Maximum",
            period=60,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            treat_missing_data="notBreaching",
            alarm_actions=[settings.topic_arn],
            ok_actions=[settings.topic_arn],
        )


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
