"""What `tap doctor` says of a live account, and of Node."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.doctor import api_logs, fit, node
from deployer.errors import EnvironmentUnready
from deployer.process import tools
from tests.unit.deployer.test_cli import tap


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


def found(major: int) -> tools.Found:
    """A Node of that release."""
    return tools.Found(Path("/usr/bin/node"), (major, 1, 0), locked=False)


@pytest.mark.parametrize("said", [18, 20, 21, 25])
def test_a_node_that_is_out_of_support_is_not_fine(said: int) -> None:
    """It works, so it keeps nobody from deploying; the check says since when nobody mends it, and what to install."""
    check = node(found(said), TODAY)

    assert (check.fine, check.needed, fit([check])) == (False, False, True)
    assert "no security updates since" in check.told
    assert "Node.js 24 or later" in check.remedy


@pytest.mark.parametrize("said", [22, 24, 26, 30])
def test_a_node_that_is_still_mended_is_fine(said: int) -> None:
    """With its version and place, and nothing to do."""
    check = node(found(said), TODAY)

    assert (check.fine, check.told) == (True, f"{said}.1.0, /usr/bin/node")


def test_what_is_kept_goes_out_of_support_in_its_time() -> None:
    """The day after its last one; nobody has to edit the check for that."""
    assert node(found(22), date(2027, 4, 30)).fine
    assert not node(found(22), date(2027, 5, 1)).fine


def test_a_missing_region_is_a_row_and_the_rest_is_checked(tmp_path: Path) -> None:
    """By the real command, of a live account: exit 3, as the region is marked; what asks AWS says that it can't."""
    done = tap("doctor", "--target", "aws", "--json", AWS_CONFIG_FILE="/dev/null", TAP_PROVIDER_MIRROR=str(tmp_path))
    checks = {one["name"]: one for one in json.loads(done.stdout)["checks"]}

    assert done.returncode == 3
    assert not checks["region"]["fine"]
    assert checks["region"]["remedy"] == "set AWS_REGION or --region"
    assert not checks["endpoint"]["fine"]
    assert {"terraform", "node", "providers", "uv", "embedded env", "policy env", "docker"} <= checks.keys()
    assert "Traceback" not in done.stderr
