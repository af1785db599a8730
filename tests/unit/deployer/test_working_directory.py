"""The working folder: its state is read where it is, its outputs come with the apply, and a spoilt folder is mended."""

import json
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from deployer.deploy.adoption import FUNCTION, Adoption
from deployer.deploy.working_directory import adopting, override, prepare, run_init
from deployer.errors import TerraformFailed
from deployer.settings import Settings
from deployer.targets import targets
from deployer.targets.connect import TargetSession
from deployer.terraform.cli import Terraform
from tests.unit.deployer.working_folder import terraform_in

Usage = namedtuple("Usage", "total used free")
STACK = {
    "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
    "resource": {"terraform_data": {"one": {"input": 1}}},
    "output": {"one": {"value": "${terraform_data.one.output}"}},
}


@pytest.fixture
def terraform(tmp_path: Path) -> Terraform:
    """One thing of Terraform's own, not yet made."""
    terraform = terraform_in(tmp_path, STACK, state_file=tmp_path / "work" / "terraform.tfstate")
    terraform.init()
    return terraform


def test_what_an_apply_tells_is_what_terraform_would_be_asked_for(terraform: Terraform) -> None:
    """The outputs of the apply's stream are those of `terraform output`; the state's file is what `state pull` says."""
    terraform.plan()
    told = terraform.apply()
    from_file = terraform.state()

    assert told == terraform.output()
    assert told["one"]["value"] == 1
    assert from_file == Terraform(terraform.folder, terraform.environment, terraform.logs).state()


def test_without_a_state_there_is_nothing(terraform: Terraform) -> None:
    """No file yet: nothing is managed, and no Terraform is asked."""
    assert anywhere(terraform).state() == {}


def anywhere(terraform: Terraform) -> Terraform:
    """The same where no Terraform could be started."""
    return Terraform(terraform.folder, {"PATH": ""}, terraform.logs, state_file=terraform.folder / "terraform.tfstate")


def test_a_state_that_is_no_json_is_named_with_its_backup(terraform: Terraform) -> None:
    """A disk that was full left half a state: what to do is told, and nothing is overwritten."""
    file = terraform.folder / "terraform.tfstate"
    file.write_text('{"version": 4, "resou')

    with pytest.raises(TerraformFailed, match="the state can't be read") as caught:
        terraform.state()
    assert caught.value.where == str(file)
    assert "terraform.tfstate.backup" in caught.value.remedy
    assert file.read_text() == '{"version": 4, "resou'


def test_a_disk_that_is_full_is_told_where_no_log_can_tell(
    terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terraform's own words were cut off with everything else."""
    (terraform.folder / "more.tf.json").write_text("{")
    monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(100, 100, 0))

    with pytest.raises(TerraformFailed, match=r"the disk is full(.|\n)*make room"):
        terraform.plan()


def test_a_folder_that_lost_its_backend_is_initialised_again(
    terraform: Terraform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a `.terraform` is as good as none, though its stamp and its providers are there."""
    provider = terraform.folder / ".terraform" / "providers" / "host" / "of" / "provider" / "1.0.0" / "linux"
    provider.mkdir(parents=True)
    asked: list[None] = []
    monkeypatch.setattr(terraform, "init", lambda **_: asked.append(None))
    run_init(terraform)
    run_init(terraform)
    once = len(asked)
    (terraform.folder / ".terraform" / "terraform.tfstate").unlink()
    run_init(terraform)

    assert (once, len(asked)) == (1, 2)


def test_a_local_state_is_kept_where_one_target_and_environment_has_it(tmp_path: Path) -> None:
    """CDKTF names a file of the project's folder, which a deployment to any other target would take for its own."""
    elsewhere = tmp_path / "project" / "terraform.Orders.tfstate"
    work, stack = tmp_path / "work", tmp_path / "stack"
    stack.mkdir()
    document = {**STACK, "terraform": {"backend": {"local": {"path": str(elsewhere)}}}}
    (stack / "cdk.tf.json").write_text(json.dumps(document))
    target = targets.emulator("embedded", "http://127.0.0.1:1", "eu-west-1")
    terraform = prepare(TargetSession(target, work, work / "logs", lasting=True), stack, Settings())
    terraform.init()
    terraform.plan()
    terraform.apply()

    assert list(terraform.state()) == ["terraform_data.one"]
    assert (work / "terraform.tfstate").is_file()
    assert not elsewhere.exists()


def test_what_is_adopted_keeps_what_the_emulator_forgets(tmp_path: Path) -> None:
    """Of two overrides of one resource Terraform takes the later by name: it has to hold both lists."""
    address, told = f"{FUNCTION}.one", {"filename": "one.zip"}
    stack = {"resource": {FUNCTION: {"one": {}}}}
    target = targets.emulator("localstack", "http://127.0.0.1:1", "eu-west-1")
    (forgotten,) = override(target, stack)["resource"][FUNCTION]["one"]["lifecycle"]
    session = TargetSession(target, tmp_path, tmp_path, lasting=True)

    with adopting(session, replace(Adoption(), imports={address: "one"}, told={address: told})):
        files = sorted(path.name for path in tmp_path.glob("*_override.tf.json"))
        (left,) = json.loads((tmp_path / files[-1]).read_text())["resource"][FUNCTION]["one"]["lifecycle"]

    assert sorted([*files, "tap_override.tf.json"])[-1] == files[-1]
    assert set(left["ignore_changes"]) == {"filename", *forgotten["ignore_changes"]}
    assert list(tmp_path.glob("*.tf.json")) == []
