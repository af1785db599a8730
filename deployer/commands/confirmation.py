"""Asks before something goes for good, `tap destroy` and `tap cleanup`, and before `tap deploy` changes AWS."""

import sys
from collections.abc import Iterable
from typing import TextIO

from deployer.errors import CheckFailed, UsageError


def require_somebody(what: str, answers: TextIO | None = None) -> None:
    """Raises UsageError where nobody can be asked about `what`: before anything begins."""
    if not (answers or sys.stdin).isatty():
        raise UsageError(
            f"{what} needs a confirmation, and there is no terminal to ask on",
            remedy="to go on without being asked: --yes",
        )


def show(lines: Iterable[str], suffix: str, place: str) -> None:
    """What goes or changes, a line each."""
    print(f"of the environment `{suffix}` on {place}:", *lines, sep="\n  ", file=sys.stderr)


def ask(going: Iterable[str], suffix: str, place: str, answers: TextIO | None = None) -> None:
    """Show what goes, and go on if the environment's suffix is typed.

    Raises:
        CheckFailed: something else was typed, or nothing.
    """
    show(going, suffix, place)
    _require(suffix, "remove it", "removed", answers)


def ask_to_apply(changes: Iterable[str], suffix: str, place: str, answers: TextIO | None = None) -> None:
    """Show what a deployment changes, and go on if `yes` is typed. Raises CheckFailed as `ask` does."""
    show(changes, suffix, place)
    _require("yes", "apply this", "changed", answers)


def _require(word: str, what: str, done: str, answers: TextIO | None) -> None:
    print(f"type `{word}` to {what}: ", end="", file=sys.stderr, flush=True)
    if (answers or sys.stdin).readline().strip() != word:
        raise CheckFailed(f"nothing was {done}, as `{word}` was not typed")
