"""Names and counts in a line that people read. Imports nothing: Checkov's rules use it too."""

from collections.abc import Sequence


def few(names: Sequence[str], shown: int = 5) -> str:
    """The first of them, and how many more there are: `a, b and 3 more`."""
    return ", ".join(names[:shown]) + (f" and {len(names) - shown:,} more" if len(names) > shown else "")


def counted(number: int, noun: str) -> str:
    """A count with its noun, whose plural takes an s: `1 test`, `2,000 tests`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
