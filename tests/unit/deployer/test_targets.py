"""Targets: what a client and a program are given to reach one, and who may be reached as whom."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deployer.deploy import working_directory
from deployer.errors import AccountRefused, EndpointFailed, NotDeployed
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.targets import connect, targets
from deployer.terraform.cli import environment_for

REAL_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"


def emulator(endpoint: str = "http://127.0.0.1:4566", **options: str) -> targets.Target:
    return targets.emulator("localstack", endpoint, "eu-west-1", **options)


def live() -> targets.Target:
    return targets.Target("aws", "eu-west-1", "123456789012", targets.Credentials(REAL_KEY, "s", "t"))


@pytest.fixture
def _users_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell of somebody who works on AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REAL_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the user's")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "the user's")
    monkeypatch.setenv("AWS_PROFILE", "a profile that does not exist")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:2")


@pytest.mark.usefixtures("_users_aws")
def test_an_emulators_client_never_has_real_credentials() -> None:
    """Whatever the user's shell says, an emulator's client signs as the emulator's root and asks its endpoint."""
    before = dict(os.environ)

    client = emulator(account_id="111122223333").client("s3")

    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    assert client._request_signer._credentials.access_key == "111122223333"
    assert client._request_signer._credentials.token is None
    assert client.meta.config.proxies == {}
    assert dict(os.environ) == before


@pytest.mark.usefixtures("_users_aws")
def test_a_live_client_asks_aws_itself() -> None:
    """A live target's client has the credentials that were checked, and no endpoint of an emulator."""
    client = live().client("sqs")

    assert client.meta.endpoint_url == "https://sqs.eu-west-1.amazonaws.com"
    assert client._request_signer._credentials.access_key == REAL_KEY


@pytest.mark.usefixtures("_users_aws")
def test_terraform_sees_the_targets_aws_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """No AWS_* variable of the caller reaches Terraform, nor a TF_* one that changes what it does."""
    monkeypatch.setenv("TF_VAR_aws_region", "elsewhere")
    monkeypatch.setenv("TF_CLI_ARGS_apply", "-destroy")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("TF_LOG", "DEBUG")
    monkeypatch.setenv("NO_PROXY", "intranet")

    environment = environment_for(emulator().environment(), None)

    assert environment["AWS_ACCESS_KEY_ID"] == "test"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
    assert "AWS_PROFILE" not in environment
    assert "AWS_SESSION_TOKEN" not in environment
    assert {name for name in environment if name.startswith("TF_")} == {"TF_LOG", "TF_IN_AUTOMATION"}
    assert environment["NO_PROXY"] == "intranet,localhost,127.0.0.1"


def test_secrets_never_show() -> None:
    """A target in a message or a log shows its account, never its secrets."""
    target = targets.Target("aws", "eu-west-1", "1", targets.Credentials("key", "very secret", "very secret too"))

    assert "very secret" not in repr(target)


@pytest.mark.parametrize(
    ("key", "endpoint", "refused"),
    [
        (REAL_KEY, "https://sts.eu-west-1.amazonaws.com", False),
        (REAL_KEY, "https://sts.cn-north-1.amazonaws.com.cn", False),
        (REAL_KEY, "http://127.0.0.1:4566", True),
        (REAL_KEY, "https://sts.amazonaws.com.evil.example", True),
        ("test", "https://sts.eu-west-1.amazonaws.com", True),
        ("000000000000", "https://sts.eu-west-1.amazonaws.com", True),
        ("test", "http://127.0.0.1:4566", False),
    ],
)
def test_credentials_stay_in_their_world(key: str, endpoint: str, refused: bool) -> None:
    """Real credentials go to AWS alone, and an emulator's never go there."""
    if not refused:
        connect.refuse_mixed_credentials(key, endpoint)
        return
    with pytest.raises(AccountRefused):
        connect.refuse_mixed_credentials(key, endpoint)


@pytest.mark.parametrize("allowed", [(), ("999999999999",)])
def test_a_live_account_must_be_on_the_allow_list(allowed: tuple[str, ...]) -> None:
    """An account that is not listed is refused, with the setting that would list it."""
    with pytest.raises(AccountRefused) as caught:
        connect.refuse_unlisted("123456789012", allowed)

    assert caught.value.exit_code == 3
    assert "TAP_ALLOWED_ACCOUNTS=" in caught.value.remedy
    connect.refuse_unlisted("123456789012", (*allowed, "123456789012"))


def test_a_command_about_a_deployment_starts_no_empty_emulator(paths: Paths) -> None:
    """Without an embedded AWS that runs, nothing can be deployed on it: that is said instead of starting one."""
    settings = Settings.load({})

    with pytest.raises(NotDeployed, match="tap deploy"), connect.open_target(settings, paths, existing=True):
        pytest.fail("nothing is there")

    assert not paths.state.exists()


def test_a_localstack_that_does_not_answer_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """An AWS_ENDPOINT_URL where nobody answers is an environment that is not fit, with what to do."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    settings = Settings.load({}, target="localstack")

    with pytest.raises(EndpointFailed, match="AWS_ENDPOINT_URL") as caught, connect.open_target(settings, paths):
        pytest.fail("nobody answers")

    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("target", "path_style"),
    [(emulator("http://localhost:4566"), True), (emulator("http://127.0.0.1:4566"), False), (live(), False)],
)
def test_a_bucket_never_becomes_part_of_an_emulators_host_name(target: targets.Target, path_style: bool) -> None:
    """Where the endpoint is a host name, the provider is told to keep buckets in the path."""
    provider = working_directory.override(target, {}).get("provider", {"aws": [{}]})

    assert provider["aws"][0].get("s3_use_path_style", False) == path_style


def test_what_an_emulator_forgets_is_left_alone_there_and_nowhere_else() -> None:
    """An override names each resource of the types it forgets things about; on AWS there is no override."""
    stack: dict[str, Any] = {"resource": {"aws_sfn_state_machine": {"load": {}}, "aws_s3_bucket": {"b": {}}}}
    forgotten = working_directory.override(emulator(), stack)["resource"]

    assert list(forgotten) == ["aws_sfn_state_machine"]
    assert forgotten["aws_sfn_state_machine"]["load"]["lifecycle"][0]["ignore_changes"]
    assert working_directory.override(live(), stack) == {}


def test_every_target_has_every_trait_with_its_reason() -> None:
    """The table of differences has the same rows for each target, none without a reason and a day."""
    rows = [set(traits) for traits in targets.DIFFERENCES.values()]

    assert set(targets.DIFFERENCES) == {"embedded", "localstack", "aws"}
    assert all(row == rows[0] for row in rows)
    assert all(one.reason and one.seen for traits in targets.DIFFERENCES.values() for one in traits.values())


def test_providers_are_named_in_full() -> None:
    """Whatever form a configuration gives a provider's source, its address is whole."""
    blocks = {"aws": {"source": "aws", "version": "5.100.0"}, "random": {"source": "hashicorp/random"}}

    required = working_directory.required_providers({"terraform": {"required_providers": blocks}})

    assert required == {
        "registry.terraform.io/hashicorp/aws": "5.100.0",
        "registry.terraform.io/hashicorp/random": "",
    }


def test_a_working_folder_is_closed_to_others(tmp_path: Path) -> None:
    """A local state may hold secrets, so only its owner reads the folder."""
    stack = tmp_path / "stack"
    stack.mkdir()
    (stack / "cdk.tf.json").write_text("{}")
    session = connect.TargetSession(emulator(), tmp_path / "work", tmp_path / "logs", lasting=True)

    working_directory.prepare(session, stack, Settings.load({}))

    assert (tmp_path / "work").stat().st_mode & 0o077 == 0


def test_a_call_without_a_signature_reaches_an_emulators_own_account_alone() -> None:
    """It names no account; on AWS the bucket or the API that it is about does."""
    ours = targets.emulator("embedded", "http://127.0.0.1:1", "us-east-1")

    assert ours.hears_unsigned
    assert not ours.as_account("111122223333").hears_unsigned
    assert replace(ours.as_account("111122223333"), name="aws").hears_unsigned


def test_a_trait_that_the_machine_lacks_is_told_with_its_reason() -> None:
    """What the table says of an emulator is overruled by why this machine hasn't got it, for each of its accounts."""
    lacking = targets.emulator("embedded", "http://127.0.0.1:1", "eu-west-1", lacks={"lambda_sandbox": "no namespaces"})

    assert targets.emulator("embedded", "http://127.0.0.1:1", "eu-west-1").trait("lambda_sandbox") is True
    for target in (lacking, lacking.as_account("111122223333"), lacking.patient()):
        assert (target.trait("lambda_sandbox"), target.difference("lambda_sandbox").reason) == (False, "no namespaces")
