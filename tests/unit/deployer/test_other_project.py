"""A project of somebody else's: a folder with `[tool.tap]` and a stack, of which Tap knows what that table says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deployer import synthesis
from deployer.doctor import _variables
from deployer.errors import SynthesisFailed, UsedWrongly
from deployer.estate.configuration import configuration_of
from deployer.estate.identity import Identity
from deployer.opening import Site
from deployer.places import Places
from deployer.project import Project
from deployer.settings import Settings
from deployer.targets import emulator
from deployer.workfolder import VARIABLES, prepared

TABLE = '[tool.tap]\napp = "python orders.py"\nenvironment = ["ORDERS_*"]\n'
STACK = """
import json, os, pathlib
suffix = os.environ["ENVIRONMENT_SUFFIX"]
tags = {"Service": "orders", "Stage": suffix}
document = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
    "provider": {"aws": [{"region": os.environ["AWS_REGION"], "default_tags": [{"tags": tags}]}]},
    "resource": {"aws_sns_topic": {"orders": {"name": os.environ.get("ORDERS_TOPIC", "orders") + "-" + suffix}}},
}
for name in os.environ.get("STACKS", "Orders").split():
    folder = pathlib.Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / name
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document))
"""
COMMANDS = """
def add(app):
    @app.command()
    def hello():
        print("hello from orders")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "orders"
    root.mkdir()
    (root / "pyproject.toml").write_text(TABLE)
    (root / "orders.py").write_text(STACK)
    return root


def tap(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "PYTHONPATH"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", "deployer", *arguments], cwd=project, env=plain, capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def document_of(project: Path, suffix: str = "dev") -> dict[str, Any]:
    folder = synthesis.stack_folder(Settings.load({}, environment_suffix=suffix), Places(project))
    document: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())
    return document


def test_its_stack_is_synthesised_by_its_own_command(project: Path) -> None:
    """Whatever its id and its files are called, with the settings of the command line."""
    result = tap(project, "synth", "--suffix", "pr7", "--region", "eu-west-1", "--out", "out", "--json")

    assert result.returncode == 0, result.stderr
    written = project / json.loads(result.stdout)["stack"]
    assert written == project / "out/stacks/Orders/cdk.tf.json"
    assert json.loads(written.read_text())["resource"]["aws_sns_topic"]["orders"]["name"] == "orders-pr7"


def test_without_a_word_about_inputs_all_that_could_be_one_counts(project: Path) -> None:
    """A file that appears anywhere is seen; what is hidden, generated, installed or a test is not."""
    settings, places = Settings.load({}), Places(project)
    before = synthesis.key(settings, places)
    for name in (
        ".git/a",
        ".tap/a",
        "build/a",
        "cdktf.out/a",
        "tests/a.py",
        "env/lib/a.py",
        "env/pyvenv.cfg",
        "x/a.pyc",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    assert synthesis.key(settings, places) == before

    (project / "x" / "sizes.json").touch()
    assert synthesis.key(settings, places) != before


def test_its_variables_reach_it_and_make_another_synthesis(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name or a pattern in `environment` is part of the cache's key."""
    assert document_of(project)["resource"]["aws_sns_topic"]["orders"]["name"] == "orders-dev"
    monkeypatch.setenv("ORDERS_TOPIC", "news")

    assert document_of(project)["resource"]["aws_sns_topic"]["orders"]["name"] == "news-dev"


def test_the_doctor_tells_which_of_its_variables_are_set(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their names alone: a value may be secret."""
    said = Project.at(project)
    assert [one.told for one in _variables(Settings.load({}), said)] == ["none set of ORDERS_*"]
    monkeypatch.setenv("ORDERS_TOKEN", "secret")

    assert [one.told for one in _variables(Settings.load({}), said)] == ["ORDERS_TOKEN"]
    assert _variables(Settings.load({}), Project()) == []


def test_of_several_stacks_one_must_be_named(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are told by name; one that is named and not there is told too."""
    monkeypatch.setenv("STACKS", "Orders Bills")
    with pytest.raises(UsedWrongly, match="several stacks: Bills, Orders"):
        document_of(project)

    (project / "pyproject.toml").write_text(f'{TABLE}stack = "Bills"\n')
    assert document_of(project)
    (project / "pyproject.toml").write_text(f'{TABLE}stack = "Ledger"\n')
    with pytest.raises(SynthesisFailed, match="without the stack Ledger"):
        document_of(project)


def test_a_project_of_cdktf_need_not_say_its_command(project: Path) -> None:
    """It stands in cdktf.json; where neither says it there is no stack."""
    (project / "pyproject.toml").write_text("[tool.tap]\n")
    with pytest.raises(UsedWrongly, match="there is no stack here"):
        document_of(project)

    (project / "cdktf.json").write_text('{"app": "python3 orders.py"}')
    assert document_of(project)


def test_terraform_is_given_only_the_variables_that_the_stack_declares(project: Path, tmp_path: Path) -> None:
    """A value for one that is not declared would be a warning in each command."""
    work = tmp_path / "work"
    site = Site(emulator("localstack", "http://127.0.0.1:1", "eu-west-1"), work, tmp_path, lasting=True)
    stack = synthesis.stack_folder(Settings.load({}), Places(project))
    prepared(site, stack, Settings(aws_region="eu-west-1"))

    assert not (work / VARIABLES).exists()


def test_its_commands_are_imported_when_one_is_asked_for(project: Path) -> None:
    """The help shows them beside Tap's own; a command of Tap's runs none of the project's code."""
    (project / "pyproject.toml").write_text(f'{TABLE}commands = ["order_commands:add"]\n')
    assert tap(project, "synth").returncode == 0
    broken = tap(project, "hello")
    (project / "order_commands.py").write_text(COMMANDS)

    assert (broken.returncode, "order_commands:add can't be imported" in broken.stderr) == (2, True)
    assert tap(project, "hello").stdout == "hello from orders\n"
    shown = tap(project, "--help").stdout
    assert " hello " in shown
    assert " validate " not in shown


def test_a_command_of_the_project_takes_no_name_of_taps(project: Path) -> None:
    """Which of the two would run could not be told from the name."""
    (project / "pyproject.toml").write_text(f'{TABLE}commands = ["order_commands:add"]\n')
    (project / "order_commands.py").write_text(COMMANDS.replace("hello", "deploy"))
    result = tap(project, "--help")

    assert (result.returncode, "has already: deploy" in result.stderr) == (2, True)


def test_its_default_tags_tell_what_is_its_own(project: Path) -> None:
    """All of them together where it does not say which, and never a set without the suffix."""
    document = document_of(project, "pr7")

    assert configuration_of(document, Identity("pr7")).identity == {"Service": "orders", "Stage": "pr7"}
    assert configuration_of(document, Identity("pr7")).tags == {"Service": "orders", "Stage": "{suffix}"}
    assert configuration_of(document, Identity("pr7", {"Stage": "{suffix}"})).identity == {"Stage": "pr7"}
    for lacking in (Identity("pr70"), Identity("pr7", {"Owner": "{suffix}"}), Identity("pr7", {"Service": "{suffix}"})):
        with pytest.raises(SynthesisFailed, match="don't say whose"):
            configuration_of(document, lacking)


@pytest.mark.parametrize(
    ("tags", "suffix"),
    [
        ({"Service": "orders", "Stage": "orders-pr7"}, "pr7"),
        ({"Service": "orders", "Stage": "orders-"}, ""),
        ({"Service": "orders", "Stage": "bills-pr7"}, ""),
        ({"Service": "bills", "Stage": "orders-pr7"}, ""),
        ({"Stage": "orders-pr7"}, ""),
        ({}, ""),
    ],
)
def test_an_environment_is_told_by_its_tags(tags: dict[str, str], suffix: str) -> None:
    """Each of the project's tags must be there as the project says."""
    identity = Identity(tags={"Service": "orders", "Stage": "orders-{suffix}"})

    assert identity.suffix_in(tags) == suffix


def test_tags_that_tell_no_environment_are_refused(tmp_path: Path) -> None:
    """What one environment owns would be removed with another."""
    (tmp_path / "pyproject.toml").write_text('[tool.tap]\ntags = { Project = "orders" }\n')

    with pytest.raises(UsedWrongly, match="by which environments are told apart"):
        Project.at(tmp_path)
