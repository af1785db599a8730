"""What an interrupted deployment left half made is finished where it holds data; its replacement would be refused."""

import subprocess
from pathlib import Path

import pytest

from deployer.deploy.plan import Change, changes_in
from deployer.terraform.cli import PLAN, Terraform
from tests.unit.deployer.working_folder import terraform_in

THINGS = {"resource": {"terraform_data": {"one": {"input": 1}, "two": {"input": 2}}}}


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    """Two things of Terraform's own that stand, and are marked as half made."""
    terraform = terraform_in(tmp_path, THINGS)
    terraform.init()
    terraform.plan()
    terraform.apply()
    for name in THINGS["resource"]["terraform_data"]:
        subprocess.run(
            ["terraform", "taint", f"terraform_data.{name}"], cwd=terraform.folder, check=True, capture_output=True
        )
    return terraform


def replaced(terraform: Terraform) -> list[str]:
    terraform.plan()
    return [one.address for one in changes_in(terraform.show_json(PLAN)).all if one.half_made]


def test_what_is_finished_is_no_longer_replaced_and_the_rest_is(terraform: Terraform) -> None:
    """A plan says what it replaces because its creation was interrupted; untainted, exactly that one stays."""
    before = replaced(terraform)
    terraform.untaint(["terraform_data.one"])

    assert before == ["terraform_data.one", "terraform_data.two"]
    assert replaced(terraform) == ["terraform_data.two"]


def test_a_replacement_that_is_asked_for_is_not_taken_for_an_interruption() -> None:
    """Only what Terraform itself marked counts: another reason to replace data stays one to refuse."""
    change = {"actions": ["delete", "create"]}
    planned = {
        "resource_changes": [
            {"address": "a", "type": "aws_s3_bucket", "change": change, "action_reason": "replace_because_tainted"},
            {"address": "b", "type": "aws_s3_bucket", "change": change, "action_reason": "replace_by_request"},
        ]
    }

    assert changes_in(planned).all == (
        Change("a", "aws_s3_bucket", "replace", half_made=True),
        Change("b", "aws_s3_bucket", "replace", half_made=False),
    )
