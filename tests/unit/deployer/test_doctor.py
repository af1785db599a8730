"""What `tap doctor` says of a live account."""

from types import SimpleNamespace
from typing import Any

import pytest

from deployer.doctor import api_logs
from deployer.errors import Unfit


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
    with pytest.raises(Unfit, match="eu-west-1") as refused:
        api_logs(account())

    assert "step 2" in refused.value.remedy
