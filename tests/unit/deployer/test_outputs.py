"""The outputs of whatever stack is deployed: values by name, with a Terraform that needs no provider."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployer.console.view import NoView
from deployer.deploy.stages import Run, outputs_of, values_in
from deployer.errors import NotDeployed
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Credentials, Target, emulator

MADE = {"resource": {"terraform_data": {"made": {"input": "x"}}}}
OUTPUTS: dict[str, Any] = {"name": "${terraform_data.made.output}", "list": [1, 2], "map": {"a": True}}


def run_of(folder: Path, document: dict[str, Any] | None) -> Run:
    work = folder / "work"
    work.mkdir()
    if document is not None:
        backend = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}
        (work / "cdk.tf.json").write_text(json.dumps({**backend, **document}))
    session = TargetSession(
        emulator("localstack", "http://127.0.0.1:1", "eu-west-1"), work, folder / "logs", lasting=True
    )
    return Run(Settings(aws_region="eu-west-1"), Paths(folder), session, NoView())


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


AWS_URL = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/v1"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        (
            emulator("localstack", "http://127.0.0.1:4566", "eu-west-1"),
            "http://127.0.0.1:4566/_aws/execute-api/a1b2c3/v1",
        ),
        (
            emulator("embedded", "https://127.0.0.1:2", "eu-west-1", plain_endpoint="http://127.0.0.1:1"),
            "http://127.0.0.1:1/_aws/execute-api/a1b2c3/v1",
        ),
        (Target("aws", "eu-west-1", "1", Credentials("a", "b")), AWS_URL),
    ],
)
def test_an_apis_url_is_the_one_that_answers_on_the_target(target: Target, told: str) -> None:
    """Wherever it stands in an output; all else stays."""
    values = {"url": AWS_URL, "list": [f"{AWS_URL}/files", 1, None], "map": {"text": "amazonaws.com", "yes": True}}
    document = {name: {"value": value} for name, value in values.items()}

    assert values_in(document, target) == {**values, "url": told, "list": [f"{told}/files", 1, None]}


def test_what_is_deployed_beside_it_is_named(tmp_path: Path) -> None:
    """A wrong suffix or region: what this checkout has deployed to the account there, and to no other."""
    run = run_of(tmp_path, None)
    for name in ("000000000000-eu-west-1-my-dev", "000000000000-us-gov-east-1-b", "111111111111-eu-west-1-theirs"):
        folder = tmp_path / f"localstack-{name}"
        folder.mkdir()
        (folder / "outputs.json").write_text("{}")
    (tmp_path / "localstack-000000000000-eu-west-1-begun").mkdir()

    with pytest.raises(NotDeployed) as told:
        outputs_of(run)

    assert told.value.remedy == (
        "name what is deployed there: --suffix my-dev --region eu-west-1 or --suffix b --region us-gov-east-1"
    )
