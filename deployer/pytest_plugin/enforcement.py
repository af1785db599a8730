"""Whether an AWS really evaluates policies: nothing that relies on it is worth anything where it does not."""

import secrets
from contextlib import suppress
from dataclasses import replace

from botocore.exceptions import ClientError

from deployer.aws_errors import says_refused
from deployer.errors import EnvironmentUnready
from deployer.policy_documents import policy_of, trust_of
from deployer.targets.targets import Credentials, Target

_GRANT = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}


def refused_without_grant(target: Target) -> bool:
    """Whether a role that may nothing is refused; and, so that the refusal means something, is not once it may.

    Makes a role of its own and removes it again.
    """
    iam, name = target.client("iam"), f"tap-probe-{secrets.token_hex(4)}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy_of(trust_of(AWS="*")))["Role"]["Arn"]
    try:
        caller = _assumed(target, arn)
        before = _may_list_queues(caller)
        iam.put_role_policy(RoleName=name, PolicyName="grant", PolicyDocument=policy_of(_GRANT))
        return not before and _may_list_queues(caller)
    finally:
        with suppress(ClientError):
            iam.delete_role_policy(RoleName=name, PolicyName="grant")
        iam.delete_role(RoleName=name)


def require_enforced(target: Target) -> None:
    """Raises EnvironmentUnready where an emulator that should enforce IAM does not. Of AWS itself nothing is asked."""
    if target.is_emulator and target.trait("iam_enforced") and not refused_without_grant(target):
        raise EnvironmentUnready(
            f"{target.name} does not enforce IAM, so that no missing grant would show",
            where=target.endpoint,
            remedy="start MiniStack with AUTH=true, or say in deployer/targets/targets.py that it does not",
        )


def _assumed(target: Target, arn: str) -> Target:
    keys = target.client("sts").assume_role(RoleArn=arn, RoleSessionName="probe")["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return replace(target, credentials=credentials, _clients={})


def _may_list_queues(caller: Target) -> bool:
    try:
        caller.client("sqs").list_queues()
    except ClientError as error:
        if says_refused(error):
            return False
        raise
    return True
