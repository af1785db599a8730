"""Of many names a few, for a line that people read. Imports nothing: Checkov's rules use it too."""

from collections.abc import Sequence


def few(names: Sequence[str], shown: int = 5) -> str:
    """The first of them, and how many more there are: `a, b and 3 more`."""
    return ", ".join(names[:shown]) + (f" and {len(names) - shown} more" if len(names) > shown else "")
