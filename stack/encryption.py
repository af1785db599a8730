"""The one key that encrypts everything the pipeline keeps: files, table, queue, topic, logs, environment variables."""

from typing import Any

from constructs import Construct

from stack.bindings import KmsAlias, KmsKey
from stack.identity import allow, document
from stack.settings import ACCOUNT, DNS_SUFFIX, PARTITION, REGION, Settings


class Encryption(Construct):
    """A customer managed key with yearly rotation, and its alias."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        self.key = KmsKey(
            self,
            "key",
            description=f"Encrypts the transaction pipeline {settings.environment_suffix}",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=document(*_key_policy(settings)),
        )
        KmsAlias(self, "alias", name=settings.key_alias, target_key_id=self.key.key_id)

    @property
    def arn(self) -> str:
        return self.key.arn

    def use(self, *actions: str) -> dict[str, Any]:
        """A statement that allows `actions` with the key, by its ARN.

        Not by its alias: what an alias allows may take five minutes to count, and the first files come before.
        https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
        """
        return allow(actions, self.arn)


def _key_policy(settings: Settings) -> list[dict[str, Any]]:
    """The account's IAM policies decide, and the services that act without a role get what they need, for us only.

    Logs: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    Alarms to an encrypted topic: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    groups = [settings.log_group_arn(name) for name in settings.log_groups]
    return [
        {
            "Sid": "AccountDecidesByIam",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:{PARTITION}:iam::{ACCOUNT}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "LogsOfThisPipeline",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{REGION}.{DNS_SUFFIX}"},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
            "Resource": "*",
            "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": groups}},
        },
        {
            "Sid": "AlarmsToTheTopic",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        },
    ]
