"""Ways to spoil the stack, each of which a rule of ours must notice, in the synthesised JSON and in the plan."""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Document = dict[str, Any]
BACKEND = "terraform.backend"
PROVIDER = "provider.aws"


@dataclass(frozen=True)
class Mutation:
    """`spoil` changes the values of the first block of a `type`, for which the `rule` must then fail."""

    name: str
    rule: str
    type: str
    spoil: Callable[[Document], object]
    planned: bool = True  # False for what a plan has not got, or knows after apply only
    written: bool = True  # False for what only a plan shows


def in_policy(change: Callable[[Document], object], attribute: str = "policy") -> Callable[[Document], None]:
    """Change the first statement of a policy that is a JSON string."""

    def spoil(values: Document) -> None:
        policy = json.loads(values[attribute])
        change(policy["Statement"][0])
        values[attribute] = json.dumps(policy)

    return spoil


def in_text(attribute: str, old: str, new: str) -> Callable[[Document], None]:
    """Put `new` in front of the first `old`, which must be there."""

    def spoil(values: Document) -> None:
        assert old in values[attribute]
        values[attribute] = values[attribute].replace(old, new + old, 1)

    return spoil


def known_later(plan: Document, address: str, attribute: str) -> None:
    """As if the attribute referred to something that AWS makes up."""
    (change,) = [one["change"] for one in plan["resource_changes"] if one["address"] == address]
    change["after_unknown"][attribute] = True


def in_environment(values: Document) -> None:
    environment = values["environment"]
    (environment[0] if isinstance(environment, list) else environment)["variables"]["HOME_REGION"] = "eu-west-1"


REGION, IAM, LAMBDA, LOCK = "TAP_REGION_1", "TAP_IAM_1", "TAP_LAMBDA_1", "TAP_BACKEND_1"
ROLE_POLICY, FUNCTION = "aws_iam_role_policy", "aws_lambda_function"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:q"
CHINESE_LOGS = "logs.cn-north-1.amazonaws.com.cn"

MUTATIONS = (
    Mutation("region in a policy's ARN", REGION, ROLE_POLICY, in_policy(lambda one: one.update(Resource=[QUEUE]))),
    Mutation("region in a trust policy", REGION, "aws_iam_role",
             in_policy(lambda one: one["Condition"].update(ArnLike={"aws:SourceArn": QUEUE}), "assume_role_policy")),
    Mutation("region in a service principal", REGION, "aws_kms_key",
             in_policy(lambda one: one.update(Principal={"Service": CHINESE_LOGS}, Action="kms:Decrypt"))),
    Mutation("region in an environment variable", REGION, FUNCTION, in_environment),
    Mutation("region in the state machine", REGION, "aws_sfn_state_machine",
             in_text("definition", "lambda:invoke", "sqs.us-gov-west-1."), planned=False),
    Mutation("region in an alarm's action", REGION, "aws_cloudwatch_metric_alarm",
             lambda values: values.update(alarm_actions=[QUEUE])),
    Mutation("a policy that is known after apply", "TAP_UNREADABLE_1", ROLE_POLICY,
             lambda values: values.pop("policy"), written=False),
    Mutation("region in an integration", REGION, "aws_api_gateway_integration",
             lambda values: values.update(uri="arn:aws:apigateway:ap-southeast-2:lambda:path/functions/f/invocations")),
    Mutation("region of the provider", REGION, PROVIDER,
             lambda values: values.update(region="eu-west-1"), planned=False),
    Mutation("every action of a service", IAM, ROLE_POLICY,
             in_policy(lambda one: one.update(Action="s3:*", Resource="*"))),
    Mutation("every action", IAM, ROLE_POLICY, in_policy(lambda one: one.update(Action="*"))),
    Mutation("actions by a pattern", IAM, ROLE_POLICY, in_policy(lambda one: one.update(Action=["s3:Put*"]))),
    Mutation("all actions but some", IAM, ROLE_POLICY,
             in_policy(lambda one: (one.pop("Action"), one.update(NotAction="iam:*")))),
    Mutation("every resource", IAM, ROLE_POLICY,
             in_policy(lambda one: one.update(Action=["dynamodb:PutItem"], Resource="*"))),
    Mutation("every role passed on", IAM, ROLE_POLICY,
             in_policy(lambda one: one.update(Action="iam:PassRole", Resource="arn:aws:iam::123456789012:role/*"))),
    Mutation("every key, without the condition", IAM, ROLE_POLICY, in_policy(
        lambda one: one.update(Action="kms:Decrypt", Resource="arn:aws:kms:${var.aws_region}:123456789012:key/*"))),
    Mutation("every action on the key, for a role", IAM, "aws_kms_key", in_policy(
        lambda one: one.update(Principal={"AWS": "arn:aws:iam::123456789012:role/r"}))),
    Mutation("a function from an image", LAMBDA, FUNCTION,
             lambda values: values.update(package_type="Image", image_uri="registry/image:1")),
    Mutation("a function without a runtime", LAMBDA, FUNCTION, lambda values: values.update(runtime=None)),
    Mutation("a table that locks the state", LOCK, BACKEND,
             lambda values: values["s3"].update(dynamodb_table="locks"), planned=False),
    Mutation("a state without a lock", LOCK, BACKEND, lambda values: values["s3"].pop("use_lockfile"), planned=False),
)  # fmt: skip


def spoiled(document: Document, mutation: Mutation) -> tuple[Document, str]:
    """The configuration with the mutation, and the address of the block that was spoiled.

    Of the resources only those of its type are left: enough to see that no other is found, at a tenth of the time.
    """
    document = copy.deepcopy(document)
    document["resource"] = {kind: all_ for kind, all_ in document["resource"].items() if kind == mutation.type}
    if mutation.type == BACKEND:
        mutation.spoil(document["terraform"]["backend"])
        return document, BACKEND
    if mutation.type == PROVIDER:
        mutation.spoil(document["provider"]["aws"][0])
        return document, PROVIDER
    name, values = min(document["resource"][mutation.type].items())
    mutation.spoil(values)
    return document, f"{mutation.type}.{name}"


def spoiled_plan(plan: Document, mutation: Mutation) -> tuple[Document, str]:
    """The plan with the mutation, and the address of the resource that was spoiled."""
    plan = copy.deepcopy(plan)
    module = plan["planned_values"]["root_module"]
    module["resources"] = [one for one in module["resources"] if one["type"] == mutation.type]
    resource = min(module["resources"], key=lambda one: one["address"])
    mutation.spoil(resource["values"])
    if not mutation.written:
        known_later(plan, resource["address"], "policy")
    return plan, resource["address"]


def folder_of(mutation: Mutation) -> str:
    return mutation.name.replace(" ", "-").replace("'", "").replace(",", "")


def lay_out_mutants(document: Document, plan: Document, folder: Path) -> None:
    """Each mutant, as JSON and where it has one as a plan, in a folder of its own."""
    for mutation in MUTATIONS:
        target = folder / folder_of(mutation)
        target.mkdir(parents=True, exist_ok=True)
        if mutation.written:
            (target / "cdk.tf.json").write_text(json.dumps(spoiled(document, mutation)[0], indent=2))
        if mutation.planned:
            (target / "plan.json").write_text(json.dumps(spoiled_plan(plan, mutation)[0]))
