"""TAP_IAM_3: a service that acts for others does so for us alone, or anybody's resource makes it use our permission.

The confused deputy: a condition on aws:SourceArn or aws:SourceAccount says for whom. A role of a service that runs our
own code is bound to it by iam:PassRole, which passes nothing on to other accounts, and so is one of a service for which
AWS documents no condition; there, a missing condition is told where the other roles have one.
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.conditions import FOR_WHOM, holds_to, principals, where
from deployer.compliance.rule_api.links import is_open, of_kind, unknown
from deployer.compliance.rule_api.rule import Block, Offence, Rule, once_a_document
from deployer.policy_documents import Statement, statements_in

BOUND = {
    "ec2", "lambda", "edgelambda", "ecs-tasks", "ecs", "eks", "eks-fargate-pods", "pods.eks", "eks-nodegroup", "batch",
    "spotfleet", "elasticmapreduce", "sagemaker", "build.apprunner", "tasks.apprunner",
    "s3", "batchoperations.s3", "apigateway", "cloudtrail", "codepipeline",
}  # fmt: skip


class IamDeputy(Rule):
    id = "TAP_IAM_3"
    title = "A service may act for this account's resources only"
    mend = "add a Condition: StringEquals aws:SourceAccount, and ArnLike aws:SourceArn (source_arn of a permission)"
    types = ("aws_*",)

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.type == "aws_lambda_permission":
            yield from _permission(block)
            return
        for statement in statements_in(block.values, block.type):
            if statement.allows and not holds_to(statement, FOR_WHOM):
                for service in principals(statement.principal, "Service"):
                    if not (block.is_written and is_open(service)) and not _is_bound(block, statement, service):
                        yield Offence(f"{where(statement)} lets {service} act for anybody", "MEDIUM")


def _permission(block: Block) -> Iterator[Offence]:
    principal = str(block.values.get("principal") or "")
    told = ("source_arn", "source_account", "principal_org_id")
    if ".amazonaws." in principal and not any(block.values.get(name) or unknown(block, name) for name in told):
        yield Offence(
            f"the permission lets {principal} call for anybody: no source_arn and no source_account", "MEDIUM"
        )


def _is_bound(block: Block, statement: Statement, service: str) -> bool:
    """Whether the role is bound to a resource by iam:PassRole, and no role beside it is more careful."""
    if "assume_role_policy" not in statement.path or _short(service) not in BOUND:
        return False
    return service not in _careful(block, block.type)


@once_a_document
def _careful(block: Block, kind: str) -> set[str]:
    """The services that some role of a `kind` beside the block trusts with a condition."""
    policies = [{"assume_role_policy": one.get("assume_role_policy")} for _, one in of_kind(block, kind)]
    trusts = [one for policy in policies for one in statements_in(policy) if holds_to(one, FOR_WHOM)]
    return {service for one in trusts for service in principals(one.principal, "Service")}


def _short(service: str) -> str:
    return service.lower().partition(".amazonaws.")[0]
