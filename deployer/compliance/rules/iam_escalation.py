"""TAP_IAM_2: who may write permissions, pass any role on, or change what runs as another role, may do everything.

By the paths that Rhino Security Labs, Bishop Fox and Datadog list. All that a role, user or group has counts together,
whichever policy gives it. Named resources, permission boundaries and conditions on the service that a role is passed to
are honoured, unless the name is one's own; so is what is denied everywhere. All actions of a service are TAP_IAM_1's to
tell, unless they complete a path.
https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation
https://github.com/BishopFox/iam-vulnerable
https://pathfinding.cloud/paths
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.conditions import covers, holds_to
from deployer.compliance.rule_api.grants import bearers_of, beside, gives, grants
from deployer.compliance.rule_api.names import Resource, known_as, pattern, resources
from deployer.compliance.rule_api.patterns import meet
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.compliance.rule_api.scopes import is_unscoped
from deployer.few import few
from deployer.policy_documents import Statement, statements_in

OF_A_POLICY = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
OF_A_ROLE = (
    "iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
)  # fmt: skip
OF_A_USER = (
    "iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary",
)  # fmt: skip
OF_A_GROUP = ("iam:AttachGroupPolicy", "iam:PutGroupPolicy", "iam:AddUserToGroup")
ALONE = (
    *OF_A_POLICY, *OF_A_ROLE, *OF_A_USER, *OF_A_GROUP, "iam:CreateAccessKey", "iam:CreateLoginProfile",
    "iam:UpdateLoginProfile", "sts:AssumeRole", "sso:AttachManagedPolicyToPermissionSet", "sso:CreateAccountAssignment",
    "sso:PutInlinePolicyToPermissionSet", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
    "glue:UpdateDevEndpoint", "cloudformation:UpdateStack", "codebuild:StartBuild", "codebuild:StartBuildBatch",
    "codedeploy:CreateDeployment", "codestar:CreateProjectFromTemplate", "apprunner:UpdateService", "ssm:SendCommand",
    "ssm:StartSession", "ecs:ExecuteCommand", "ec2-instance-connect:SendSSHPublicKey",
    "ec2-instance-connect:SendSerialConsoleSSHPublicKey", "sagemaker:CreatePresignedNotebookInstanceUrl",
    "eks:AssociateAccessPolicy", "cognito-identity:SetIdentityPoolRoles",
)  # fmt: skip
# the first on every resource, the others on any
TOGETHER = (
    ("cloudformation:ExecuteChangeSet", "cloudformation:CreateChangeSet"),
    ("codestar:CreateProject", "codestar:AssociateTeamMember"),
    ("ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances"),
    ("ec2:ModifyLaunchTemplate", "ec2:CreateLaunchTemplateVersion"),
    ("sagemaker:UpdateNotebookInstance", "sagemaker:CreateNotebookInstanceLifecycleConfig"),
    ("bedrock-agentcore:InvokeCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession"),
)
WITH_A_ROLE = (
    "airflow:CreateEnvironment", "apprunner:CreateService", "autoscaling:CreateLaunchConfiguration",
    "batch:RegisterJobDefinition", "bedrock-agentcore:CreateCodeInterpreter", "braket:CreateJob",
    "cloudformation:CreateStack", "cloudformation:CreateStackSet", "cloudformation:SetStackPolicy",
    "cloudformation:UpdateStack", "cloudformation:UpdateStackSet", "codebuild:CreateProject", "codebuild:UpdateProject",
    "codepipeline:CreatePipeline", "codestar:CreateProject", "datapipeline:CreatePipeline",
    "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation", "ec2:RequestSpotInstances",
    "ec2:RunInstances", "ecs:CreateService", "ecs:RegisterTaskDefinition", "ecs:RunTask", "ecs:StartTask",
    "eks:CreatePodIdentityAssociation", "elasticbeanstalk:CreateEnvironment", "elasticmapreduce:RunJobFlow",
    "emr-serverless:StartJobRun", "gamelift:CreateFleet", "glue:CreateDevEndpoint", "glue:CreateJob",
    "glue:CreateSession", "glue:UpdateJob", "imagebuilder:CreateInfrastructureConfiguration",
    "kinesisanalytics:CreateApplication", "lambda:CreateFunction", "omics:StartRun", "pipes:CreatePipe",
    "sagemaker:CreateNotebookInstance", "sagemaker:CreateProcessingJob", "sagemaker:CreateTrainingJob",
    "scheduler:CreateSchedule", "ssm:StartAutomationExecution", "states:CreateStateMachine",
    "states:UpdateStateMachine",
)  # fmt: skip
SHOWN = 3  # of what makes something run with a role
HONOURED = (
    "iam:permissionsboundary", "iam:policyarn", "iam:passedtoservice", "iam:associatedresourcearn",
    "iam:resourcetag/", "aws:resourcetag/", "aws:resourceaccount", "aws:resourceorgid", "aws:principaltag/",
    "ssm:resourcetag/", "ec2:resourcetag/",
)  # fmt: skip


class IamEscalation(Rule):
    id = "TAP_IAM_2"
    title = "Nobody can raise their own permissions"
    mend = "name the roles and policies, or hold it to iam:PassedToService, iam:PermissionsBoundary or a tag"
    kinds = ("resource", "data")

    def judge(self, block: Block) -> Iterator[Offence]:
        own = [one for one in statements_in(block.values, block.type) if not one.is_of_a_resource]
        if not own:
            return
        everything = [*own, *beside(block)]
        denied = [one for one in everything if not one.allows and not one.conditions and "*" in one.resources]
        allowed = [one for one in everything if one.allows]
        for statement in (one for one in own if one.allows and not holds_to(one, HONOURED)):
            for action, told in _ways(block, statement, allowed):
                if not any(gives(one, action) for one in denied):
                    yield Offence(f"{statement.path} allows {told}", "CRITICAL")


def _ways(block: Block, statement: Statement, allowed: list[Statement]) -> Iterator[tuple[str, str]]:
    """The paths that a statement opens: its action, and what is told of it."""
    if not any(map(is_unscoped, statement.resources)) and not statement.not_resources:
        yield from ((action, f"{action} on {owner}, which has it") for action, owner in _to_itself(block, statement))
        return
    for action in ALONE:
        if _names(statement, action):
            yield action, f"{action} on every resource: a way to more"
    for action, *others in TOGETHER:
        if _names(statement, action) and all(any(gives(one, other) for one in allowed) for other in others):
            yield action, f"{' with '.join((action, *others))} on every resource: a way to more"
    makers = [action for action in WITH_A_ROLE if any(gives(one, action) for one in allowed)]
    if makers and _names(statement, "iam:PassRole"):
        yield "iam:PassRole", f"iam:PassRole of every role, and {few(makers, SHOWN)}"


def _names(statement: Statement, action: str) -> bool:
    """All actions of a service are not named here again."""
    return any(covers(one, action) for one in statement.actions if one != "*" and not one.endswith(":*"))


def _to_itself(block: Block, statement: Statement) -> Iterator[tuple[str, str]]:
    """Actions by which who has the statement changes what they have, with the address of it."""
    for owner in _owned(block) if any(_names(statement, action) for action in ALONE) else ():
        for action in {"policy": OF_A_POLICY, "role": OF_A_ROLE, "user": OF_A_USER, "group": OF_A_GROUP}[
                owner.type.removeprefix("aws_iam_")]:  # fmt: skip
            if _names(statement, action) and any(_is_called(owner, text, pattern(block, text, owner.type))
                                                 for text in statement.written):  # fmt: skip
                yield action, owner.address


def _owned(block: Block) -> list[Resource]:
    """Those who have the block's statements, and the policies that they have them by."""
    given = grants(block)
    addresses = {
        address for bearer in bearers_of(block) for address in (bearer, *(one.address for one in given[bearer]))
    }
    return [one for kind in ("role", "user", "group", "policy") for one in resources(block).get(f"aws_iam_{kind}", ())
            if one.address in addresses]  # fmt: skip


def _is_called(owner: Resource, text: str, what: str) -> bool:
    """Whether a resource of a statement is the owner; a policy of AWS's own is nobody's to change."""
    path = str(owner.values.get("path") or "/").strip("/")
    names = [name for one in known_as(owner) for name in (one, f"{path}/{one}".lstrip("/"))]
    return ":iam::aws:" not in text and any(meet(what, name) for name in names)
