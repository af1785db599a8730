"""Who may do what: policy documents as plain JSON, and roles that one service assumes for one resource of ours."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from constructs import Construct

from stack.bindings import IamRole, IamRolePolicy
from stack.settings import ACCOUNT, Settings

Statement = Mapping[str, Any]


def document(*statements: Statement) -> str:
    """A policy of these statements, as JSON that a reader of the synthesised file can read."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(actions: str | Sequence[str], resources: str | Sequence[str], **condition: Any) -> dict[str, Any]:
    """One Allow statement; `Condition=...` may narrow it."""
    return {
        "Effect": "Allow",
        "Action": [actions] if isinstance(actions, str) else list(actions),
        "Resource": [resources] if isinstance(resources, str) else list(resources),
        **condition,
    }


# X-Ray knows no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
TRACING = allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")


def telling_absence(settings: Settings) -> dict[str, Any]:
    """For who reads what may not be there: S3 says 404 to who may list the bucket, and 403 to others.

    Without a condition on `s3:prefix`, which a read does not have.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    return allow("s3:ListBucket", settings.bucket_arn)


def objects(settings: Settings, *prefixes: str) -> list[str]:
    """The ARNs of all objects below prefixes of the bucket, as transactions/layout.py names them."""
    return [f"{settings.bucket_arn}/{prefix}*" for prefix in prefixes]


class ServiceRole(Construct):
    """A role that one service may assume, on behalf of one resource of this account, with one inline policy.

    Args:
        source_arn: the resource; more than one where the service names it in several forms.
        boundary: the ARN of the policy that bounds what the role may, whatever its own says; blank: none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        service: str,
        source_arn: str | Sequence[str],
        boundary: str,
        statements: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": source_arn},
            },
        }
        self.role = IamRole(
            self, "role", name=name, assume_role_policy=document(trust), permissions_boundary=boundary or None
        )
        self.policy = IamRolePolicy(
            self,
            "policy",
            name=f"{name}-policy",
            role=self.role.name,
            policy=document(*statements),
        )
