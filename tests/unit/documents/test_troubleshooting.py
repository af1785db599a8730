"""The table of docs/troubleshooting.md: each message is one that the code raises, and each kind of error has a row."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from deployer import errors

ROOT = Path(__file__).parents[3]
SECTION = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
KINDS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, errors.TapError)}
# Kinds that others are kinds of are told by those; each kind that is raised under its own name has a row.
ABSTRACT = {"TapError"}
# What is said by others: by make, by pytest, and by AWS, where `tap` knows the remedy.
ELSEWHERE = (
    "Makefile",
    "environments/python",
    "deployer/pytest_plugin/fixtures.py",
    "deployer/terraform/diagnostics.py",
)


@dataclass(frozen=True)
class Raised:
    """An error in the code: its kind, and the words of its message, without the values in it."""

    kind: str
    words: str


@cache
def raised() -> list[Raised]:
    """Every error of the tree that is made below deployer/ and pipeline/."""
    return list(_raised())


def _raised() -> Iterator[Raised]:
    for path in (*(ROOT / "deployer").rglob("*.py"), *(ROOT / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
                yield Raised(node.func.id, _words(node.args[0]).replace("`", ""))


def _words(node: ast.AST) -> str:
    """The text of a string, or of each of several that are joined."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    return "".join(_words(each) for each in ast.iter_child_nodes(node) if not isinstance(each, ast.FormattedValue))


MESSAGES = [
    next(filter(None, match)).strip()
    for row in SECTION.splitlines() if row.startswith("| `")
    for match in re.findall(r"`` ?(.+?) ?``|`([^`]+)`", row.split(" | ")[0])
]  # fmt: skip


def _told(message: str) -> set[str]:
    """The kinds of error that say this message, where `...` stands for anything."""
    said = ".*".join(re.escape(part.strip()) for part in message.replace("`", "").split("..."))
    return {each.kind for each in raised() if re.fullmatch(said, each.words)}


@pytest.mark.parametrize("message", MESSAGES)
def test_each_message_is_one_that_is_raised(message: str) -> None:
    """Its words stand in the code as they stand in the table; a message that changes takes its row with it."""
    elsewhere = any(message in (ROOT / path).read_text() for path in ELSEWHERE)

    assert _told(message) or elsewhere


def test_each_kind_of_error_has_a_row() -> None:
    """Of those that the code makes; what is only a family of them is told by its members."""
    made = {each.kind for each in raised() if each.words}
    told = {kind for message in MESSAGES for kind in _told(message)}

    assert len(MESSAGES) > 30
    assert made - told - ABSTRACT == set()
