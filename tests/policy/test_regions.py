"""The list of regions is whole, and a region is told from a word that only looks like one."""

import importlib.util
import json
from pathlib import Path

import pytest

from deployer.compliance.judgement import Judgement
from deployer.region_names import REGIONS, regions_in


def test_every_region_that_botocore_knows_is_listed() -> None:
    """No region of any partition is missing; pseudo-regions such as aws-global are no places."""
    spec = importlib.util.find_spec("botocore")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    data = json.loads((Path(spec.submodule_search_locations[0]) / "data" / "partitions.json").read_text())
    known = {region for partition in data["partitions"] for region in partition["regions"]}

    assert {region for region in known if not region.endswith("-global")} - REGIONS == set()
    assert len(known) > 30


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_a_region_is_found_where_it_counts(region: str) -> None:
    """In an ARN, an endpoint, a zone, or alone, each region is found as itself and not as a shorter one."""
    texts = (
        f"arn:aws:sqs:{region}:1:q",
        f"sqs.{region}.amazonaws.com",
        f"{region}a",
        region,
        f"s3-{region}.amazonaws.com",
    )

    assert [regions_in(text) for text in texts] == [[region]] * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "eu-west-report",
        "x-eu-west-1",
        "eu-west-1-x",
        "my_eu-west-1",
        "eu-west-10",
        "eu-west",
        "us-east-1ab",
        "eu-west-7",
    ],
)
def test_what_only_looks_like_a_region_is_none(text: str) -> None:
    """A region within a longer word names no region."""
    assert regions_in(text) == []


def test_who_means_the_one_region_is_told_how_to_say_so(of_cases: Judgement) -> None:
    """A provider for us-east-1 that a module is given may be for what AWS has there alone: a variable states it."""
    (message,) = {one.message for one in of_cases.findings if one.resource == "provider.aws.fail_edge"}

    assert "us-east-1" in message
    assert "the default of a variable" in message
