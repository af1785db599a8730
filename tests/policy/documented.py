"""Terraform with the policies that AWS documents for its services. Called by the tests.

Documentation writes a region, an account and names in italics. Here a region and an account are what they would be in
Terraform, references; names stay as they are.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.policy.escalation import TABLE, Document, Resources, hcl, text

FOLDER = TABLE.parent
ADDRESSES = "https://docs.aws.amazon.com/"
REFERENCES = {
    "REGION": "${data.aws_region.current.region}",
    "ACCOUNT": "${data.aws_caller_identity.current.account_id}",
    "PARTNER": "${var.partner}",
    "EXTERNAL": "${var.external_id}",
}
_OIDC = {"federated": "sts:AssumeRoleWithWebIdentity"}


@dataclass(frozen=True)
class Documented:
    """One policy, where it is documented, and which rules rightly find something in it, and why."""

    address: str
    at: str
    resources: Resources
    found: dict[str, str] = field(default_factory=dict)


def documented() -> list[Documented]:
    """All of the tables."""
    return [*map(_trust, _read("trusts")), *map(_of_resource, _read("resources")), *map(_of_role, _read("roles"))]


def lay_out_documented(folder: Path) -> None:
    """A configuration for each: what is beside it may matter."""
    for one in documented():
        (folder / one.address).mkdir(parents=True)
        (folder / one.address / "main.tf").write_text(
            f'variable "partner" {{}}\nvariable "external_id" {{}}\n{hcl(one.resources)}'
        )


def _read(name: str) -> list[Document]:
    return yaml.safe_load((FOLDER / f"documented_{name}.yaml").read_text())


def _trust(one: Document) -> Documented:
    kind = next(name for name in ("trust", "federated", "aws") if name in one)
    principal = {{"trust": "Service", "federated": "Federated", "aws": "AWS"}[kind]: one[kind]}
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": one.get("action", _OIDC.get(kind, "sts:AssumeRole")),
    }
    condition = {"Condition": one["if"]} if "if" in one else {}
    return _made(one, "aws_iam_role", {"assume_role_policy": _text([{**statement, **condition}])})


def _of_resource(one: Document) -> Documented:
    attribute = {
        "aws_cloudwatch_log_resource_policy": "policy_document", "aws_cloudwatch_log_destination_policy":
        "access_policy",
    }.get(one["of"], "policy")  # fmt: skip
    return _made(one, one["of"], {attribute: _text(one["policy"])})


def _of_role(one: Document) -> Documented:
    return _made(one, "aws_iam_policy", {"policy": _text([{"Effect": "Allow", **each} for each in one["policy"]])})


def _made(one: Document, kind: str, values: Document) -> Documented:
    resources = {kind: {one["name"]: values}}
    return Documented(f"{kind}.{one['name']}", ADDRESSES + one["at"], resources, one.get("found", {}))


def _text(statements: list[Document]) -> str:
    return text(*(_referring(one) for one in statements))


def _referring(node: Any) -> Any:
    if isinstance(node, dict):
        return {_referring(name): _referring(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_referring(one) for one in node]
    for name, reference in REFERENCES.items() if isinstance(node, str) else ():
        node = node.replace(name, reference)
    return node
