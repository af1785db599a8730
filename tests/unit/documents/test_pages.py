"""What the pages name exists, and what exists is in them; their commands parse, and their figures are the code's."""

import json
import re
import shlex
import tomllib
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
from tests.commands import all_commands, children
from tests.markdown import blocks, commands_in

ROOT = Path(__file__).parents[3]
DOCS = ROOT / "docs"
TEMPLATE = "ideal.md"  # what IDEAL_RESPONSE.md is made from: no page
PAGES = sorted(page for page in DOCS.glob("*.md") if page.name != TEMPLATE)
DOCUMENTS = (ROOT / "README.md", *PAGES)
CONTRIBUTING = (DOCS / "CONTRIBUTING.md").read_text("utf-8")
COMMANDS = [line for line in (DOCS / "commands.md").read_text("utf-8").splitlines() if line.startswith("| ")]
WRITTEN = "\n".join(page.read_text("utf-8") for page in DOCUMENTS)
PLACES = (".github", "deployer", "environments", "stack", "tests", "Makefile", "docker-compose.yml")


def _named_commands() -> set[str]:
    """The commands in the tables, where one cell lists several: `tap local start` `stop`."""
    named = set()
    for row in COMMANDS:
        cell = row.split("|")[1]
        words = re.findall(r"`([^`]+)`", cell)
        if words and words[0].startswith("tap "):
            first = [word for word in words[0].split()[1:] if re.fullmatch("[a-z]+", word)]
            group = first[:-1]
            named |= {" ".join([*group, *last.split()[:1]]) for last in [first[-1], *words[1:]]}
    return named


def test_every_command_of_tap_has_a_row_and_no_other() -> None:
    """A command that appears or goes takes its row with it."""
    assert _named_commands() == set(all_commands())


def test_every_make_target_has_a_row_and_no_other() -> None:
    """Each target with a description."""
    targets = set(re.findall(r"^([a-z-]+):.* ## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {match for row in COMMANDS for match in re.findall(r"^\| `make ([a-z-]+)", row)}

    assert named == targets


def test_every_setting_is_in_the_reference_with_its_default() -> None:
    """Each variable that `Settings` reads is in the table; plain defaults stand there as they are."""
    table = (DOCS / "reference.md").read_text("utf-8").split("\n## Settings")[1].split("\n## ")[0].splitlines()
    rows = {name: row for row in table for name in re.findall(r"`([A-Z_]+)`", "".join(row.split("|")[1:2]))}

    for each in fields(Settings):
        default = str(each.default).lower() if isinstance(each.default, bool) else str(each.default)
        assert default in ("", "()") or f"`{default}`" in rows[each.metadata["variables"][0]]


def test_files_that_are_to_be_edited_are_there() -> None:
    """No row of `To change X, edit Y` leads nowhere."""
    section = CONTRIBUTING.split("## To change X, edit Y")[1].split("\n## ")[0]
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
    """Those of one program that are whole: no sentence, no line of an output, nothing left to fill in."""
    whole = [each for each in _typed() if "..." not in each.replace("FILE...", "FILE")]
    return [each for each in whole if re.match(rf"{program} \S", each)]


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
    if {"failed", "is", "COMMAND"} & set(words):
        return  # the beginning of a sentence that `tap` prints, or any command

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
    named = set(re.findall(r"\b(?:TAP|AWS|TERRAFORM|UV)_[A-Z_]+\b(?!\*)", WRITTEN))

    assert named
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", _source())] == []


def _version(path: str, package: str) -> str:
    """What an environment pins."""
    pins = tomllib.loads((ROOT / path).read_text())["project"]["dependencies"]
    return next(pin.partition("==")[2] for pin in pins if pin.startswith(f"{package}=="))


def test_every_version_that_is_named_is_the_one_in_use() -> None:
    """Python, Terraform, Node, the provider, MiniStack and LocalStack, where a newcomer reads of them."""
    minimum, node = (tools.TOOLS[name].wanted for name in ("terraform", "node"))
    metadata = json.loads((ROOT / "metadata.json").read_text())
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["localstack"]["image"]
    ministack = _version("deployer/locked/embedded/pyproject.toml", "ministack")
    shown = "\n".join(
        path.read_text("utf-8") for path in (ROOT / "README.md", DOCS / "install.md", DOCS / "CONTRIBUTING.md")
    )
    server = "\n".join(path.read_text() for path in (ROOT / "deployer" / "targets" / "ministack_server").glob("*.py"))

    assert metadata["terraform_version"] == f">= {minimum}"
    assert set(re.findall(r"Python (\d+\.\d+)", shown)) == {metadata["python_version"]}
    assert set(re.findall(r"Terraform\S* (\d+\.\d+)", shown)) == {minimum}
    assert set(re.findall(r"nodejs\.org\) (\d+) or later", shown)) == {node}
    assert {"registry.terraform.io/hashicorp/aws": metadata["provider_version"]} == doctor.PROVIDERS
    assert metadata["provider_version"] in (ROOT / "deployer" / "iam" / "permissions.py").read_text()
    assert set(re.findall(r"MiniStack (\d+\.\d+\.\d+)", server)) == {ministack}
    assert image.partition(":")[2] in (DOCS / "decisions" / "embedded-aws.md").read_text() + image
    assert set(re.findall(r"localstack/localstack:(\S+?)[`\s]", WRITTEN)) <= {image.partition(":")[2]}


def test_every_figure_is_the_codes() -> None:
    """Days until a key goes, hours until a night's leftovers may, files of the proof of faults."""
    faults = (ROOT / "tests" / "proofs" / "prove_faults.py").read_text()
    deploying, ci, commands = ((DOCS / name).read_text("utf-8") for name in ("deploying.md", "ci.md", "commands.md"))
    words = {"seven": 7, "three": 3, "a hundred": 100}

    assert {int(days) for days in re.findall(r"in (\d+) days", deploying)} == {KEY_WAIT_DAYS}
    assert [words[word] for word in re.findall(r"after (\w+) days", deploying)] == [KEY_WAIT_DAYS]
    assert [words[word] * 3600 for word in re.findall(r"(\w+) hours on", ci)] == [LIFETIME.total_seconds()]
    for figure in [*re.findall(r"(\d+) files at once", commands), words["a hundred"]]:
        assert f"range({figure})" in faults


def test_services_and_resources_that_are_named_are_the_stacks() -> None:
    """A service of the front page is one of metadata.json; a name with the suffix is one that the settings give."""
    metadata = json.loads((ROOT / "metadata.json").read_text())
    services = r"\b(?:API Gateway|CloudWatch Logs|DynamoDB|KMS|Lambda|SNS|SQS|Step Functions)\b"
    named = set(re.findall(services, (ROOT / "README.md").read_text("utf-8")))
    settings = Settings.load({}, environment_suffix="model")
    given = {settings.table, settings.bucket, settings.state_machine, settings.topic, settings.dead_letters}
    files = (DOCS / "files.md").read_text("utf-8")

    assert named <= set(metadata["aws_services"])
    assert {name.replace("{suffix}", "model") for name in re.findall(r"`([\w-]+-\{suffix\})`", files)} <= given


def _headings(page: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    found = re.findall(r"^##* (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in found}


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file that is there, and a heading that it has."""
    links = [
        link.partition("#") for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")) if "://" not in link
    ]
    targets = [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in links]

    assert [path for path, _ in targets if not path.exists()] == []
    assert [
        (path, name) for path, name in targets if name and path.suffix == ".md" and name not in _headings(path)
    ] == []


def test_every_page_is_found_and_leads_back() -> None:
    """The page of all pages names each, and each ends with a link to it."""
    contents = DOCS / "index.md"
    named = set(re.findall(r"\]\((\w[\w-]*\.md)\)", contents.read_text("utf-8")))

    assert named == {page.name for page in PAGES} - {contents.name}
    assert [
        page.name
        for page in PAGES
        if page != contents and not page.read_text("utf-8").endswith("[All pages](index.md)\n")
    ] == []
