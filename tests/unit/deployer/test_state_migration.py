"""A state that was in a file moves into the bucket that is named now; one in a bucket is not left behind."""

import json
from pathlib import Path

import pytest

from deployer.deploy.working_directory import run_init
from deployer.errors import StateMoved
from deployer.terraform.cli import Terraform
from deployer.terraform.state_migration import ASIDE, put_back, refuse_another_bucket
from tests.unit.deployer.working_folder import held_by_a_terraform, terraform_in

STACK = {"resource": {"terraform_data": {"one": {"input": 1}}}}
LOCAL = {"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}, **STACK}


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """One thing that stands, its state in a file. A folder stands in for the bucket that is named next."""
    monkeypatch.setattr("deployer.deploy.working_directory.state_is_remote", lambda folder: "bucket" in text(folder))
    terraform = terraform_in(tmp_path, LOCAL)
    run_init(terraform)
    terraform.plan()
    terraform.apply()
    return terraform


def text(folder: Path) -> str:
    return (folder / "cdk.tf.json").read_text()


def name_a_bucket(terraform: Terraform) -> Path:
    state = terraform.folder.parent / "bucket" / "x.tfstate"
    (terraform.folder / "cdk.tf.json").write_text(
        json.dumps({"terraform": {"backend": {"local": {"path": str(state)}}}, **STACK})
    )
    return state


def test_a_state_in_a_file_moves_into_its_bucket(terraform: Terraform) -> None:
    """What stands is known there, a plan is empty, and the file is kept."""
    before, told = terraform.state(), list[str]()
    state = name_a_bucket(terraform)
    run_init(terraform, told.append)

    assert terraform.state() == before
    assert state.is_file()
    assert terraform.is_plan_empty()
    (kept,) = terraform.folder.glob("terraform.tfstate.*.backup")
    assert "terraform_data" in kept.read_text()
    assert kept.name in told[0]


def test_a_move_that_was_killed_is_ended_by_the_next_command(terraform: Terraform) -> None:
    """The state lies aside, whole, and the folder is initialised already."""
    before = terraform.state()
    name_a_bucket(terraform)
    aside = (terraform.folder / "terraform.tfstate").rename(terraform.folder / ASIDE)
    terraform.init()
    run_init(terraform, lambda _: None)

    assert terraform.state() == before
    assert not aside.exists()


def test_a_bucket_that_holds_a_state_keeps_it(terraform: Terraform) -> None:
    """Of two states of one environment the shared one counts; the other is kept as a file."""
    state, told = name_a_bucket(terraform), list[str]()
    state.parent.mkdir()
    mine = json.loads((terraform.folder / "terraform.tfstate").read_text())
    theirs = {**mine, "lineage": "theirs", "serial": 40}
    state.write_text(json.dumps(theirs))
    run_init(terraform, told.append)

    assert json.loads(state.read_text()) == theirs
    assert "which counts" in told[0]
    assert list(terraform.folder.glob("terraform.tfstate.*.backup"))


@pytest.mark.parametrize("backend", [{"local": {}}, {"s3": {"bucket": "other", "key": "k"}}])
def test_a_bucket_that_is_no_longer_named_is_told(tmp_path: Path, backend: dict[str, dict[str, str]]) -> None:
    """An environment with two states would be changed by the one and unknown to the other."""
    former = {"backend": {"type": "s3", "config": {"bucket": "ours", "key": "k"}}}
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "terraform.tfstate").write_text(json.dumps(former))

    with pytest.raises(StateMoved, match="TERRAFORM_STATE_BUCKET=ours"):
        refuse_another_bucket(tmp_path, backend)

    refuse_another_bucket(tmp_path, {"s3": {"bucket": "ours", "key": "k"}})


@pytest.mark.parametrize("half", ["", '{"version": 4, "resou'])
def test_half_a_state_is_put_back_as_it_was_before(terraform: Terraform, half: str) -> None:
    """A disk that was full left it; the next deployment goes on without a step by hand, and the half is kept."""
    state, before, told = terraform.folder / "terraform.tfstate", terraform.state(), list[str]()
    (terraform.folder / "terraform.tfstate.backup").write_text(state.read_text())
    state.write_text(half)
    run_init(terraform, told.append)

    assert terraform.state() == before
    (kept,) = terraform.folder.glob("terraform.tfstate.*.broken")
    assert kept.read_text() == half
    assert kept.name in told[0]


def test_half_a_state_without_one_before_it_is_none(terraform: Terraform) -> None:
    """As if it had been lost: what stands is found in the account."""
    (terraform.folder / "terraform.tfstate").write_text("{")
    run_init(terraform, lambda _: None)

    assert terraform.state() == {}


def test_a_state_of_outputs_alone_moves_too(terraform: Terraform) -> None:
    """As a deployment leaves it that failed at its first resource; Terraform would ask about it as well."""
    state = terraform.folder / "terraform.tfstate"
    outputs = {"fixed": {"value": "f", "type": "string"}}
    state.write_text(json.dumps({**json.loads(state.read_text()), "resources": [], "outputs": outputs}))
    moved = name_a_bucket(terraform)
    run_init(terraform, lambda _: None)

    assert json.loads(moved.read_text())["outputs"] == outputs


def test_half_a_state_that_a_terraform_holds_is_left_alone(terraform: Terraform) -> None:
    """It is being written at this moment, by one whose `tap` was killed."""
    state = terraform.folder / "terraform.tfstate"
    state.write_text("{")
    with held_by_a_terraform(state):
        put_back(terraform.folder, lambda _: None)

    assert state.read_text() == "{"
