"""TAP_IAM_1: a permission names its actions and, where the action can be scoped, its resources.

A Deny takes away, and may be wide. A condition that names the resource in another way (an alias, a tag, an account)
scopes it as well. In a resource's own policy `*` means that resource, and part of a name followed by `*` is the form
that AWS itself gives for a service (`kms:GenerateDataKey*`).
"""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.conditions import is_anybody, where
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.compliance.rule_api.scopes import is_scopable, is_unscoped, only_lists
from deployer.policy_documents import Statement, listed, statements_in

NARROWING = (
    "aws:resourcetag/", "aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "kms:resourcealiases",
    "kms:encryptioncontext:", "dynamodb:leadingkeys", "s3:resourceaccount", "ecs:cluster", "iam:resourcetag/",
    "ec2:resourcetag/", "secretsmanager:resourcetag/", "ssm:resourcetag/", "cloudformation:stackname",
    "kms:viaservice", "aws:requesttag/", "ec2:createaction", "ec2:vpc", "ec2:subnet", "ec2:instanceprofile",
    "autoscaling:resourcetag/", "rds:db-tag/", "iam:passedtoservice", "iam:awsservicename", "iam:permissionsboundary",
    "iam:policyarn", "elasticloadbalancing:resourcetag/", "lambda:functionarn", "ses:fromaddress",
)  # fmt: skip
POSITIVE = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")
OF_AWS = ("kms:generatedatakey*", "kms:reencrypt*")  # what documentation gives for a key's use, for roles too
OWN_ACCOUNT = ":root"  # the key policy by which AWS lets the account's IAM decide


class IamScope(Rule):
    id = "TAP_IAM_1"
    title = "A permission names its actions and its resources"
    mend = "list the actions the code calls, and the ARNs built from names; what needs another scope, in a condition"
    kinds = ("resource", "data")

    def judge(self, block: Block) -> Iterator[Offence]:
        for statement in statements_in(block.values, block.type):
            if statement.allows:
                yield from _actions(statement)
                if not statement.is_of_a_resource:
                    yield from _resources(statement)


def _actions(statement: Statement) -> Iterator[Offence]:
    if statement.not_actions:
        yield Offence(f"{where(statement)} allows all actions but some (NotAction)", "CRITICAL")
    if statement.not_resources:
        yield Offence(f"{where(statement)} allows all resources but some (NotResource)", "CRITICAL")
    for action in statement.actions:
        if action == "*" or (action.endswith(":*") and not _is_left_to_the_account(statement)):
            yield Offence(f"{where(statement)} allows the wildcard action {action}", "CRITICAL")
        elif set("*?") & set(action.removesuffix(":*")) and not (
                statement.is_of_a_resource or action.lower() in OF_AWS):  # fmt: skip
            yield Offence(f"{where(statement)} allows the wildcard action {action}", "MEDIUM")


def _resources(statement: Statement) -> Iterator[Offence]:
    if narrows(statement.conditions):
        return
    for resource, shown in zip(statement.resources, statement.written, strict=True):
        if is_unscoped(resource):
            scopable = [
                one for one in statement.actions if is_scopable(one) and not (resource != "*" and only_lists(one))
            ]
            for action in scopable:
                yield Offence(f"{where(statement)} allows {action} on {shown}, though it can be scoped")


def narrows(conditions: dict[str, Any]) -> bool:
    """Whether a condition names the resource. One that also holds where the key is absent does not."""
    for operator, keys in conditions.items():
        bare = operator.lower().split(":")[-1]
        for key, values in keys.items():
            told = {str(one).lower() for one in listed(values)}
            if bare == "null":
                holds = told == {"false"}
            else:
                holds = (
                    bare in POSITIVE
                    and "forallvalues" not in operator.lower()
                    and not any(one == "" or is_anybody(one) for one in told)
                )
            if holds and key.lower().startswith(NARROWING):
                return True
    return False


def _is_left_to_the_account(statement: Statement) -> bool:
    principals = statement.principal.get("AWS") if isinstance(statement.principal, dict) else None
    return bool(principals) and all(str(one).endswith(OWN_ACCOUNT) for one in listed(principals))
