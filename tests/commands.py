"""The commands of `tap`, the project's own with them."""

from typing import Any


def children(command: Any) -> dict[str, Any]:
    """The commands below one, by name; none below one that is no group."""
    if not hasattr(command, "list_commands"):
        return {}
    return {name: command.get_command(None, name) for name in command.list_commands(None)}
