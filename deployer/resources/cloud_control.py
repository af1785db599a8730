"""What no table has a row for, as AWS itself knows it: found by its tags, removed by the Cloud Control API.

Emulators have neither (`cloud_control` in deployer/targets/targets.py). What is particular to the two:

- The listing has what carries or carried tags, so nothing untagged; of one region; and for a while what is gone:
  https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
- Cloud Control names a type as CloudFormation does, and a thing by the type's primary identifier, mostly its ARN or
  what the ARN ends with; it works with the caller's own permissions:
  https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-identifier.html
  https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/security.html

So a type is taken from the ARN, where CloudFormation has one of that service and name; and a thing is removed only
where Cloud Control finds it by its ARN, with this environment's tags. The rest is told.
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from deployer.aws_errors import code_of, says_absent
from deployer.resources.resource import AwsResource, paged, plain_tags
from deployer.resources.stateless import STATELESS
from deployer.targets.targets import Target

# Of these, service and kind as in an ARN, a table has a row.
LISTED = frozenset(
    (
        *("apigateway:restapis", "cloudwatch:alarm", "dynamodb:table", "events:rule", "iam:role", "kms:alias"),
        *("kms:key", "lambda:function", "logs:log-group", "s3:", "sns:", "sqs:", "states:stateMachine"),
    )
)
_WAIT = {"Delay": 5, "MaxAttempts": 240}  # 20 minutes; a database takes ten
_UNREACHABLE = "Cloud Control has no type for it; remove it by hand"
_UNSEEN = "Cloud Control does not find it by its ARN: it is gone, and listed for a while yet, or to be removed by hand"
_OTHERS = "its tags, as Cloud Control tells them, are not this environment's"


def tagged(target: Target, identity: Mapping[str, str]) -> Iterator[AwsResource]:
    """All in the target's region that carries these tags and that no table has a row for."""
    filters = [{"Key": name, "Values": [value]} for name, value in identity.items()]
    tagging = target.client("resourcegroupstaggingapi")
    for one in paged(tagging, "get_resources", "ResourceTagMappingList", TagFilters=filters):
        service, kind, name = _parts(one["ResourceARN"])
        if f"{service}:{kind}" not in LISTED:
            yield AwsResource(
                f"{service}:{kind}", name, one["ResourceARN"], one["ResourceARN"], plain_tags(one["Tags"])
            )


def may_hold_data(thing: AwsResource) -> bool:
    """Whether it has to be taken for data: its Terraform type can only be guessed from the ARN."""
    service, kind, _ = _parts(thing.arn)
    names = {f"{service}_{kind}", kind if service == "ec2" else ""}
    return STATELESS.isdisjoint(f"aws_{name.replace('-', '_')}" for name in names)


def types(target: Target) -> dict[str, str]:
    """The names of the types that Cloud Control can remove, by service and kind run together, as `ec2vpc`."""
    listed = (
        one["TypeName"]
        for provisioning in ("FULLY_MUTABLE", "IMMUTABLE")
        for one in paged(
            target.client("cloudformation"), "list_types", "TypeSummaries", Type="RESOURCE", Visibility="PUBLIC",
            ProvisioningType=provisioning, DeprecatedStatus="LIVE", Filters={"Category": "AWS_TYPES"},
        )
    )  # fmt: skip
    return {_plain(*name.split("::")[1:]): name for name in listed}


def remove(target: Target, thing: AwsResource, identity: Mapping[str, str], known: Mapping[str, str]) -> str:
    """Remove it, and wait until it is gone; or why it is left. `known` is what `types` answers."""
    service, kind, name = _parts(thing.arn)
    if not (type_ := known.get(_plain(service, kind))):
        return _UNREACHABLE
    control = target.client("cloudcontrol")
    try:
        for identifier in (thing.arn, name):
            if (properties := _described(control, type_, identifier)) is not None:
                ours = identity.items() <= plain_tags(properties.get("Tags")).items()
                return _removed(control, type_, identifier) if ours else _OTHERS
    except ClientError as error:
        return str(error)
    return _UNSEEN


def _described(control: Any, type_: str, identifier: str) -> dict[str, Any] | None:
    """None where there is none by this identifier, or the type's identifiers do not look so."""
    try:
        found = control.get_resource(TypeName=type_, Identifier=identifier)["ResourceDescription"]
    except ClientError as error:
        if says_absent(error) or code_of(error) in ("ValidationException", "InvalidRequestException"):
            return None
        raise
    properties: dict[str, Any] = json.loads(found["Properties"])
    return properties


def _removed(control: Any, type_: str, identifier: str) -> str:
    asked = control.delete_resource(TypeName=type_, Identifier=identifier, ClientToken=str(uuid.uuid4()))
    try:
        control.get_waiter("resource_request_success").wait(
            RequestToken=asked["ProgressEvent"]["RequestToken"], WaiterConfig=_WAIT
        )
    except WaiterError as error:
        last: Any = error.last_response
        told = last.get("ProgressEvent", {})
        return str(told.get("StatusMessage") or told.get("ErrorCode") or error)
    return ""


def _parts(arn: str) -> tuple[str, str, str]:
    """Service, kind and name: `ec2`, `vpc`, `vpc-1`. The kind is blank where the ARN has none.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    service, rest = arn.split(":", 5)[2], arn.split(":", 5)[5].lstrip("/")
    kind, name = re.findall(r"^(?:([^:/]*)[:/])?(.*)", rest)[0]
    return service, kind, name


def _plain(*names: str) -> str:
    return re.sub(r"[^a-z0-9]", "", "".join(names).lower())
