"""TAP_IAM_2: who may write permissions, pass any role on, or change what runs as another role, may do everything.

By the paths that Rhino Security Labs lists. Named resources, permission boundaries and conditions on the service that
a role is passed to are honoured; all actions of a service are TAP_IAM_1's to tell.
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.conditions import covers, holds_to
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.compliance.rule_api.scopes import is_unscoped
from deployer.policy_documents import Statement, statements_in

ALONE = (
    "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreateAccessKey", "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile", "iam:AttachUserPolicy", "iam:AttachGroupPolicy", "iam:AttachRolePolicy",
    "iam:PutUserPolicy", "iam:PutGroupPolicy", "iam:PutRolePolicy", "iam:AddUserToGroup",
    "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary", "sts:AssumeRole",
    "lambda:UpdateFunctionCode", "glue:UpdateDevEndpoint", "codestar:CreateProject",
)  # fmt: skip
WITH_A_ROLE = (
    "ec2:RunInstances", "ec2:AssociateIamInstanceProfile", "lambda:CreateFunction", "glue:CreateDevEndpoint",
    "glue:CreateJob", "glue:UpdateJob", "cloudformation:CreateStack", "cloudformation:UpdateStack",
    "cloudformation:SetStackPolicy", "datapipeline:CreatePipeline", "ecs:RunTask", "ecs:RegisterTaskDefinition",
    "ecs:CreateService", "sagemaker:CreateNotebookInstance", "sagemaker:CreateTrainingJob", "codebuild:CreateProject",
    "codebuild:UpdateProject", "states:CreateStateMachine", "states:UpdateStateMachine", "batch:RegisterJobDefinition",
    "autoscaling:CreateLaunchConfiguration", "ssm:StartAutomationExecution", "scheduler:CreateSchedule",
)  # fmt: skip
HONOURED = (
    "iam:permissionsboundary", "iam:policyarn", "iam:passedtoservice", "iam:associatedresourcearn",
    "iam:resourcetag/", "aws:resourcetag/", "aws:resourceaccount", "aws:resourceorgid", "aws:principaltag/",
)  # fmt: skip


class IamEscalation(Rule):
    id = "TAP_IAM_2"
    title = "Nobody can raise their own permissions"
    mend = "name the roles and policies, or hold it to iam:PassedToService, iam:PermissionsBoundary or a tag"
    kinds = ("resource", "data")

    def judge(self, block: Block) -> Iterator[Offence]:
        allowed = [one for one in statements_in(block.values, block.type) if one.allows and not one.is_of_a_resource]
        for statement in filter(_is_wide, allowed):
            for action in ALONE:
                if _gives(statement, action):
                    yield Offence(f"{statement.path} allows {action} on every resource: a way to more", "CRITICAL")
            if _gives(statement, "iam:PassRole"):
                makers = [action for action in WITH_A_ROLE if any(_gives(one, action) for one in allowed)]
                for action in makers:
                    yield Offence(f"{statement.path} allows iam:PassRole of every role, and {action}", "CRITICAL")


def _is_wide(statement: Statement) -> bool:
    unscoped = any(map(is_unscoped, statement.resources)) or bool(statement.not_resources)
    return unscoped and not holds_to(statement, HONOURED)


def _gives(statement: Statement, action: str) -> bool:
    """All actions of a service are not named here again."""
    return any(covers(one, action) for one in statement.actions if one != "*" and not one.endswith(":*"))
