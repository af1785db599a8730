"""Terraform gets the provider that was published, byte for byte, or none."""

import json
import re
from pathlib import Path

import pytest

from deployer.deploy.synthesis import stack_folder
from deployer.deploy.working_directory import LOCK, prepare, run_init
from deployer.errors import TerraformFailed
from deployer.paths import Paths
from deployer.targets import targets
from deployer.targets.connect import TargetSession
from deployer.targets.provider_regions import PROVIDER
from deployer.terraform.provider_mirror import required_providers, this_platform
from stack.settings import Settings

STACK = Path(__file__).parents[3] / "stack"
AWS = "registry.terraform.io/hashicorp/aws"


@pytest.fixture
def folder() -> Path:
    """The synthesised stack."""
    settings = Settings.load(environment_suffix="unit", aws_region="eu-west-1")
    return stack_folder(settings, Paths.here())


def test_the_synthesised_stack_carries_the_hashes_of_its_provider(folder: Path) -> None:
    """Of the very version that the stack asks for: so a plain `terraform init` there is held to them too."""
    locked = (folder / LOCK).read_text()
    required = required_providers(json.loads((folder / "cdk.tf.json").read_text()))

    assert locked == (STACK / LOCK).read_text()
    assert re.findall(r'provider "(.+)"', locked) == list(required) == [AWS]
    for told in ("version", "constraints"):
        assert re.findall(rf'(?m)^  {told} += "(.+)"', locked) == list(required.values())


def test_every_platform_has_its_hashes() -> None:
    """Each of the 14 packages by its archive and by its content, and the release's manifest."""
    hashes = re.findall(r'"(h1:[A-Za-z0-9+/]{43}=|zh:[0-9a-f]{64})"', (STACK / LOCK).read_text())

    assert len(set(hashes)) == len(hashes)
    assert [sum(each.startswith(kind) for each in hashes) for kind in ("h1:", "zh:")] == [14, 15]


def test_a_mirror_with_another_provider_is_refused(folder: Path, tmp_path: Path) -> None:
    """Whatever lies in a mirror under the provider's name is not run unless it is what was published."""
    package = tmp_path / "mirror" / AWS / PROVIDER / this_platform()
    package.mkdir(parents=True)
    (package / f"terraform-provider-aws_v{PROVIDER}_x5").write_text("#!/bin/sh\n")
    settings = Settings.load(environment_suffix="unit", provider_mirror=str(tmp_path / "mirror"))
    session = TargetSession(
        targets.emulator("localstack", "http://127.0.0.1:1", "eu-west-1"), tmp_path / "work", tmp_path, True
    )

    with pytest.raises(TerraformFailed, match="terraform init") as caught:
        run_init(prepare(session, folder, settings))

    assert LOCK in caught.value.remedy
    assert "TAP_PROVIDER_MIRROR" in caught.value.remedy
