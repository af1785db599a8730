"""TAP_IAM_4: what is open to everybody is read, filled or called by everybody.

A condition that names who calls, and a Deny that leaves only those, are honoured. The policy of a VPC endpoint is for
whoever is in that network; so is a file system that is mounted through a target in it.
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.conditions import CALLER, holds_to, is_denied_to_others, principals, where
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import Statement, listed, statements_in

OF_A_NETWORK = ("aws_vpc_endpoint", "aws_vpc_endpoint_policy")
ANY_REPOSITORY = {"*", "repo:*", "repo:*/*", "repo:*:*", "repo:*/*:*"}


class IamWorld(Rule):
    id = "TAP_IAM_4"
    title = "Nothing is open to the world"
    mend = "name the principals, or hold the statement to aws:PrincipalOrgID, aws:SourceArn or aws:SourceVpce"
    kinds = ("resource", "data")
    types = ("aws_*",)

    def judge(self, block: Block) -> Iterator[Offence]:
        values = block.values
        told = any(values.get(name) for name in ("source_account", "principal_org_id", "source_arn"))
        if block.type == "aws_lambda_permission" and values.get("principal") == "*" and not told:
            yield Offence("the permission lets everybody call the function", "CRITICAL")
        if block.type == "aws_lambda_function_url" and values.get("authorization_type") == "NONE":
            yield Offence("the function's URL asks nobody who they are")
        if block.type not in OF_A_NETWORK:
            yield from _policies(list(statements_in(values, block.type)))


def _policies(statements: list[Statement]) -> Iterator[Offence]:
    for one in statements:
        if not one.allows:
            continue
        if one.not_principal is not None:
            yield Offence(f"{where(one)} allows everybody but some (NotPrincipal)", "CRITICAL")
        elif "*" in principals(one.principal, "AWS") and not _is_held(one, statements):
            yield Offence(f"{where(one)} allows everybody {', '.join(one.actions[:3])}", "CRITICAL")
        for provider in principals(one.principal, "Federated"):
            yield from _federated(one, provider)


def _is_held(statement: Statement, statements: list[Statement]) -> bool:
    return holds_to(statement, CALLER) or _is_mounted(statement) or is_denied_to_others(statement, statements)


def _is_mounted(statement: Statement) -> bool:
    """https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html"""
    asked = statement.conditions.get("Bool")
    told = {name.lower(): value for name, value in asked.items()} if isinstance(asked, dict) else {}
    return str(told.get("elasticfilesystem:accessedviamounttarget")).lower() == "true"


def _federated(statement: Statement, provider: str) -> Iterator[Offence]:
    """Whoever has an account there, unless audience and subject are named."""
    held = {name.lower(): listed(value) for values in statement.conditions.values() if isinstance(values, dict)
            for name, value in values.items()}  # fmt: skip
    subjects = [str(one) for name, values in held.items() if name.endswith(":sub") for one in values]
    if not held:
        yield Offence(f"{where(statement)} trusts everybody whom {provider} knows", "CRITICAL")
    elif "token.actions.githubusercontent.com" in provider and (not subjects or ANY_REPOSITORY & set(subjects)):
        yield Offence(f"{where(statement)} trusts every repository on GitHub: no condition on :sub", "CRITICAL")
