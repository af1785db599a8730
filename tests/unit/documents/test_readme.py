"""What the README names exists, and what exists is in it; its commands parse, and its figures are the code's."""

import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from deployer import doctor
from deployer.cli import app
from deployer.process import tools
from deployer.pytest_plugin.deployment_process import LIFETIME
from deployer.resources.delete_calls import KEY_WAIT_DAYS
from stack.settings import Settings
from tests.commands import children
from tests.markdown import blocks, commands_in

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "docs" / "ideal.md")
RECORDINGS = ROOT / "docs" / "recordings"
PLACES = (".github", "deployer", "stack", "tests", "Makefile", "docker-compose.yml")  # where names could be used
TABLE_ROWS = [line for line in README.splitlines() if line.startswith("| ")]


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command of `tap`, subcommands as `local start`."""
    found = children(command)
    if not found:
        yield " ".join(path)
    for name, child in found.items():
        yield from _commands(child, (*path, name))


def _named_commands() -> set[str]:
    """The commands in the README's table, where one cell lists several: `tap local start` `stop`."""
    named = set()
    for row in TABLE_ROWS:
        cell = row.split("|")[1]
        words = re.findall(r"`([^`]+)`", cell)
        if words and words[0].startswith("tap "):
            first = [word for word in words[0].split()[1:] if re.fullmatch("[a-z]+", word)]
            group = first[:-1]
            named |= {" ".join([*group, *last.split()[:1]]) for last in [first[-1], *words[1:]]}
    return named


def test_every_command_of_tap_is_in_the_readme_and_no_other() -> None:
    """A command that appears or goes takes its row with it."""
    assert _named_commands() == set(_commands(typer.main.get_command(app)))


def test_every_make_target_is_in_the_readme_and_no_other() -> None:
    """Each target with a description has a row."""
    targets = set(re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {match for row in TABLE_ROWS for match in re.findall(r"^\| `make ([a-z-]+)", row)}

    assert named == targets


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    """Each variable that `Settings` reads is in the table; plain defaults stand there as they are."""
    rows = {name: row for row in TABLE_ROWS for name in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}
    variables = {each.metadata["variables"][0]: each.default for each in fields(Settings)}

    assert set(rows) == set(variables)
    for name, default in variables.items():
        if default not in ("", ()):
            assert f"`{str(default).lower() if isinstance(default, bool) else default}`" in rows[name]


def test_files_that_the_readme_names_are_there() -> None:
    """No row of `to change X, edit Y` leads nowhere."""
    section = README.split("## To change X, edit Y")[1].split("\n## ")[0]
    named = {path for path in re.findall(r"`([\w./*-]+)`", section) if "/" in path and "*" not in path}

    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def _typed() -> list[str]:
    """Every command of the documents: lines of their blocks, and what stands in backticks, options in brackets too."""
    lines = [line for path in DOCUMENTS for block in blocks(path) for line in commands_in(block)]
    spans = [span for path in DOCUMENTS for span in re.findall(r"`([^`\n]+)`", path.read_text("utf-8"))]
    parts = [part.strip() for line in [*lines, *spans] for part in line.split("&&")]
    return sorted({part.removeprefix(".venv/bin/") for part in parts})


def _of(program: str) -> list[str]:
    """Those of one program that are whole: no sentence, nothing left to fill in."""
    return [
        each for each in _typed() if each.startswith(f"{program} ") and "..." not in each.replace("FILE...", "FILE")
    ]


def _parsed(arguments: list[str]) -> None:
    """As Typer parses them, without running anything."""
    command: Any = typer.main.get_command(app)
    while below := children(command):
        command, arguments = below[arguments[0]], arguments[1:]
    command.make_context("tap", list(arguments))


@pytest.mark.parametrize("typed", _of("tap"))
def test_every_command_line_parses(typed: str) -> None:
    """With the program's own parser: an option that is gone, or was never there, is an error."""
    words = shlex.split(re.sub(r"[\[\]]", "", typed).replace("FILE...", "FILE"))
    if {"failed", "is"} & set(words):
        return  # the beginning of a sentence that `tap` prints

    try:
        _parsed(words[1:])
    except Exception as error:
        if type(error).__name__ != "MissingParameter" or len(words) > 3:  # only named: `tap upload`
            raise


@pytest.mark.parametrize("typed", _of("make"))
def test_every_make_command_has_its_target_and_variables(typed: str) -> None:
    """The target is there, and each variable is one that the Makefile reads."""
    makefile = (ROOT / "Makefile").read_text()
    target, *variables = re.sub(r"[\[\]]", "", typed).split()[1:]
    names = [word.partition("=")[0] for word in (target, *variables) if "=" in word]

    assert "=" in target or re.search(rf"^{target}:", makefile, re.MULTILINE)
    assert [name for name in names if not re.search(rf"^{name} \?=", makefile, re.MULTILINE)] == []


@cache
def _source() -> str:
    """All that could use a name."""
    files = [
        file for place in PLACES for file in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*"))
    ]
    wanted = (".py", ".yml", ".json", "")
    return "\n".join(
        file.read_text() for file in files if file.is_file() and file.suffix in wanted and file != Path(__file__)
    )


def test_every_variable_that_is_named_is_read_somewhere() -> None:
    """A setting, an AWS variable, or one of the workflows."""
    named = set(re.findall(r"\b(?:TAP|AWS|TERRAFORM|UV)_[A-Z_]+\b", README))

    assert named
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", _source())] == []


@pytest.mark.parametrize("command", ["run", "test-local"])
def test_what_is_shown_was_recorded(command: str) -> None:
    """Each line of the output that the README quotes is one of the recording's, in their order."""
    recorded = iter((RECORDINGS / f"make-{command}.txt").read_text("utf-8").splitlines())
    section = README.split("## What the two commands show")[1].split("\n## ")[0]
    quoted = section.split("```")[1 if command == "run" else 3].strip("\n").splitlines()

    assert len(quoted) > 3
    assert [line for line in quoted if line.strip() != "..." and line not in recorded] == []


def _version(path: str, package: str) -> str:
    """What an environment pins."""
    pins = tomllib.loads((ROOT / path).read_text())["project"]["dependencies"]
    return next(pin.partition("==")[2] for pin in pins if pin.startswith(f"{package}=="))


def test_every_version_that_is_named_is_the_one_in_use() -> None:
    """Python, Terraform, Node, the provider, MiniStack and LocalStack, in the README and the documents beside it."""
    minimum, node = (tools.TOOLS[name].wanted for name in ("terraform", "node"))
    metadata = json.loads((ROOT / "metadata.json").read_text())
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["localstack"]["image"]
    ministack = _version("deployer/locked/embedded/pyproject.toml", "ministack")
    shown = "\n".join(path.read_text("utf-8") for path in DOCUMENTS)
    server = "\n".join(path.read_text() for path in (ROOT / "deployer" / "targets" / "ministack_server").glob("*.py"))

    assert metadata["terraform_version"] == f">= {minimum}"
    assert set(re.findall(r"Python (\d+\.\d+)", shown)) == {metadata["python_version"]}
    assert set(re.findall(r"(?:Terraform\S*|install\]\S*) (\d+\.\d+)", README)) == {minimum}
    assert set(re.findall(r"nodejs\.org\) (\d+) or later", README)) == {node}
    assert {"registry.terraform.io/hashicorp/aws": metadata["provider_version"]} == doctor.PROVIDERS
    assert metadata["provider_version"] in (ROOT / "deployer" / "iam" / "permissions.py").read_text()
    assert set(re.findall(r"MiniStack (\d+\.\d+\.\d+)", server)) == {ministack}
    assert image.partition(":")[2] in (ROOT / "docs" / "decisions" / "embedded-aws.md").read_text() + image
    assert set(re.findall(r"localstack/localstack:(\S+?)[`\s]", shown)) <= {image.partition(":")[2]}


def test_every_figure_is_the_codes() -> None:
    """Days until a key goes, hours until a night's leftovers may, files of the proof of faults."""
    faults = (ROOT / "tests" / "proofs" / "prove_faults.py").read_text()
    words = {"seven": 7, "three": 3, "a hundred": 100}

    assert {int(days) for days in re.findall(r"in (\d+) days", README)} == {KEY_WAIT_DAYS}
    assert [words[word] for word in re.findall(r"after (\w+) days", README)] == [KEY_WAIT_DAYS]
    assert [words[word] * 3600 for word in re.findall(r"(\w+) hours on", README)] == [LIFETIME.total_seconds()]
    for figure in [*re.findall(r"(\d+) files at once", README), words["a hundred"]]:
        assert f"range({figure})" in faults


def test_services_and_resources_that_are_named_are_the_stacks() -> None:
    """A service of the README is one of metadata.json, and a name with the suffix is one that the settings give."""
    metadata = json.loads((ROOT / "metadata.json").read_text())
    named = set(re.findall(r"\b(?:API Gateway|CloudWatch Logs|DynamoDB|KMS|Lambda|SNS|SQS|Step Functions)\b", README))
    settings = Settings.load({}, environment_suffix="model")
    given = {settings.table, settings.bucket, settings.state_machine, settings.topic, settings.dead_letters}

    assert named <= set(metadata["aws_services"])
    assert {name.replace("{suffix}", "model") for name in re.findall(r"`([\w-]+-\{suffix\})`", README)} <= given


def test_every_link_leads_somewhere() -> None:
    """To a file that is there, or a heading of this one."""
    links = re.findall(r"\]\(([^)]+)\)", README)
    headings = {
        re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in re.findall(r"^##+ (.+)$", README, re.M)
    }

    assert links
    assert [link for link in links if link.startswith("#") and link[1:] not in headings] == []
    assert [
        link
        for link in links
        if not link.startswith(("#", "https://")) and not (ROOT / link.partition("#")[0]).exists()
    ] == []
