"""What `tap policy` gives beside policies: the boundary of the roles that are deployed, and whom a role trusts."""

import json
import re

from deployer.errors import SynthesisFailed
from deployer.iam.policy import (
    MANAGED_LIMIT,
    Document,
    Granted,
    Scope,
    cleanup_policies,
    document,
    merged,
    nightly_policies,
    of_night,
    policies,
    size,
)
from deployer.policy_documents import listed

WORKS = ("deploy", "nightly", "cleanup")  # each is also the name of the GitHub environment whose jobs may do it
GITHUB = "token.actions.githubusercontent.com"
_KEY = re.compile(r"\$\{aws_kms_key\.\w+\.arn\}")
# How a stack refers to where it is: by the data sources of the provider, or by the variables that Tap gives.
_PARTITION = re.compile(r"\$\{data\.aws_partition\.[\w-]+\.(?:partition|id)\}")
_REGION = re.compile(r"\$\{(?:var\.aws_region|data\.aws_region\.[\w-]+\.(?:region|name|id))\}")
_ACCOUNT = re.compile(r"\$\{(?:(?:var|local)\.account_id|data\.aws_caller_identity\.[\w-]+\.(?:account_id|id))\}")


def documents(scope: Scope, work: str) -> dict[str, Document]:
    """All that is needed for one of WORKS: its policies, the boundary of what it deploys, and whom its role trusts."""
    trusted = {f"trust-{work}": trust(scope, work)}
    if work == "cleanup":
        return {**cleanup_policies(scope), **trusted}
    if work == "nightly":
        return {**nightly_policies(scope), "boundary-nightly": boundary(of_night(scope)), **trusted}
    bounds = {"boundary": boundary(scope)} if any(scope.configuration.of_type("aws_iam_role")) else {}
    return {**policies(scope), **bounds, **trusted}


def boundary(scope: Scope) -> Document:
    """The most that any role of the stack may do, whatever its own policy says: what the stack grants all of them.

    Raises:
        SynthesisFailed: it is larger than a policy may be, or names what can't be told from here.
    """
    granted = []
    for policy in scope.configuration.of_type("aws_iam_role_policy"):
        for one in json.loads(_known(scope, str(policy.arguments["policy"])))["Statement"]:
            if one["Effect"] == "Allow":
                granted.append(_widened(scope, one))
    most = document(merged(granted))
    if size(most) > MANAGED_LIMIT:
        raise SynthesisFailed(
            f"the boundary has {size(most)} characters, and a policy at most {MANAGED_LIMIT}",
            remedy="grant the stack's roles less, or in fewer statements",
        )
    return most


def trust(scope: Scope, environment: str) -> Document:
    """Who may take a role: jobs of one GitHub environment of one repository, by the exact subject of their tokens.

    https://docs.github.com/en/actions/reference/security/oidc#filtering-for-a-specific-environment
    """
    provider = f"arn:{scope.partition}:iam::{scope.account}:oidc-provider/{GITHUB}"
    subject = f"repo:{scope.repository}:environment:{environment}"
    statement = {
        "Effect": "Allow", "Principal": {"Federated": provider}, "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": subject}},
    }  # fmt: skip
    return document([statement])


def _widened(scope: Scope, statement: Document) -> Granted:
    """A statement of the stack's own, for the environments of each pattern.

    The key has no name before it exists, and what its tags allow may take five minutes to count. So every key may be
    used, but only by a service on the role's behalf, which uses it for what the rest of the boundary names.
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
    """

    def each(value: str | list[str]) -> list[str]:
        return [_put(scope, one, pattern) for one in listed(value) for pattern in scope.patterns]

    condition = {
        operator.replace("StringEquals", "StringLike"): {key: each(value) for key, value in held.items()}
        for operator, held in statement.get("Condition", {}).items()
    }
    text = json.dumps(statement["Resource"])
    if _KEY.search(text):
        condition.setdefault("StringLike", {})["kms:ViaService"] = [f"*.{scope.region}.amazonaws.com*"]
    resources = _KEY.sub(f"arn:{scope.partition}:kms:{scope.region}:{scope.account}:key/*", text)
    return each(statement["Action"]), each(json.loads(resources)), condition


def _known(scope: Scope, text: str) -> str:
    """A policy of the stack with what a deployment alone knows. Raises SynthesisFailed where more is unknown."""
    for reference, known in ((_PARTITION, scope.partition), (_REGION, scope.region), (_ACCOUNT, scope.account)):
        text = reference.sub(known, text)
    if "${" in _KEY.sub("", text):
        raise SynthesisFailed(
            "a role of the stack is granted what can't be told before it is deployed",
            details=(text,),
            remedy="write its name, as the resource has it, in place of the reference",
        )
    return text


def _put(scope: Scope, text: str, pattern: str) -> str:
    """An ARN or a name as the pattern has it: the suffix ends a name, before what lies below the resource."""
    return re.sub(rf"-{scope.suffix}(?=$|[/:*])", f"-{pattern}", text, count=1)
