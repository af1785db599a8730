"""A region that the Terraform provider does not know is refused before anything starts."""

from typing import Any

import pytest

from deployer.deploy import stages
from deployer.deploy.stages import Run
from deployer.errors import UsageError
from deployer.region_names import REGIONS
from deployer.settings import Settings
from deployer.targets.provider_regions import NEWER, require_known
from deployer.terraform.diagnostics import Diagnostic, failure


@pytest.mark.parametrize("region", [*sorted(NEWER), "eu-west-9"])
def test_no_stage_begins_in_a_region_that_the_provider_does_not_know(region: str) -> None:
    """Neither in one that is younger than the provider, nor in one that nobody knows."""
    run: Any = Run(Settings(aws_region=region), paths=None, session=None, view=None)  # type: ignore[arg-type]

    with pytest.raises(UsageError, match=region) as refused:
        stages.run_stages(run, (lambda _: pytest.fail("a stage began"),))
    assert "choose" in refused.value.remedy


@pytest.mark.parametrize("region", sorted(REGIONS - NEWER))
def test_every_other_region_is_taken(region: str) -> None:
    """In all of AWS's partitions, the European sovereign cloud's among them."""
    require_known(region)


@pytest.mark.parametrize("said", ["invalid AWS Region: ap-southeast-6", "Invalid region value"])
def test_what_terraform_says_of_a_region_comes_with_a_remedy(said: str) -> None:
    """Its own backend may know fewer regions than the provider."""
    assert "TERRAFORM_STATE_BUCKET_REGION" in failure("terraform init", [Diagnostic(said)], "log").remedy
