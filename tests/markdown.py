"""The commands that a Markdown document tells people to type. Used by the tests that type and parse them."""

import re
from collections.abc import Iterator
from pathlib import Path

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
