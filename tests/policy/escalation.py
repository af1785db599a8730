"""Terraform for each way to more permissions, in each form that a configuration may have. Called by the tests."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Document = dict[str, Any]
Resources = dict[str, dict[str, Document]]
TABLE = Path(__file__).parent / "data" / "paths.yaml"


@dataclass(frozen=True)
class Way:
    """One way: the first action on every resource, with the others."""

    actions: tuple[str, ...]
    catalogued: tuple[str, ...]

    @property
    def name(self) -> str:
        return re.sub(r"\W", "_", "-".join(self.actions))


def ways() -> list[Way]:
    """All of the table."""
    return [Way(tuple(one["actions"]), tuple(one["in"])) for one in yaml.safe_load(TABLE.read_text())]


def allow(actions: Any, resource: Any = "*", **more: Any) -> Document:
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def text(*statements: Document) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def whole(way: Way) -> Resources:
    """One policy of one role."""
    return {"aws_iam_role_policy": {way.name: {"role": "r", "policy": text(allow(list(way.actions)))}}}


def patterns(way: Way) -> Resources:
    """Each action by the beginning of its name."""
    cut = [f"{action[:-2]}*" for action in way.actions]
    return {"aws_iam_policy": {way.name: {"policy": text(*map(allow, cut))}}}


def arns(way: Way) -> Resources:
    """Every resource by an ARN that names none."""
    resources = [f"arn:aws:{action.partition(':')[0]}:*:*:*" for action in way.actions]
    given = [allow(action, resource) for action, resource in zip(way.actions, resources, strict=True)]
    return {"aws_iam_group_policy": {way.name: {"group": "g", "policy": text(*given)}}}


def all_but(way: Way) -> Resources:
    """What is not named is allowed."""
    statement = {"Effect": "Allow", "NotAction": ["aws-portal:*", "organizations:*"], "Resource": "*"}
    return {"aws_iam_user_policy": {way.name: {"user": "u", "policy": text(statement)}}}


def split(way: Way) -> Resources:
    """A policy for each action, inline and attached, of one role."""
    role = {way.name: {"name": f"split-{way.name}"}}
    policies = {
        f"{way.name}_{at}": {"policy": text(allow(action))} for at, action in enumerate(way.actions) if at % 2 == 0
    }
    inline = {f"{way.name}_{at}": {"role": f"${{aws_iam_role.{way.name}.id}}", "policy": text(allow(action))}
              for at, action in enumerate(way.actions) if at % 2}  # fmt: skip
    attached = {
        name: {"role": f"split-{way.name}", "policy_arn": f"${{aws_iam_policy.{name}.arn}}"} for name in policies
    }
    return {"aws_iam_role": role, "aws_iam_policy": policies, "aws_iam_role_policy": inline,
            "aws_iam_role_policy_attachment": attached}  # fmt: skip


def by_group(way: Way) -> Resources:
    """The first by the user's own policy, the others by its group's."""
    first, *others = way.actions
    user, group = f"${{aws_iam_user.{way.name}.name}}", f"${{aws_iam_group.{way.name}.name}}"
    return {
        "aws_iam_user": {way.name: {"name": f"user-{way.name}"}},
        "aws_iam_group": {way.name: {"name": f"group-{way.name}"}},
        "aws_iam_group_membership": {way.name: {"name": "m", "users": [user], "group": group}},
        "aws_iam_user_policy": {way.name: {"user": user, "policy": text(allow(first))}},
        "aws_iam_group_policy": {way.name: {"group": group, "policy": text(allow(others or "s3:ListAllMyBuckets"))}},
    }


def named(way: Way) -> Resources:
    """No way: each on a resource that is named."""
    given = [allow(action, f"arn:aws:{action.partition(':')[0]}:*:*:thing/orders") for action in way.actions]
    return {"aws_iam_role_policy": {way.name: {"role": "r", "policy": text(*given)}}}


def denied(way: Way) -> Resources:
    """No way: another policy of the role denies it."""
    role = f"${{aws_iam_role.{way.name}.name}}"
    deny = {"Effect": "Deny", "Action": list(way.actions), "Resource": "*"}
    return {
        "aws_iam_role": {way.name: {"name": f"denied-{way.name}"}},
        "aws_iam_role_policy": {
            way.name: {"role": role, "policy": text(allow(way.actions[0]))},
            f"{way.name}_others": {"role": role, "policy": text(*map(allow, way.actions[1:]), deny)},
        },
    }


def bounded(way: Way) -> Resources:
    """No way: a condition says for what."""
    condition = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"} if way.actions[0] == "iam:PassRole"
                 else {"aws:ResourceTag/team": "orders"}}  # fmt: skip
    policy = text(
        allow(way.actions[0], Condition=condition), *[allow(one, "arn:aws:s3:::b") for one in way.actions[1:]]
    )
    return {"aws_iam_role_policy": {way.name: {"role": "r", "policy": policy}}}


FORMS: dict[str, Callable[[Way], Resources]] = {
    "whole": whole, "patterns": patterns, "arns": arns, "all_but": all_but, "split": split, "by_group": by_group,
}  # fmt: skip
NO_WAY: dict[str, Callable[[Way], Resources]] = {"named": named, "denied": denied, "bounded": bounded}


def lay_out_ways(folder: Path) -> None:
    """A configuration for each form, with all ways in it."""
    for form, made in {**FORMS, **NO_WAY}.items():
        (folder / form).mkdir(parents=True)
        (folder / form / "main.tf").write_text("\n".join(hcl(made(way)) for way in ways()))


def hcl(resources: Resources) -> str:
    """As people write it, policies by `jsonencode`: Checkov reads no policy that is a string of JSON."""
    return "\n".join(
        f'resource "{kind}" "{name}" {{\n{_arguments(values)}}}\n'
        for kind, named_ones in resources.items() for name, values in named_ones.items()
    )  # fmt: skip


def _arguments(values: Document) -> str:
    return "".join(f"  {name} = {_value(name, value)}\n" for name, value in values.items())


def _value(name: str, value: Any) -> str:
    return f"jsonencode({value})" if "policy" in name and name != "policy_arn" else json.dumps(value)
