"""The outputs of whatever stack is deployed: values by name, with a Terraform that needs no provider."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployer.errors import NotDeployed
from deployer.opening import Site
from deployer.places import Places
from deployer.settings import Settings
from deployer.stages import Run, outputs_of
from deployer.targets import emulator
from deployer.view import NoView

MADE = {"resource": {"terraform_data": {"made": {"input": "x"}}}}
OUTPUTS: dict[str, Any] = {"name": "${terraform_data.made.output}", "list": [1, 2], "map": {"a": True}}


def run_of(folder: Path, document: dict[str, Any] | None) -> Run:
    work = folder / "work"
    work.mkdir()
    if document is not None:
        backend = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}
        (work / "cdk.tf.json").write_text(json.dumps({**backend, **document}))
    site = Site(emulator("localstack", "http://127.0.0.1:1", "eu-west-1"), work, folder / "logs", lasting=True)
    return Run(Settings(aws_region="eu-west-1"), Places(folder), site, NoView())


def applied(folder: Path, document: dict[str, Any]) -> Run:
    run = run_of(folder, document)
    run.terraform.init()
    run.terraform.plan()
    run.terraform.apply()
    return run


def test_values_come_as_terraform_has_them(tmp_path: Path) -> None:
    """Texts, numbers, lists and maps, by name."""
    told = {name: {"value": value} for name, value in OUTPUTS.items()}

    assert outputs_of(applied(tmp_path, {**MADE, "output": told})) == {**OUTPUTS, "name": "x"}


def test_a_stack_may_have_none(tmp_path: Path) -> None:
    """It is deployed all the same."""
    assert outputs_of(applied(tmp_path, MADE)) == {}


@pytest.mark.parametrize("document", [None, MADE])
def test_what_is_not_deployed_has_none_to_tell(tmp_path: Path, document: dict[str, Any] | None) -> None:
    """Neither where nothing was laid out, nor where nothing was applied."""
    run = run_of(tmp_path, document)
    if document:
        run.terraform.init()

    with pytest.raises(NotDeployed, match="no deployment `dev` on embedded in eu-west-1"):
        outputs_of(run)
