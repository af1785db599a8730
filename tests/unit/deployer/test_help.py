"""Every command's help has an example that the command takes, and options in the same order."""

import re
import shlex

import pytest

from tests.commands import all_commands

LAST = ["--yes", "--target", "--suffix", "--region", "--json"]


COMMANDS = all_commands()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_has_an_example_that_is_taken(name: str) -> None:
    """As it is written, by the command's own parser; it is of that command."""
    command = COMMANDS[name]
    examples = [
        each for line in re.findall(r"Examples?: (.*)", command.help or "") for each in re.findall(r"`(.*?)`", line)
    ]

    assert examples
    for each in examples:
        words = shlex.split(each)
        own = ["tap", *name.split()]
        assert words[: len(own)] == own
        command.make_context(" ".join(words), words[len(own) :])


@pytest.mark.parametrize("name", COMMANDS)
def test_options_stand_in_the_same_order(name: str) -> None:
    """A command's own first, then the confirmation, the environment and JSON."""
    options = [each.opts[0] for each in COMMANDS[name].params if each.opts[0].startswith("--")]

    assert [each for each in options if each in LAST] == [each for each in LAST if each in options]
    assert not any(each in LAST for each in options[: len(options) - sum(each in LAST for each in options)])
