"""Policies are plain, readable and narrow."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from stack.settings import FUNCTIONS, Settings, SettingsError
from tests.unit.stack.reading import listed, role_policies, strings

# Actions that know no resources, by the service authorization reference.
NEED_ANY_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}
# What AWS lists beside those of the same service for a state machine that writes logs:
# https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
ON_THE_LOG_GROUP = {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_every_role_has_one_inline_policy_of_plain_json(document: dict[str, Any]) -> None:
    """A reader of the synthesised file sees each action and ARN; nothing hides in a function call or document."""
    policies = role_policies(document)

    assert len(policies) == 5
    assert "aws_iam_policy_document" not in document["data"]
    assert not [text for text in strings(policies) if "jsonencode" in text]


def test_no_action_is_a_wildcard(document: dict[str, Any]) -> None:
    """Each action is spelled out."""
    actions = [action for each in role_policies(document).values() for s in each for action in listed(s["Action"])]

    assert actions
    assert [action for action in actions if "*" in action] == []


def test_any_resource_only_where_the_action_knows_none(document: dict[str, Any]) -> None:
    """`*` stands only for actions that AWS can't narrow."""
    wide = [
        action
        for statements in role_policies(document).values()
        for statement in statements
        if "*" in listed(statement["Resource"])
        for action in listed(statement["Action"])
    ]

    assert set(wide) == NEED_ANY_RESOURCE


def test_the_state_machine_may_do_all_that_its_logs_take(document: dict[str, Any]) -> None:
    """All ten actions that AWS lists, of which no emulator asks any; on its own log group where they know one."""
    statements = role_policies(document)["transaction-load-role-unit-policy"]
    found = {action: listed(s["Resource"]) for s in statements for action in listed(s["Action"])}
    logs = {action: on for action, on in found.items() if action.startswith("logs:")}

    assert set(logs) == {one for one in NEED_ANY_RESOURCE if one.startswith("logs:")} | ON_THE_LOG_GROUP
    assert len(logs) == 10
    assert all(
        re.fullmatch(r".*:log-group:/aws/vendedlogs/states/transaction-load-unit:\*", arn)
        for action in ON_THE_LOG_GROUP
        for arn in logs[action]
    )


def test_a_map_may_describe_and_stop_what_it_starts(document: dict[str, Any]) -> None:
    """By the form of its executions that AWS documents, and by that of its children's names.

    https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
    """
    statements = role_policies(document)["transaction-load-role-unit-policy"]
    (statement,) = [s for s in statements if "states:DescribeExecution" in listed(s["Action"])]

    assert set(listed(statement["Action"])) == {"states:DescribeExecution", "states:StopExecution"}
    assert [arn.rpartition(":execution:")[2] for arn in listed(statement["Resource"])] == [
        "transaction-load-unit:*",
        "transaction-load-unit/*",
    ]


def test_no_wildcard_where_a_name_is_known(document: dict[str, Any]) -> None:
    """Buckets, tables, queues, topics, functions and machines are named in full; only what lies below them is open."""
    open_ended = {
        resource
        for statements in role_policies(document).values()
        for statement in statements
        for resource in listed(statement["Resource"])
        if "*" in resource[:-1]
    }

    assert open_ended == set()


def test_the_key_is_granted_by_its_arn(document: dict[str, Any]) -> None:
    """What an alias or a tag allows may take five minutes to count, in which the first files of an environment come.

    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    (key,) = document["resource"]["aws_kms_key"]
    statements = [s for each in role_policies(document).values() for s in each]
    grants = [s for s in statements if any(action.startswith("kms:") for action in listed(s["Action"]))]

    assert len(grants) == 5
    assert [(grant["Resource"], grant.get("Condition")) for grant in grants] == [
        ([f"${{aws_kms_key.{key}.arn}}"], None)
    ] * 5
    assert "kms:ResourceAliases" not in json.dumps(statements)


def test_only_the_state_machine_asks_for_sampling(document: dict[str, Any]) -> None:
    """Step Functions decides itself what to trace; a function is told. https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html"""
    asking = {
        name for name, each in role_policies(document).items() for s in each if "xray:GetSamplingRules" in s["Action"]
    }

    assert asking == {"transaction-load-role-unit-policy"}


def test_who_must_tell_absent_from_denied_may_list_the_bucket(document: dict[str, Any]) -> None:
    """The four functions, without a condition: a read has no prefix, and without the grant S3 answers 403 for both.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    listing = {
        name: (s["Resource"], s.get("Condition"))
        for name, each in role_policies(document).items()
        for s in each
        if "s3:ListBucket" in listed(s["Action"])
    }

    assert sorted(listing) == sorted(f"{name}-role-unit-policy" for name in FUNCTIONS)
    assert all(on[0].endswith(":s3:::transaction-csv-files-unit") and not held for on, held in listing.values())


def test_no_environment_can_reach_another(synthesised: Callable[..., dict[str, Any]]) -> None:
    """Every ARN with a name in it ends with, or goes on below, a name of this environment."""
    named = {
        resource
        for statements in role_policies(synthesised(environment_suffix="pr1")).values()
        for statement in statements
        for resource in listed(statement["Resource"])
        if resource != "*" and not resource.startswith("${aws_kms_key.")
    }

    assert named
    assert [arn for arn in named if not arn.endswith("-pr1") and not any(f"-pr1{c}" in arn for c in "/:")] == []


def test_of_what_only_a_deployment_knows_policies_hold_the_keys_arn_alone(document: dict[str, Any]) -> None:
    """A plan shows all the rest; the gate reads such a policy with a word in the ARN's place."""
    known_later = set(re.findall(r"\$\{aws_[^}]*\}", json.dumps(role_policies(document))))
    (key,) = document["resource"]["aws_kms_key"]

    assert known_later == {f"${{aws_kms_key.{key}.arn}}"}


def test_every_role_has_the_boundary_that_is_named(synthesised: Callable[..., dict[str, Any]]) -> None:
    """All of them, and none where none is named."""
    arn = "arn:aws:iam::123456789012:policy/tap-boundary"
    bounded = synthesised(permissions_boundary=arn)["resource"]["aws_iam_role"]
    free = synthesised()["resource"]["aws_iam_role"]

    assert {role["permissions_boundary"] for role in bounded.values()} == {arn}
    assert [name for name, role in free.items() if "permissions_boundary" in role] == []


@pytest.mark.parametrize("arn", ["tap-boundary", "arn:aws:iam::1:policy/x", "arn:aws:iam::123456789012:role/x", "*"])
def test_a_boundary_that_is_no_policy_is_refused(arn: str) -> None:
    """Before anything is synthesised."""
    with pytest.raises(SettingsError, match="TAP_PERMISSIONS_BOUNDARY"):
        Settings.load(permissions_boundary=arn)
