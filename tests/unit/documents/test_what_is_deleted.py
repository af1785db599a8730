"""docs/what-is-deleted.md holds for every command, and knows every place that deletes."""

import ast
import re
from pathlib import Path
from typing import Any

from tests.commands import all_commands
from tests.markdown import rows

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "what-is-deleted.md"
HEADING = "What is deleted, and what decides"
TABLE = {
    row.cells[0].strip("`").removeprefix("tap "): row.cells[1:] for row in rows(DOCUMENT) if row.heading == HEADING
}
# Where something of an account is deleted, and the commands that come there.
DELETERS = {
    "deployer/deploy/destroy.py": "destroy",
    "deployer/resources/cloud_control.py": "cleanup",
    "deployer/resources/empty_bucket.py": "destroy cleanup",
    "deployer/deploy/cleanup.py": "cleanup",
    "deployer/deploy/ledger.py": "cleanup",
    "deployer/resources/delete_calls.py": "destroy cleanup",
    "deployer/pytest_plugin/deployment_process.py": "",  # of the suite: what its own session made, and nothing else
    "deployer/pytest_plugin/enforcement.py": "",
    "deployer/pytest_plugin/sandbox.py": "",
    "pipeline/redrive.py": "redrive",
    "deployer/deploy/stages.py": "deploy adopt",
    "deployer/terraform/state_bucket.py": "doctor unlock cleanup deploy adopt destroy",  # of locks
    "pipeline/demo.py": "run",
}
_DELETES = re.compile(r"(delete|abort|schedule_key_deletion|purge|detach|remove_role)(_|$)")


def _command(name: str) -> Any:
    return all_commands()[name]


def _options(name: str) -> set[str]:
    return {option for parameter in _command(name).params for option in parameter.opts}


def _deletes(path: Path) -> bool:
    """Whether a file calls what deletes in an account, or lets Terraform work."""
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    named = [(call.attr, ast.unparse(call.value)) for call in calls if isinstance(call, ast.Attribute)]
    return any(_DELETES.match(name) or (name == "apply" and "terraform" in of) for name, of in named) or any(
        isinstance(call, ast.Name) and call.id == "destroy" for call in calls
    )


def test_every_place_that_deletes_is_known_and_its_commands_have_rows() -> None:
    """A module that begins to delete belongs to a command whose row says what decides."""
    found = {
        str(path.relative_to(ROOT))
        for package in ("deployer", "pipeline")
        for path in (ROOT / package).rglob("*.py")
        if "ministack_server" not in path.parts and _deletes(path)
    }

    assert found == DELETERS.keys()
    assert {command for commands in DELETERS.values() for command in commands.split()} <= TABLE.keys()


def test_every_row_is_a_command_and_says_what_decides() -> None:
    """No cell is blank."""
    assert [name for name in TABLE if not _command(name)] == []
    assert [name for name, cells in TABLE.items() if not all(cells)] == []


def test_who_asks_has_the_option_not_to() -> None:
    """`--yes` is there exactly where the table says so, and so are `--data-too` and `--allow-replace`."""
    commands = all_commands()

    assert {name for name in commands if "--yes" in _options(name)} == {
        name for name, (_, _, asks, _) in TABLE.items() if "`--yes`" in asks
    }
    assert {name for name in commands if "--data-too" in _options(name)} == {
        name for name, (*_, data) in TABLE.items() if "`--data-too`" in data
    }
    assert all("--allow-replace" in _options(name) for name in ("deploy", "adopt"))
