"""The commands of `tap`, the project's own with them."""

from typing import Any

import typer.main

from deployer.cli import app


def children(command: Any) -> dict[str, Any]:
    """The commands below one, by name; none below one that is no group."""
    if not hasattr(command, "list_commands"):
        return {}
    return {name: command.get_command(None, name) for name in command.list_commands(None)}


def all_commands() -> dict[str, Any]:
    """Every command of `tap` that is no group, by its words: `local start`."""
    return _leaves(typer.main.get_command(app), ())


def _leaves(command: Any, path: tuple[str, ...]) -> dict[str, Any]:
    if not (below := children(command)):
        return {" ".join(path): command}
    return {name: one for key, child in below.items() for name, one in _leaves(child, (*path, key)).items()}
