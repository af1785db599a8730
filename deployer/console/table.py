"""A table for people: what `tap doctor` and a project's commands print. Loads Rich when it is first used."""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

_WIDE = 120  # columns of text where no terminal says otherwise
_NONE: Mapping[str, int] = {}


def show(
    stream: IO[str],
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    right: Sequence[str] = (),
    narrow: Mapping[str, int] = _NONE,
) -> None:
    """Print a table. Columns in `right` are aligned to the right; those in `narrow` are cut to so many characters."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", no_wrap=column in narrow,
            max_width=narrow.get(column), overflow="ellipsis" if column in narrow else "fold",
        )  # fmt: skip
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console(file=stream, width=None if stream.isatty() else _WIDE).print(table)
