"""Credentials that end: looked at before anything starts, renewed where the chain can, and fresh for Terraform."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import UnauthorizedSSOTokenError

from deployer.deploy import stages
from deployer.deploy.stages import Run
from deployer.errors import AccountRefused, EnvironmentUnready
from deployer.settings import Settings
from deployer.targets import connect, credentials, targets
from deployer.terraform.cli import environment_for
from tests.unit.deployer.working_folder import run_in

ACCOUNT = "123456789012"


def lasting(minutes: float, renew: Any = None, method: str = "sso") -> RefreshableCredentials:
    """Credentials with so many minutes left; `renew` gives new ones."""
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    return RefreshableCredentials("OLD", "s", "t", end, renew or _not_signed_in, method)


def new(minutes: float = 60) -> dict[str, str]:
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    return {"access_key": "NEW", "secret_key": "s2", "token": "t2", "expiry_time": end.isoformat()}


def _not_signed_in() -> dict[str, str]:
    raise UnauthorizedSSOTokenError


class Live(targets.Target):
    """Its STS says that it is `told`."""

    told = ACCOUNT

    def client(self, service: str) -> Any:
        class Sts:
            get_caller_identity = staticmethod(lambda: {"Account": self.told})

        return Sts


def live(source: Any) -> Live:
    return Live("aws", "eu-west-1", ACCOUNT, targets.Credentials("OLD", "s", "t"), source=source)


def run_of(target: targets.Target, tmp_path: Path) -> Run:
    return run_in(tmp_path, target, Settings(aws_region="eu-west-1"))


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        (lambda: lasting(5), "aws sso login"),
        (lambda: lasting(-5), "aws sso login"),
        (lambda: lasting(5, lambda: new(5), "env"), "AWS_CREDENTIAL_EXPIRATION"),
        (lambda: lasting(-5, lambda: new(-5), "env"), "AWS_CREDENTIAL_EXPIRATION"),
        (lambda: lasting(5, lambda: new(5), "assume-role"), "sign in again"),
    ],
)
def test_too_short_a_life_is_told_before_anything_starts(source: Any, remedy: str, tmp_path: Path) -> None:
    """Where nothing renews them, or what renews them gives no more, no stage begins, and what to do is said."""
    with pytest.raises(EnvironmentUnready, match="end within 10 minutes") as refused:
        stages.run_stages(run_of(live(source()), tmp_path), (lambda _: pytest.fail("a stage began"),))

    assert remedy in refused.value.remedy


@pytest.mark.parametrize(
    "source",
    [
        lambda: lasting(20), lambda: lasting(600), lambda: lasting(5, new), lambda: Credentials("OLD", "s", "t"),
        lambda: None,
    ],
)  # fmt: skip
def test_what_lasts_or_is_renewed_goes_on(source: Any, tmp_path: Path) -> None:
    """Also a session token that does not tell its end, of which nobody can know."""
    began: list[Run] = []
    stages.run_stages(run_of(live(source()), tmp_path), (began.append,))

    assert began


def test_terraform_gets_the_fresh_ones(tmp_path: Path) -> None:
    """Each Terraform that is started has what signs at that moment, and no longer what was checked at first."""
    target = live(lasting(5, new))
    environment = environment_for(target.environment(), None)

    assert [environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")] == [
        "NEW", "s2", "t2",
    ]  # fmt: skip


def test_a_client_that_was_made_before_signs_with_the_fresh_ones() -> None:
    """A run outlives the credentials that it began with."""
    source = lasting(16, new)
    target = targets.Target("aws", "eu-west-1", ACCOUNT, targets.Credentials("OLD", "s", "t"), source=source)
    client = target.client("sqs")
    before = client._request_signer._credentials.access_key
    source._expiry_time = datetime.now(UTC) + timedelta(minutes=5)

    assert (before, client._request_signer._credentials.access_key) == ("OLD", "NEW")


def test_renewed_credentials_of_another_account_are_refused() -> None:
    """What was allowed is the account, and not whatever a profile gives next."""
    target = live(lasting(5, new))
    type(target).told = "999999999999"

    try:
        with pytest.raises(AccountRefused, match="999999999999"):
            credentials.require_valid_for(target)
    finally:
        type(target).told = ACCOUNT


def test_a_profile_of_aws_login_is_told_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the AWS Common Runtime botocore can't read it; the AWS CLI can, and hands on what it reads."""
    (tmp_path / "config").write_text("[profile me]\nlogin_session = arn:aws:iam::123456789012:user/me\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "me")

    with pytest.raises(EnvironmentUnready, match="aws login") as refused:
        connect.live(Settings.load({"AWS_REGION": "eu-west-1", "TAP_TARGET": "aws"}))
    assert "export-credentials" in refused.value.remedy
