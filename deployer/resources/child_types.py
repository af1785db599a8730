"""What belongs to another resource: how to see whether it is there, and what Terraform imports it by. One row each.

Parts are never removed by themselves: they go with what they belong to, which is in resource_types.py.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from deployer.errors import AmbiguousMatch
from deployer.resources.resource import paged

# https://docs.aws.amazon.com/cli/latest/reference/sns/list-subscriptions-by-topic.html
UNCONFIRMED = "PendingConfirmation"  # stands in a subscription's ARN until its receiver has confirmed it
Argument = Callable[[str], str]  # the value of an argument of the resource, by its name
Client = Any


@dataclass(frozen=True)
class ChildType:
    """How one Terraform type is looked for.

    `imported_by`: its import id, with `{argument}` for an argument of the resource and `{id}` for the id that `look`
    answers. `look`: something true where it exists; its id where AWS chose one. That AWS knows no such thing, it may
    leave to the error that AWS answers.
    """

    service: str
    imported_by: str
    look: Callable[[Client, Argument], Any]


def _of_bucket(operation: str, answer: str) -> ChildType:
    """Part of a bucket: told by `operation`, there if the answer holds anything by the name `answer`."""
    return ChildType("s3", "{bucket}", lambda s3, of: getattr(s3, operation)(Bucket=of("bucket")).get(answer))


def _notified(s3: Client, of: Argument) -> bool:
    told = s3.get_bucket_notification_configuration(Bucket=of("bucket"))
    return any(name.endswith(("Configurations", "Configuration")) for name in told)


def _permission(lambda_: Client, of: Argument) -> bool:
    policy = json.loads(lambda_.get_policy(FunctionName=of("function_name"))["Policy"])
    return any(statement.get("Sid") == of("statement_id") for statement in policy["Statement"])


def _target(events: Client, of: Argument) -> bool:
    found = paged(events, "list_targets_by_rule", "Targets", Rule=of("rule"))
    return any(one["Id"] == of("target_id") for one in found)


def _resource(apigateway: Client, of: Argument) -> str | None:
    wanted = (of("parent_id"), of("path_part"))
    found = paged(apigateway, "get_resources", "items", restApiId=of("rest_api_id"))
    return next((one["id"] for one in found if (one.get("parentId"), one.get("pathPart")) == wanted), None)


def _validator(apigateway: Client, of: Argument) -> str | None:
    """Validators may share a name."""
    listed = paged(apigateway, "get_request_validators", "items", restApiId=of("rest_api_id"))
    found = [one["id"] for one in listed if one["name"] == of("name")]
    if len(found) > 1:
        raise AmbiguousMatch(
            f"the API has {len(found)} request validators named {of('name')}",
            where=of("rest_api_id"),
            remedy=f"keep one: `aws apigateway delete-request-validator --rest-api-id {of('rest_api_id')} "
            "--request-validator-id ID`",
            details=tuple(found),
        )
    return found[0] if found else None


def _stage(apigateway: Client, of: Argument) -> dict[str, Any]:
    stage: dict[str, Any] = apigateway.get_stage(restApiId=of("rest_api_id"), stageName=of("stage_name"))
    return stage


def _deployment(apigateway: Client, of: Argument) -> str | None:
    """The one that a stage serves; a snapshot that nothing serves is of no use to anybody."""
    served = {one["deploymentId"] for one in apigateway.get_stages(restApiId=of("rest_api_id"))["item"]}
    return served.pop() if len(served) == 1 else None


def _method_key(of: Argument) -> dict[str, str]:
    return {"restApiId": of("rest_api_id"), "resourceId": of("resource_id"), "httpMethod": of("http_method")}


def _subscription(sns: Client, of: Argument) -> str | None:
    """Of one that waits for its confirmation no ARN is told, so that Terraform subscribes it again: SNS then answers
    with the one that is there. https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    """
    listed = paged(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=of("topic_arn"))
    wanted = (of("protocol"), of("endpoint"))
    found = (one["SubscriptionArn"] for one in listed if (one["Protocol"], one["Endpoint"]) == wanted)
    return next((arn for arn in found if arn != UNCONFIRMED), None)


_OF_API = "{rest_api_id}/{id}"
_OF_METHOD = "{rest_api_id}/{resource_id}/{http_method}"

CHILD_TYPES: Mapping[str, ChildType] = {
    # Its `triggers` are known to the state alone, so an adopted one is made anew and the old snapshot goes; the stage
    # changes over without a gap.
    "aws_api_gateway_deployment": ChildType("apigateway", _OF_API, _deployment),
    "aws_api_gateway_integration": ChildType(
        "apigateway", _OF_METHOD, lambda api, of: api.get_integration(**_method_key(of))
    ),
    "aws_api_gateway_method": ChildType("apigateway", _OF_METHOD, lambda api, of: api.get_method(**_method_key(of))),
    "aws_api_gateway_method_settings": ChildType(
        "apigateway", "{rest_api_id}/{stage_name}/{method_path}",
        lambda api, of: of("method_path") in _stage(api, of).get("methodSettings", {}),
    ),
    "aws_api_gateway_request_validator": ChildType("apigateway", _OF_API, _validator),
    "aws_api_gateway_resource": ChildType("apigateway", _OF_API, _resource),
    "aws_api_gateway_stage": ChildType("apigateway", "{rest_api_id}/{stage_name}", _stage),
    "aws_cloudwatch_event_target": ChildType("events", "{rule}/{target_id}", _target),
    "aws_iam_role_policy": ChildType(
        "iam", "{role}:{name}", lambda iam, of: iam.get_role_policy(RoleName=of("role"), PolicyName=of("name"))
    ),
    "aws_lambda_function_event_invoke_config": ChildType(
        "lambda", "{function_name}",
        lambda lambda_, of: lambda_.get_function_event_invoke_config(FunctionName=of("function_name")),
    ),
    "aws_lambda_permission": ChildType("lambda", "{function_name}/{statement_id}", _permission),
    "aws_s3_bucket_lifecycle_configuration": _of_bucket("get_bucket_lifecycle_configuration", "Rules"),
    "aws_s3_bucket_notification": ChildType("s3", "{bucket}", _notified),
    "aws_s3_bucket_ownership_controls": _of_bucket("get_bucket_ownership_controls", "OwnershipControls"),
    "aws_s3_bucket_policy": _of_bucket("get_bucket_policy", "Policy"),
    "aws_s3_bucket_public_access_block": _of_bucket("get_public_access_block", "PublicAccessBlockConfiguration"),
    "aws_s3_bucket_server_side_encryption_configuration": _of_bucket(
        "get_bucket_encryption", "ServerSideEncryptionConfiguration"
    ),
    "aws_s3_bucket_versioning": _of_bucket("get_bucket_versioning", "Status"),
    "aws_sns_topic_policy": ChildType("sns", "{arn}", lambda sns, of: sns.get_topic_attributes(TopicArn=of("arn"))),
    "aws_sns_topic_subscription": ChildType("sns", "{id}", _subscription),
}  # fmt: skip
