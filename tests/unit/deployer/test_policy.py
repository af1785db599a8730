"""The policies of `tap policy`: complete for the stack, narrowed to its names, and small enough for IAM."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from deployer.errors import SynthesisFailed
from deployer.iam.permissions import DEPLOYING
from deployer.iam.policy import (
    MANAGED_LIMIT,
    NIGHTLY,
    Document,
    Scope,
    cleanup_policies,
    nightly_policies,
    policies,
    size,
)
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.resources.configuration import SUBSCRIPTION, Configuration, Wanted, configuration_of
from pipeline.permissions import POLICIES
from stack.settings import Settings

ROOT = Path(__file__).parents[3]
ACCOUNT = "1" * 12
SETTINGS = Settings.load({}, environment_suffix="unit", aws_region="eu-west-1", state_bucket="states")
NOTIFYING = replace(SETTINGS, notify_email=("ann@example.org",))  # the stack with all that settings may add to it
IDENTITY = Identity.of("unit", Paths.here())
# Actions that AWS scopes to nothing, or that look for what is ours among all there is.
LISTS = re.compile(r"\w+:(List|Describe)\w+|states:ValidateStateMachineDefinition|kms:CreateKey|tag:GetResources")


@pytest.fixture(scope="module")
def scope(synthesised_stack: Document) -> Scope:
    return Scope.of(
        configuration_of(synthesised_stack, IDENTITY), SETTINGS, partition="aws", account=ACCOUNT, clients=POLICIES
    )


@pytest.fixture(scope="module")
def synthesised_stack() -> Document:
    return synthesised(SETTINGS)


@pytest.fixture(scope="module")
def whole_stack() -> Document:
    return synthesised(NOTIFYING)


def synthesised(settings: Settings) -> Document:
    from deployer.deploy.synthesis import stack_folder

    folder = stack_folder(settings, Paths.here())
    document: Document = json.loads((folder / "cdk.tf.json").read_text())
    return document


def granted(documents: dict[str, Document], effect: str = "Allow") -> Iterator[tuple[str, str, Document]]:
    """Action, resource and condition of each grant, or of each denial."""
    for document in documents.values():
        for statement in (one for one in document["Statement"] if one["Effect"] == effect):
            for action in statement["Action"]:
                for resource in statement["Resource"]:
                    yield action, resource, statement.get("Condition", {})


def test_each_type_of_the_stack_has_its_row_and_no_other(whole_stack: Document) -> None:
    """A resource that comes or goes takes what a deployer needs for it with it."""
    assert set(DEPLOYING) == set(whole_stack["resource"])


def test_who_subscribes_somebody_may_do_so_at_our_topic_alone(scope: Scope, whole_stack: Document) -> None:
    """Asked for where the stack has subscriptions; no address is in the policy. Two actions have no resource in IAM."""
    configuration = configuration_of(whole_stack, IDENTITY)
    others = {address: one for address, one in configuration.wanted.items() if one.type != SUBSCRIPTION}
    notifying = replace(scope, configuration=configuration)
    silent = replace(scope, configuration=replace(configuration, wanted=others))
    more = set(_plain(policies(notifying))) - set(_plain(policies(silent)))
    topic = f"arn:aws:sns:eu-west-1:{ACCOUNT}:{SETTINGS.topic}"

    assert more == {
        ("sns:Subscribe", topic), ("sns:ListSubscriptionsByTopic", topic),
        ("sns:GetSubscriptionAttributes", "*"), ("sns:Unsubscribe", "*"),
    }  # fmt: skip
    assert "example.org" not in json.dumps(policies(notifying))


def _plain(documents: dict[str, Document]) -> Iterator[tuple[str, str]]:
    return ((action, resource) for action, resource, _ in granted(documents))


def test_a_type_without_a_row_is_named_and_what_needs_no_permission_is_not_asked(synthesised_stack: Document) -> None:
    """A policy that lacks what a resource needs is never printed; what is in the state alone needs nothing of AWS."""
    added = {"aws_vpc": {"v": {}}, "aws_db_instance": {"d": {}}, "random_pet": {"p": {}}}
    document = {**synthesised_stack, "resource": {**synthesised_stack["resource"], **added}}
    wider = Scope.of(configuration_of(document, IDENTITY), SETTINGS, partition="aws", account=ACCOUNT, clients=POLICIES)

    for made in (policies, nightly_policies, cleanup_policies):
        with pytest.raises(
            SynthesisFailed, match=r"that aws_db_instance, aws_vpc need are not known(.|\n)*permissions\.py"
        ):
            made(wider)


def test_what_has_no_row_is_found_by_its_tags(synthesised_stack: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who cleans up such a stack may list by tags and ask Cloud Control; nobody else may."""
    monkeypatch.setitem(DEPLOYING, "aws_vpc", ())  # type: ignore[index] # whose actions somebody has written down
    stack = configuration_of(synthesised_stack, IDENTITY)
    vpc = Wanted("aws_vpc.v", "aws_vpc", {})

    def actions(configuration: Configuration) -> set[str]:
        scope = Scope.of(configuration, SETTINGS, partition="aws", account=ACCOUNT, clients=POLICIES)
        return {action for made in (policies, cleanup_policies) for action, _, _ in granted(made(scope))}

    more = actions(replace(stack, wanted={**stack.wanted, vpc.address: vpc})) - actions(stack)
    assert more >= {"tag:GetResources", "cloudformation:DeleteResource"}


def test_each_policy_is_below_the_limit(scope: Scope) -> None:
    """Also with the longest suffix that is allowed."""
    longest = replace(scope, patterns=("x" * 24,))

    assert {name: size(one) for name, one in policies(longest).items() if size(one) > MANAGED_LIMIT} == {}
    others = {**nightly_policies(scope), **cleanup_policies(scope)}
    assert {name for name, one in others.items() if size(one) > MANAGED_LIMIT} == set()


def test_every_grant_is_narrowed(scope: Scope) -> None:
    """To a name of this environment, its state or its tags; what is not only looks, or makes what has its tags."""
    wide = {
        f"{action} on {resource}"
        for action, resource, condition in granted(policies(scope))
        if not re.search(r"[-/]unit\b", resource)
        and ":::states" not in resource
        and '"unit"' not in json.dumps(condition)
        and not LISTS.fullmatch(action)
    }

    assert wide - {"sns:GetSubscriptionAttributes on *", "sns:Unsubscribe on *"} == {  # which have no resource in IAM
        "apigateway:GET on arn:aws:apigateway:eu-west-1::/account",
        "apigateway:GET on arn:aws:apigateway:eu-west-1::/restapis",
        # AWS does not say that a request validator has the tags of its API
        *(f"apigateway:{verb} on arn:aws:apigateway:eu-west-1::/restapis/*/requestvalidators*"
          for verb in ("DELETE", "GET", "PATCH", "POST")),
    }  # fmt: skip


def test_no_action_is_a_pattern(scope: Scope) -> None:
    """Each is named."""
    assert [action for action, _, _ in granted(policies(scope)) if "*" in action] == []


def test_a_role_is_passed_to_the_service_that_it_trusts(scope: Scope) -> None:
    """The functions' roles to Lambda, the workflow's to Step Functions, and to nobody else."""
    passed = {
        (resource.rpartition("/")[2], condition["StringEquals"]["iam:PassedToService"])
        for action, resource, condition in granted(policies(scope)) if action == "iam:PassRole"
    }  # fmt: skip
    functions = ("csv-validator", "csv-transformer", "transaction-loader", "transaction-status")

    assert passed == {
        *((SETTINGS.role(name), "lambda.amazonaws.com") for name in functions),
        (SETTINGS.role("transaction-load"), "states.amazonaws.com"),
    }


@pytest.mark.parametrize("other", ["other", "unit2", "x-unit"])
def test_another_environments_names_are_not_meant(scope: Scope, other: str, synthesised_stack: Document) -> None:
    """No ARN with a suffix of ours matches one of theirs, whatever theirs begins or ends with."""
    theirs = {arn for _, arn, _ in granted(policies(replace(scope, patterns=(other,)))) if f"-{other}" in arn}
    ours = {arn for _, arn, _ in granted(policies(scope)) if "-unit" in arn}

    assert theirs
    assert [(one, arn) for one in ours for arn in theirs if fnmatchcase(arn, one)] == []


def test_who_sends_files_changes_nothing_else(scope: Scope) -> None:
    """Nothing is created, changed or removed but what comes in, and letters that are tried again."""
    actions = {action for action, _, _ in granted({"files": policies(scope)["files"]})}

    assert {one for one in actions if re.search(r":(Put|Create|Update|Delete|Tag|Set|Add)", one)} == {
        "s3:PutObject", "sqs:DeleteMessage",
    }  # fmt: skip


def test_without_a_state_bucket_nobody_asks_for_one(scope: Scope) -> None:
    """The state is then a file, and there is nothing to bootstrap."""
    found = policies(replace(scope, state_bucket=""))

    assert "bootstrap" not in found
    assert ":s3:::/" not in json.dumps(found)


def test_the_night_may_touch_what_sessions_deploy(scope: Scope) -> None:
    """The pattern is that of the suffixes which the third level takes."""
    source = (ROOT / "deployer" / "pytest_plugin" / "deployment_process.py").read_text()

    assert f'f"{NIGHTLY.replace("*", "{")}' in source
    assert f"transactions-{NIGHTLY}" in json.dumps(nightly_policies(scope))
    assert "-unit" not in json.dumps(nightly_policies(scope))


def test_partition_and_region_are_nowhere_fixed(scope: Scope) -> None:
    """In another partition every ARN is of that one."""
    found = granted(policies(replace(scope, partition="aws-cn", region="cn-north-1")))

    assert [arn for _, arn, _ in found if arn != "*" and not arn.startswith("arn:aws-cn:")] == []


def test_the_command_prints_and_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One object with all on stdout, or a file for each; the account is the one that is listed."""
    from deployer.commands.policy import policy

    monkeypatch.setenv("TAP_ALLOWED_ACCOUNTS", ACCOUNT)
    policy(suffix="unit", region="eu-west-1")
    printed: dict[str, Any] = json.loads(capsys.readouterr().out)
    policy(out=tmp_path, suffix="unit", region="eu-west-1")
    assert {"deploy-1", "files", "boundary", "trust-deploy"} <= set(printed)

    assert {path.stem: json.loads(path.read_text()) for path in tmp_path.iterdir()} == printed
    assert f":{ACCOUNT}:" in json.dumps(printed)
