"""Every command's help has an example that the command takes, and options in the same order."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from deployer.cli import app

LAST = ["--yes", "--target", "--suffix", "--region", "--json"]


def commands(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each by its words."""
    if isinstance(command, typer.core.TyperGroup):
        context: Any = None
        for each in command.list_commands(context):
            yield from commands(command.get_command(context, each), (*name, each))
    else:
        yield name, command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_the_help_has_an_example_that_is_taken(name: tuple[str, ...]) -> None:
    """As it is written, by the command's own parser; it is of that command."""
    command = COMMANDS[name]
    examples = [
        each for line in re.findall(r"Examples?: (.*)", command.help or "") for each in re.findall(r"`(.*?)`", line)
    ]

    assert examples
    for each in examples:
        words = shlex.split(each)
        assert words[: len(name) + 1] == ["tap", *name]
        command.make_context(" ".join(words), words[len(name) + 1 :])


@pytest.mark.parametrize("name", COMMANDS, ids=" ".join)
def test_options_stand_in_the_same_order(name: tuple[str, ...]) -> None:
    """A command's own first, then the confirmation, the environment and JSON."""
    options = [each.opts[0] for each in COMMANDS[name].params if each.opts[0].startswith("--")]

    assert [each for each in options if each in LAST] == [each for each in LAST if each in options]
    assert not any(each in LAST for each in options[: len(options) - sum(each in LAST for each in options)])
