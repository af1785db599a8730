"""What a role is not there for: calls that reach beyond its environment, for the proof of its policies."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from deployer.policy_documents import policy_of, trust_of
from deployer.targets.targets import Target
from stack.settings import Settings

ANYBODY = trust_of(AWS="*")
Trespass = tuple[str, str, str, dict[str, Any]]  # what it would be; service, operation and input
BEYOND: Sequence[Trespass] = (  # what no boundary of the stack's roles allows
    ("a user", "iam", "create_user", {"UserName": "raised"}),
    ("a bucket", "s3", "delete_bucket", {"Bucket": "nobodys"}),
)


def trespasses(root: Target, settings: Settings, other: str) -> Sequence[Trespass]:
    """Calls that the deployer of one environment has no business with.

    `root` makes a key and an API of the environment `other`, which they are about; who asks, takes them away with it.
    """
    roles, trust = f"arn:aws:iam::{root.account_id}:role/", policy_of(ANYBODY)
    tags = _key_tags(other)
    key = root.client("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
    given = {"Project": "tap", "EnvironmentSuffix": other}
    api = root.client("apigateway").create_rest_api(name="theirs", tags=given)["id"]
    ours, load, theirs = settings.role("csv-validator"), settings.role("transaction-load"), f"x-{other}"
    function = {
        "FunctionName": settings.function("csv-validator"), "Runtime": "python3.11", "Handler": "a.b",
        "Code": {"ZipFile": b"x"},
    }  # fmt: skip
    machine = {"name": settings.state_machine, "definition": "{}"}
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    return (
        ("a role", "iam", "create_role", {"RoleName": theirs, "AssumeRolePolicyDocument": trust}),
        ("its policy", "iam", "put_role_policy", {"RoleName": theirs, "PolicyName": "p", "PolicyDocument": trust}),
        ("a managed policy", "iam", "attach_role_policy", {"RoleName": ours, "PolicyArn": everything}),
        ("a user", "iam", "create_user", {"UserName": f"x-{settings.environment_suffix}"}),
        ("their role to Lambda", "lambda", "create_function", {**function, "Role": roles + theirs}),
        ("the workflow's to Lambda", "lambda", "create_function", {**function, "Role": roles + load}),
        ("a function's to a workflow", "stepfunctions", "create_state_machine", {**machine, "roleArn": roles + ours}),
        ("a key without tags", "kms", "create_key", {}),
        ("a key with their tags", "kms", "create_key", {"Tags": tags}),
        ("their key's policy", "kms", "put_key_policy", {"KeyId": key, "Policy": trust}),
        ("their key's tags", "kms", "tag_resource", {"KeyId": key, "Tags": _key_tags(settings.environment_suffix)}),
        ("their key's end", "kms", "schedule_key_deletion", {"KeyId": key}),
        ("an API without tags", "apigateway", "create_rest_api", {"name": "x"}),
        ("their API", "apigateway", "delete_rest_api", {"restApiId": api}),
        ("their table", "dynamodb", "delete_table", {"TableName": f"transactions-{other}"}),
        ("our items", "dynamodb", "scan", {"TableName": settings.table}),
        ("their bucket", "s3", "delete_bucket", {"Bucket": f"transaction-csv-files-{other}"}),
        ("our files", "s3", "get_object", {"Bucket": settings.bucket, "Key": "incoming/transactions.csv"}),
        ("their state", "s3", "get_object", {"Bucket": settings.state_bucket, "Key": f"{other}/TapStack.tfstate"}),
        ("the state's bucket", "s3", "delete_bucket", {"Bucket": settings.state_bucket}),
    )


def escalations(settings: Settings) -> Sequence[Trespass]:
    """Calls by which the deployer of an environment whose roles have a boundary would get more than it allows."""
    ours, most = settings.role("csv-validator"), settings.permissions_boundary
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    made = {"RoleName": ours, "AssumeRolePolicyDocument": policy_of(ANYBODY)}
    anything = policy_of({"Effect": "Allow", "Action": "*", "Resource": "*"})
    return (
        ("a role without the boundary", "iam", "create_role", made),
        ("a role with another one", "iam", "create_role", {**made, "PermissionsBoundary": everything}),
        ("no boundary", "iam", "delete_role_permissions_boundary", {"RoleName": ours}),
        ("another boundary", "iam", "put_role_permissions_boundary", {
            "RoleName": ours, "PermissionsBoundary": everything}),
        ("all in the boundary", "iam", "create_policy_version", {
            "PolicyArn": most, "PolicyDocument": anything, "SetAsDefault": True}),
        ("an earlier boundary", "iam", "set_default_policy_version", {"PolicyArn": most, "VersionId": "v1"}),
        ("the boundary's end", "iam", "delete_policy", {"PolicyArn": most}),
    )  # fmt: skip


def unbounded(role: str) -> tuple[Trespass, Trespass, Trespass]:
    """What can be done to a role that has no boundary: something is added, attached, and at last taken away."""
    anything = policy_of({"Effect": "Allow", "Action": "*", "Resource": "*"})
    policy = {"RoleName": role, "PolicyName": "more"}
    everything = "arn:aws:iam::aws:policy/AdministratorAccess"
    return (
        ("its policy", "iam", "put_role_policy", {**policy, "PolicyDocument": anything}),
        ("a managed policy", "iam", "attach_role_policy", {"RoleName": role, "PolicyArn": everything}),
        ("less", "iam", "delete_role_policy", policy),
    )


def _key_tags(suffix: str) -> list[dict[str, str]]:
    return [{"TagKey": "Project", "TagValue": "tap"}, {"TagKey": "EnvironmentSuffix", "TagValue": suffix}]


def refused(caller: Target, trespass: Trespass) -> bool:
    """Whether IAM says no; any other answer, an error too, is none."""
    _, service, operation, given = trespass
    try:
        getattr(caller.client(service), operation)(**given)
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False
