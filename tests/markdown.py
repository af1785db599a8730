"""What a Markdown document tells: the commands to type, and the rows of its tables with the tests that they name.

Used by the tests that type and parse the commands, and by those of docs/faults.md and docs/aws.md.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_BLOCK = re.compile(r"^( *)```\w*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(document: Path) -> list[str]:
    """The fenced blocks of a document, without the indentation of a list that they stand in."""
    found = _BLOCK.findall(document.read_text("utf-8"))
    return ["\n".join(line.removeprefix(indent) for line in text.splitlines()) for indent, text in found]


def commands_in(block: str) -> list[str]:
    """The lines of a block, without comments."""
    return list(_commands(block))


def _commands(block: str) -> Iterator[str]:
    for line in block.splitlines():
        if command := re.sub(r"(?:^|\s)#.*$", "", line).strip():
            yield command


class Row(NamedTuple):
    """A row of a table, but for its head: the heading that it stands below, and its cells."""

    heading: str
    cells: tuple[str, ...]


def rows(document: Path) -> list[Row]:
    """The rows of all tables of a document, in its order."""
    return list(_rows(document.read_text("utf-8").splitlines()))


def _rows(lines: Iterable[str]) -> Iterator[Row]:
    heading, within = "", False
    for line in lines:
        heading = line.lstrip("# ") if line.startswith("#") else heading
        if within and line.startswith("|"):
            yield Row(heading, tuple(cell.strip() for cell in line.strip().strip("|").split("|")))
        within = line.startswith("|") and (within or line.startswith("|---"))


def missing(names: Iterable[str]) -> list[str]:
    """Those of `FILE::TEST` that are no test of this repository."""
    return sorted(name for name in names if name.partition("::")[2] not in defined_in(name.partition("::")[0]))


@cache
def defined_in(file: str) -> frozenset[str]:
    """The tests of a file, by its path from the repository's root; none of a file that is not there."""
    path = ROOT / file
    tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
    return frozenset(
        each.name for each in tree.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    )
