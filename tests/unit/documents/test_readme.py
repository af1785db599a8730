"""What the README names exists, and what exists is in the README."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import typer.main

from deployer.cli import app
from stack.settings import Settings

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
TABLE_ROWS = [line for line in README.splitlines() if line.startswith("| ")]


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command of `tap`, subcommands as `local start`."""
    children = getattr(command, "commands", {})
    if not children:
        yield " ".join(path)
    for name, child in children.items():
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
