"""Asks before something goes for good: `tap destroy` and `tap cleanup`."""

import sys
from collections.abc import Iterable
from typing import TextIO

from deployer.errors import CheckFailed, UsageError


def require_somebody(*, yes: bool, answers: TextIO | None = None) -> None:
    """Raises UsageError where nobody can be asked: before anything begins."""
    if not yes and not (answers or sys.stdin).isatty():
        raise UsageError(
            "deletion needs a confirmation, and there is no terminal to ask on",
            remedy="to delete without asking: --yes",
        )


def show(going: Iterable[str], suffix: str, place: str) -> None:
    """What goes, a line each."""
    print(f"of the environment `{suffix}` on {place}:", *going, sep="\n  ", file=sys.stderr)


def ask(going: Iterable[str], suffix: str, place: str, answers: TextIO | None = None) -> None:
    """Show what goes, and go on if the environment's suffix is typed.

    Raises:
        CheckFailed: something else was typed, or nothing.
    """
    show(going, suffix, place)
    print(f"type `{suffix}` to remove it: ", end="", file=sys.stderr, flush=True)
    if (answers or sys.stdin).readline().strip() != suffix:
        raise CheckFailed(f"nothing was removed, as `{suffix}` was not typed")
