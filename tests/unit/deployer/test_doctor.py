"""What `tap doctor` says of a live account, and of Node."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.doctor import api_logs, fit, node
from deployer.errors import EnvironmentUnready


def account(**settings: str) -> Any:
    """One whose API Gateway has these settings."""
    return SimpleNamespace(
        region="eu-west-1", client=lambda _: SimpleNamespace(get_account=lambda: {"throttleSettings": {}, **settings})
    )


def test_a_role_for_the_apis_logs_is_told() -> None:
    """By its ARN."""
    assert api_logs(account(cloudwatchRoleArn="arn:role")) == "arn:role"


def test_an_account_without_that_role_is_not_fit() -> None:
    """With the region, as there is one for each, and where to read what to do."""
    with pytest.raises(EnvironmentUnready, match="eu-west-1") as refused:
        api_logs(account())

    assert "step 2" in refused.value.remedy


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize("said", ["v18.20.8", "v20.19.1", "v21.7.3", "v25.2.0"])
def test_a_node_that_is_out_of_support_is_not_fine(said: str) -> None:
    """It works, so it keeps nobody from deploying; the check says since when nobody mends it, and what to install."""
    check = node(said, TODAY)

    assert (check.fine, check.needed, fit([check])) == (False, False, True)
    assert "no security updates since" in check.told
    assert "Node.js 24 or later" in check.remedy


@pytest.mark.parametrize("said", ["v22.11.0", "v24.1.0", "v26.0.0", "v30.0.0"])
def test_a_node_that_is_still_mended_is_fine(said: str) -> None:
    """With its version, and nothing to do."""
    assert (node(said, TODAY).fine, node(said, TODAY).told) == (True, said)


def test_what_is_kept_goes_out_of_support_in_its_time() -> None:
    """The day after its last one; nobody has to edit the check for that."""
    assert node("v22.0.0", date(2027, 4, 30)).fine
    assert not node("v22.0.0", date(2027, 5, 1)).fine


@pytest.mark.parametrize("said", [None, "", "v16.20.2", "v8.0.0"])
def test_without_a_node_that_runs_jsii_nothing_is_deployed(said: str | None) -> None:
    """None, one that does not say its version, or too old a one: needed, with the remedy."""
    check = node(said, TODAY)

    assert not fit([check])
    assert "nodejs.org" in check.remedy
