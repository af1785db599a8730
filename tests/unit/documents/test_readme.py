"""The front page: short, its commands work, what it shows was recorded, and what it names exists."""

import re
from pathlib import Path

import pytest

from tests.markdown import blocks

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
RECORDINGS = ROOT / "docs" / "recordings"
MOST_WORDS = 900  # what somebody reads before they decide


def test_it_is_read_to_the_end() -> None:
    """Counted as `wc -w` does, with everything in it."""
    assert len(README.split()) <= MOST_WORDS


def test_the_two_commands_come_first() -> None:
    """They are the first block."""
    first, *_ = blocks(ROOT / "README.md")

    assert re.findall(r"^make [a-z-]+", first, re.MULTILINE) == ["make run", "make test-local"]


@pytest.mark.parametrize("command", ["run", "test-local"])
def test_what_is_shown_was_recorded(command: str) -> None:
    """Each line of the output that it quotes is one of the recording's, in their order."""
    recorded = iter((RECORDINGS / f"make-{command}.txt").read_text("utf-8").splitlines())
    section = README.split("## What the two commands show")[1].split("\n## ")[0]
    quoted = section.split("```")[1 if command == "run" else 3].strip("\n").splitlines()

    assert len(quoted) > 3
    assert [line for line in quoted if line.strip() != "..." and line not in recorded] == []
