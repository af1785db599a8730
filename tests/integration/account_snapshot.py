"""Everything that an account holds, asked of every service by every listing that needs no argument.

Knows nothing of Tap: what the deployer overlooks is seen here. An account's census is compared with an earlier one of
the same account, since some of what a service lists is its own.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from deployer.targets.targets import Target

# where Tap puts things, and where a service might by itself
SERVICES = (
    "apigateway", "apigatewayv2", "cloudformation", "cloudwatch", "dynamodb", "dynamodbstreams", "ecr", "events",
    "firehose", "iam", "kinesis", "kms", "lambda", "logs", "pipes", "resource-groups", "s3", "scheduler",
    "secretsmanager", "sns", "sqs", "ssm", "stepfunctions",
)  # fmt: skip
_ASKED = ("List", "Describe", "Get")
_NOT_THINGS = {
    "GetAuthorizationToken",  # another one each time
    "DescribeAlarmHistory",  # kept for a month after the alarm
    "ListMetrics",  # told for two weeks after the last value; nothing removes them
}  # fmt: skip

Census = dict[str, list[str]]


def census(target: Target, services: tuple[str, ...] = SERVICES) -> Census:
    """What each listing holds, as sorted JSON texts; keys that KMS only keeps until their deletion are gone."""
    asked = [service for service in services if service not in target.trait("unusable")]
    with ThreadPoolExecutor(8) as pool:
        found = dict(pool.map(lambda service: (service, _of_service(target, service)), asked))
    return {f"{service}.{name}": rows for service, of in found.items() for name, rows in sorted(of.items())}


def changed(before: Census, after: Census) -> dict[str, tuple[list[str], list[str]]]:
    """What only the earlier census holds and what only the later one, by listing; nothing where they agree."""
    pairs = {name: (before.get(name, []), after.get(name, [])) for name in before.keys() | after.keys()}
    return {
        name: ([row for row in old if row not in new], [row for row in new if row not in old])
        for name, (old, new) in pairs.items()
        if old != new
    }


def _of_service(target: Target, service: str) -> dict[str, list[str]]:
    client = target.client(service)
    found = {}
    for method, operation in sorted(client.meta.method_to_api_mapping.items()):
        shape = client.meta.service_model.operation_model(operation).input_shape
        required = shape.required_members if shape else []
        if operation.startswith(_ASKED) and operation not in _NOT_THINGS and not required:
            try:
                answer = getattr(client, method)()
            except ClientError:
                continue  # this emulator does not know it
            rows = [row for value in answer.values() if isinstance(value, list) for row in value]
            found[operation] = sorted(
                json.dumps(row, sort_keys=True, default=str) for row in rows if _stays(client, row)
            )
    return found


def _stays(client: Any, row: Any) -> bool:
    if client.meta.service_model.service_name != "kms" or not isinstance(row, dict) or "KeyArn" not in row:
        return True
    return client.describe_key(KeyId=row["KeyId"])["KeyMetadata"]["KeyState"] != "PendingDeletion"
