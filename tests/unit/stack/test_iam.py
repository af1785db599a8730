"""Policies are plain, readable and narrow."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from stack.settings import Settings, SettingsError
from tests.unit.stack.reading import listed, role_policies, strings

# Actions that know no resources, by the service authorization reference.
NEED_ANY_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
}


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


def test_the_key_is_granted_by_its_alias(document: dict[str, Any]) -> None:
    """A key's id is not known before it exists, so the grant on `key/*` is bound to the alias."""
    grants = [s for each in role_policies(document).values() for s in each if "kms:Decrypt" in listed(s["Action"])]

    assert len(grants) == 5
    assert all(
        grant["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/transactions-unit"}}
        for grant in grants
    )


def test_no_environment_can_reach_another(synthesised: Callable[..., dict[str, Any]]) -> None:
    """Every ARN with a name in it ends with, or goes on below, a name of this environment."""
    named = {
        resource
        for statements in role_policies(synthesised(environment_suffix="pr1")).values()
        for statement in statements
        for resource in listed(statement["Resource"])
        if resource != "*" and not resource.endswith(":key/*")
    }

    assert named
    assert [arn for arn in named if not arn.endswith("-pr1") and not any(f"-pr1{c}" in arn for c in "/:")] == []


def test_policies_hold_nothing_that_only_a_deployment_knows(document: dict[str, Any]) -> None:
    """No policy refers to an attribute of a resource, so a plan shows all of them."""
    assert "${aws_" not in json.dumps(role_policies(document))


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
