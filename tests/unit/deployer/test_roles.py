"""What `tap policy` gives for the workflows of GitHub and for the stack's own roles: never more than they need."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from deployer.deploy.synthesis import stack_folder
from deployer.errors import SynthesisFailed, UsageError
from deployer.iam.policy import MANAGED_LIMIT, Document, Scope, cleanup_policies, nightly_policies, policies, size
from deployer.iam.roles import WORKS, boundary, documents, trust
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.resources.configuration import Configuration, Wanted, configuration_in
from deployer.settings import Settings
from pipeline.permissions import POLICIES

ACCOUNT = "1" * 12
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/most"
SETTINGS = Settings.load({}, environment_suffix="unit", aws_region="eu-west-1", state_bucket="states")
NAMED = {
    "s3": "arn:aws:s3:::transaction-csv-files-{}",
    "s3:object": "arn:aws:s3:::transaction-csv-files-{}/incoming/a.csv",
    "dynamodb": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/transactions-{{}}",
    "iam": f"arn:aws:iam::{ACCOUNT}:role/csv-validator-role-{{}}",
    "lambda": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:csv-validator-{{}}",
    "logs": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/csv-validator-{{}}:*",
    "cloudwatch": f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:transaction-dead-letters-{{}}-not-empty",
    "state": "arn:aws:s3:::states/{}/TapStack.tfstate",
    "lock": "arn:aws:s3:::states/{}/TapStack.tfstate.tflock",
    "ledger": "arn:aws:s3:::states/{}/TapStack.ledger.json",
}


@pytest.fixture(scope="module")
def scope() -> Scope:
    folder = stack_folder(SETTINGS, Paths.here())
    return Scope.of(
        configuration_in(folder, Identity.of("unit", Paths.here())),
        SETTINGS,
        partition="aws",
        account=ACCOUNT,
        clients=POLICIES,
    )


@pytest.fixture(scope="module")
def bounded(scope: Scope) -> Scope:
    return replace(scope, boundary=BOUNDARY)


def each(found: dict[str, Document]) -> Iterator[Document]:
    return (statement for document in found.values() for statement in document["Statement"])


def reached(found: dict[str, Document], suffix: str) -> set[str]:
    """What of an environment the names in the policies mean."""
    arns = {arn for statement in each(found) for arn in statement["Resource"] if arn != "*"}
    return {name for name, arn in NAMED.items() if any(fnmatchcase(arn.format(suffix), one) for one in arns)}


def on_roles(found: dict[str, Document], effect: str) -> dict[str, Any]:
    """Each action of IAM that is allowed or denied, and its condition."""
    return {
        action: statement.get("Condition")
        for statement in each(found)
        if statement["Effect"] == effect
        for action in statement["Action"]
        if action.startswith("iam:")
    }


@pytest.mark.parametrize("suffix", ["pr1", "pr7", "pr12", "pr1234"])
def test_a_cleanup_reaches_the_environment_of_a_pull_request(scope: Scope, suffix: str) -> None:
    """All that has its name, its state, its lock and its ledger."""
    assert reached(cleanup_policies(scope), suffix) == set(NAMED)


@pytest.mark.parametrize("suffix", ["prod", "pr", "pr-1", "preview", "dev", "unit", "it-abc", "x-pr1"])
def test_a_cleanup_reaches_no_other_environment(scope: Scope, suffix: str) -> None:
    """Neither by a name nor by a tag, whatever theirs begins with."""
    tags = [one["Condition"]["StringLike"] for one in each(cleanup_policies(scope)) if "Condition" in one]
    patterns = [pattern for held in tags for pattern in held["aws:ResourceTag/EnvironmentSuffix"]]

    assert reached(cleanup_policies(scope), suffix) == set()
    assert patterns
    assert [one for one in patterns if fnmatchcase(suffix, one)] == []


def test_who_cleans_up_makes_nothing(scope: Scope) -> None:
    """No role, no policy of one, nothing that is passed; it writes to end notifications and protection alone."""
    actions = {action for one in each(cleanup_policies(scope)) for action in one["Action"]}

    assert {one for one in actions if re.search(r":(Create|Put|Pass|Add|Attach|Tag|Set|Update)", one)} == {
        "s3:PutBucketNotification", "s3:PutBucketPolicy", "dynamodb:UpdateTable",
        "s3:PutObject",  # the lock
    }  # fmt: skip
    assert [one for one in each(cleanup_policies(scope)) if "s3:PutObject" in one["Action"]
            and any("incoming" in arn or "transaction-csv" in arn for arn in one["Resource"])] == []  # fmt: skip


def test_a_statement_that_is_too_large_is_cut(scope: Scope) -> None:
    """Each policy is below the limit with as many names as there are digits."""
    many = replace(scope, patterns=tuple(f"{'x' * 22}{number:02}" for number in range(60)))

    assert {
        name: size(one) for name, one in policies(many).items() if size(one) > MANAGED_LIMIT and "deploy" in name
    } == {}


def test_roles_are_made_and_changed_only_with_the_boundary(bounded: Scope) -> None:
    """Where one is named: it can be set, neither taken away nor changed, and nobody else's policy opens that again."""
    with_it = {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    without = {"StringNotEquals": {"iam:PermissionsBoundary": BOUNDARY}}
    for found in (policies(bounded), nightly_policies(bounded)):
        allowed, denied = on_roles(found, "Allow"), on_roles(found, "Deny")

        assert {action for action, condition in allowed.items() if condition == with_it} == {
            "iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary",
        }  # fmt: skip
        assert {action for action, condition in denied.items() if condition == without} == {
            "iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary",
        }  # fmt: skip
        assert {action for action, condition in denied.items() if condition is None} == {
            "iam:DeleteRolePermissionsBoundary", "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion",
            "iam:DeletePolicyVersion", "iam:DeletePolicy",
        }  # fmt: skip
        assert [one["Resource"] for one in each(found) if "iam:DeletePolicy" in one["Action"]] == [[BOUNDARY]]


def test_without_a_boundary_nobody_is_asked_for_one(scope: Scope) -> None:
    """A role is then made as before, and nothing is denied."""
    found = policies(scope)

    assert "iam:CreateRole" in on_roles(found, "Allow")
    assert "PermissionsBoundary" not in json.dumps(found)
    assert on_roles(found, "Deny") == {}


def test_the_boundary_is_what_the_stack_grants_its_roles(scope: Scope) -> None:
    """Each action of each role's policy, on the same resource under the same condition, and nothing else.

    Of keys, which have no name beforehand, the actions are the same.
    """
    known = {
        "${data.aws_partition.current.partition}": "aws", "${var.aws_region}": "eu-west-1",
        "${local.account_id}": ACCOUNT,
    }  # fmt: skip
    granted = set()
    for policy in scope.configuration.of_type("aws_iam_role_policy"):
        text = policy.arguments["policy"]
        for before, after in known.items():
            text = text.replace(before, after)
        granted |= set(grants(json.loads(text)))
    most = set(grants(boundary(scope)))

    assert unkeyed(most) == unkeyed(granted)
    assert {action for action, *_ in most} == {action for action, *_ in granted}
    assert len(granted) > 20


def unkeyed(found: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    return {one for one in found if not one[0].startswith("kms:")}


def grants(document: Document) -> Iterator[tuple[str, str, str]]:
    for one in document["Statement"]:
        listed = {key: [one[key]] if isinstance(one[key], str) else one[key] for key in ("Action", "Resource")}
        held = {
            operator: {key: [value] if isinstance(value, str) else value for key, value in asked.items()}
            for operator, asked in one.get("Condition", {}).items()
        }
        for action in listed["Action"]:
            for resource in listed["Resource"]:
                yield action, resource, json.dumps(held, sort_keys=True)


def test_of_keys_the_boundary_allows_what_services_do_for_a_role(scope: Scope) -> None:
    """A key has no name beforehand: any of the account, never by the role itself."""
    used = {"Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ["${aws_kms_key.own_1A.arn}"]}]}
    wanted = Wanted("p", "aws_iam_role_policy", {"policy": json.dumps(used)})
    found = boundary(replace(scope, configuration=Configuration({"p": wanted}, scope.configuration.identity, {})))

    assert list(grants(found)) == [(
        "kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*",
        json.dumps({"StringLike": {"kms:ViaService": ["*.eu-west-1.amazonaws.com*"]}}),
    )]  # fmt: skip


def test_the_boundary_has_room(scope: Scope) -> None:
    """Also with the longest suffix; and where it would not, it is refused with its size rather than cut."""
    wide = Wanted("p", "aws_iam_role_policy", {"policy": json.dumps({"Statement": [
        {"Effect": "Allow", "Action": f"s3:Get{number}", "Resource": "x" * 90 + str(number)} for number in range(60)
    ]})})  # fmt: skip
    configuration = Configuration({"p": wide}, scope.configuration.identity, {})

    assert size(boundary(replace(scope, patterns=("x" * 24,)))) <= MANAGED_LIMIT
    with pytest.raises(SynthesisFailed, match=f"characters, and a policy at most {MANAGED_LIMIT}"):
        boundary(replace(scope, configuration=configuration))


def test_a_boundary_that_can_not_be_told_is_refused(scope: Scope) -> None:
    """A reference to what only a deployment knows would bound nothing."""
    unknown = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${aws_s3_bucket.x.arn}"}]}
    wanted = Wanted("p", "aws_iam_role_policy", {"policy": json.dumps(unknown)})

    with pytest.raises(SynthesisFailed, match="can't be told"):
        boundary(replace(scope, configuration=Configuration({"p": wanted}, scope.configuration.identity, {})))


def test_a_nights_boundary_is_for_all_its_environments(scope: Scope) -> None:
    """Each name is a pattern, and an operator of equality one that knows patterns."""
    text = json.dumps(documents(scope, "nightly")["boundary-nightly"])

    assert "-unit" not in text
    assert "table/transactions-it-*" in text
    assert "StringEquals" not in text


@pytest.mark.parametrize("work", WORKS)
def test_a_role_trusts_one_environment_of_one_repository(scope: Scope, work: str) -> None:
    """By the exact subject and audience, without a pattern."""
    found = documents(replace(scope, repository="octo@1/tap@2"), work)[f"trust-{work}"]
    (statement,) = found["Statement"]
    host = "token.actions.githubusercontent.com"

    assert statement == {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{host}:aud": "sts.amazonaws.com",
                f"{host}:sub": f"repo:octo@1/tap@2:environment:{work}",
            }
        },
    }
    assert "*" not in json.dumps(trust(scope, work))


@pytest.mark.parametrize("work", WORKS)
def test_it_is_told_whom_a_role_trusts(scope: Scope, work: str) -> None:
    """The exact subject, as the trust policy has it, in the row of its environment."""
    (statement,) = trust(scope, work)["Statement"]
    subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]

    assert f"| `{work}` | `{subject}` |" in (Paths.here().root / "docs" / "ci.md").read_text()


@pytest.mark.parametrize("repository", ["octo/*", "*/tap", "octo", "octo/tap/x", "octo/tap:ref", "octo/tap\n", ""])
def test_a_repository_that_would_let_others_in_is_refused(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is printed for what is not one repository."""
    from deployer.commands.policy import policy

    with pytest.raises(UsageError, match="is no repository"):
        policy(repository=repository, region="eu-west-1")
    assert capsys.readouterr().out == ""


def test_a_role_has_room_for_all_policies_of_its_work(bounded: Scope) -> None:
    """Ten managed policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    works = (policies(bounded), nightly_policies(bounded), cleanup_policies(bounded))

    assert [names for names in map(list, works) if len(names) > 10] == []
