"""Two regions of one account: an environment in each, side by side, and one environment never in both."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deployer.console.view import NoView
from deployer.deploy.cleanup import cleanup
from deployer.deploy.stages import Run
from deployer.errors import ForeignResource
from deployer.paths import Paths
from deployer.resources.configuration import Configuration
from deployer.resources.deletion import Cleanup
from deployer.resources.inventory import Inventory
from deployer.targets import targets
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Target
from stack.settings import Settings
from tests.integration.account_snapshot import census, changed
from tests.integration.factories import contents, furnish, make_bucket

pytestmark = pytest.mark.fault
HERE, THERE = "us-east-1", "eu-west-1"
WHOLE_ACCOUNT = {"iam", "s3"}  # what these list has no region


def _in(region: str, account: Target) -> tuple[Target, Settings]:
    """An environment that nobody else has, and the account as it shows itself in its region."""
    settings = Settings.load({}, environment_suffix=f"r{random.randrange(16**8):08x}", aws_region=region)
    there = targets.emulator(
        account.name, account.endpoint, region, account_id=account.account_id, ca_bundle=account.ca_bundle
    )
    return there, settings


def test_environments_of_two_regions_do_not_meet(
    account: Target, configuration_for: Callable[[Settings], Configuration]
) -> None:
    """Nothing of one is listed in the region of the other, and the cleanup of one leaves the other byte for byte."""
    (here, ours), (there, theirs) = _in(HERE, account), _in(THERE, account)
    empty = census(here)
    furnish(there, theirs)
    theirs_in_our_region = {name.split(".")[0] for name in changed(empty, census(here))}
    before, kept = census(there), contents(there, theirs)
    furnish(here, ours)

    cleaned = Cleanup(here.patient(), configuration_for(ours), frozenset(), lambda _: None, quiet_s=0.3).run()

    assert theirs_in_our_region == WHOLE_ACCOUNT
    assert cleaned.removed
    assert cleaned.left == {}
    assert changed(before, census(there)) == {}
    assert contents(there, theirs) == kept


def test_a_suffix_is_not_deployed_in_a_second_region(
    account: Target, configuration_for: Callable[[Settings], Configuration]
) -> None:
    """Its roles and its bucket would meet those of the first: refused, with the reason and the way out."""
    (here, ours), (there, _) = _in(HERE, account), _in(THERE, account)
    furnish(here, ours)
    configuration = configuration_for(ours)

    with pytest.raises(ForeignResource, match=f"it belongs to {HERE}, and its name, which carries no region") as caught:
        Inventory(there, configuration).existing(sorted(configuration.wanted))
    assert "another --suffix" in caught.value.remedy


def test_a_state_of_another_region_is_neither_used_nor_lost(account: Target, tmp_path: Path) -> None:
    """A cleanup that was given the wrong region finds nothing there, and must not take the state for a left one."""
    (here, ours), (there, _) = _in(HERE, account), _in(THERE, account)
    states = f"states-{random.randrange(16**8):08x}"
    make_bucket(here, states, {})
    arn = f"arn:aws:dynamodb:{HERE}:{account.account_id}:table/{ours.table}"
    table = {"mode": "managed", "type": "aws_dynamodb_table", "name": "t", "instances": [{"attributes": {"arn": arn}}]}
    body = json.dumps({"resources": [table]}).encode()
    here.client("s3").put_object(Bucket=states, Key=ours.state_key, Body=body)
    settings = replace(ours, aws_region=THERE, state_bucket=states, state_bucket_region=HERE)
    run = Run(
        settings, Paths.here(), TargetSession(there, tmp_path / "work", tmp_path / "logs", lasting=True), NoView()
    )

    with pytest.raises(ForeignResource, match=f"one of {HERE}") as caught:
        cleanup(run, data_too=True)
    assert f"--region {HERE}" in caught.value.remedy
    assert here.client("s3").get_object(Bucket=states, Key=ours.state_key)["Body"].read() == body
