"""docs/compliance.md says what `tap comply`, the hook and the action take, and nothing else."""

import json
import re
import shlex
from typing import Any

import jsonschema
import pytest
import typer.main
import yaml

from deployer.cli import app
from deployer.compliance.baseline import SCHEMA
from deployer.compliance.inline import skips_in
from tests.policy.shared import PLACES

TEXT = (PLACES.root / "docs" / "compliance.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", TEXT, re.DOTALL)
TYPED = re.findall(r"^tap comply .*$", TEXT, re.MULTILINE) + re.findall(r"`(tap comply (?!PATH)[^`]+)`", TEXT)
NOT_OF_A_PATH = {"--accept-access", "--target", "--suffix", "--region", "--help"}  # docs/commands.md has them


def command() -> Any:
    group: Any = typer.main.get_command(app)
    return group.commands["comply"]


def of(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.mark.parametrize("typed", TYPED)
def test_every_command_line_parses(typed: str) -> None:
    """By the program's own parser."""
    command().make_context("tap", shlex.split(typed)[2:])


def test_every_option_is_shown() -> None:
    """Each that is about a path has a command line in it."""
    options = {name for one in command().params for name in one.opts if name.startswith("--")} - NOT_OF_A_PATH
    shown = {word for typed in TYPED for word in shlex.split(typed) if word.startswith("--")}

    assert shown - NOT_OF_A_PATH == options


def test_the_action_and_the_hook_are_shown_as_they_are() -> None:
    """The hook's id is there, and each input of the action is named."""
    hook, workflow = map(yaml.safe_load, of("yaml"))
    (known,) = yaml.safe_load((PLACES.root / ".pre-commit-hooks.yaml").read_text())
    inputs = yaml.safe_load((PLACES.root / "action.yml").read_text())["inputs"]
    (used,) = [step["with"] for step in workflow["jobs"]["comply"]["steps"] if step["uses"].startswith("OWNER/")]

    assert [one["id"] for one in hook["repos"][0]["hooks"]] == [known["id"]]
    assert used.keys() <= inputs.keys()
    assert [name for name in inputs if f"`{name}" not in TEXT] == []


def test_its_examples_are_what_they_are_said_to_be() -> None:
    """The baseline is one, and the comment skips two rules for a reason."""
    baseline, _ = map(json.loads, of("json"))
    (hcl,) = of("hcl")

    jsonschema.validate(baseline, json.loads(SCHEMA.read_text()))
    assert {(one.rule, bool(one.reason)) for one in skips_in(hcl)} == {("CKV_AWS_26", True), ("TAP_ENCRYPTION_1", True)}
