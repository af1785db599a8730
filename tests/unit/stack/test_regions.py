"""One synthesised file deploys anywhere: the region stands in it once, as a variable's default."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from deployer.targets.provider_regions import PROVIDER
from tests.unit.stack.reading import strings

Synthesised = Callable[..., dict[str, Any]]
ASKED = "5.100.0"  # the provider that deployer/targets/provider_regions.py has the answers of
REGIONS = ["eu-west-1", "ap-southeast-2", "us-gov-west-1", "cn-north-1"]
ANY_REGION = re.compile(r"\b(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us|us-gov|us-iso|us-isob)-[a-z]+(?:-[a-z]+)?-\d\b")


@pytest.mark.parametrize("region", REGIONS)
def test_the_region_stands_once_as_the_variables_default(synthesised: Synthesised, region: str) -> None:
    """In any region and partition, the only literal region is the default of `aws_region`."""
    document = synthesised(aws_region=region)
    found = [text for text in strings(document) if ANY_REGION.search(text)]

    assert document["variable"]["aws_region"]["default"] == region
    assert found == [region]


@pytest.mark.parametrize("region", REGIONS[1:])
def test_two_regions_differ_in_that_default_alone(synthesised: Synthesised, region: str) -> None:
    """The stack for one region becomes the stack for another by changing one word."""
    one, other = (json.dumps(synthesised(aws_region=name), sort_keys=True) for name in (REGIONS[0], region))

    assert one.replace(f'"default": "{REGIONS[0]}"', f'"default": "{region}"') == other


def test_provider_and_names_refer_to_the_variables(document: dict[str, Any]) -> None:
    """The provider's region is the variable, and ARNs take partition, region and account from references."""
    (provider,) = document["provider"]["aws"]
    arns = [text for text in strings(document["resource"]) if text.startswith("arn:")]

    assert provider["region"] == "${var.aws_region}"
    assert arns
    assert [arn for arn in arns if not arn.startswith("arn:${data.aws_partition.current.partition}:")] == []


def test_a_plan_can_be_told_the_account(document: dict[str, Any]) -> None:
    """With `account_id` given nobody is asked who calls, so a plan shows every policy without credentials."""
    assert document["data"]["aws_caller_identity"]["current"]["count"] == '${var.account_id == "" ? 1 : 0}'
    assert document["variable"]["account_id"]["default"] == ""


def test_the_table_is_of_the_stacks_provider(document: dict[str, Any]) -> None:
    """A newer provider knows more regions: it has to be asked again, by a plan with a provider for each region."""
    assert document["terraform"]["required_providers"]["aws"]["version"] == PROVIDER == ASKED
