"""A table for people: what `tap doctor` and a project's commands print. Loads Rich when it is first used.

What stands in it is text and nothing else: no mark-up of Rich's, no control of the terminal, no break of its row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any

from deployer.visible import in_a_line

if TYPE_CHECKING:
    from rich.table import Table as Table  # for who names the type and is to know no Rich
    from rich.text import Text

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
    """Print a table, as `table_of` makes it; of one without rows its title alone."""
    if found := list(rows):
        put(stream, table_of(title, columns, found, right, narrow))
    else:
        print(in_a_line(title), file=stream)


def put(stream: IO[str], table: "Table") -> None:
    """Print a table as wide as the terminal, or as it likes where there is none."""
    from rich.console import Console

    Console(file=stream, width=None if stream.isatty() else _WIDE).print(table)


def draw(terminal: IO[str], tables: Iterable["Table"], below: str) -> None:
    """One table after the other in the same place of a terminal, with a line below, as they come."""
    from rich.console import Console, Group
    from rich.live import Live

    with Live(console=Console(file=terminal), auto_refresh=False, vertical_overflow="ellipsis") as live:
        for table in tables:
            live.update(Group(table, _text(below, "dim")), refresh=True)


def table_of(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    right: Sequence[str] = (),
    narrow: Mapping[str, int] = _NONE,
    wrapped: Mapping[str, int] = _NONE,
) -> "Table":
    """A table of Rich's. Columns in `right` are aligned to the right; those in `narrow` are cut to so many characters,
    and those in `wrapped` go on in another line after as many.
    """
    from rich import box
    from rich.table import Table

    table = Table(title=_text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(
            _text(column), justify="right" if column in right else "left", no_wrap=column in narrow,
            max_width=narrow.get(column, wrapped.get(column)), overflow="ellipsis" if column in narrow else "fold",
        )  # fmt: skip
    for row in rows:
        table.add_row(*map(_text, row))
    return table


def width_of(stream: IO[str]) -> int | None:
    """The columns of the terminal that the stream goes to; None where it goes elsewhere."""
    from rich.console import Console

    return Console(file=stream).width if stream.isatty() else None


def _text(cell: Any, style: str = "") -> "Text":
    from rich.text import Text

    return Text(in_a_line(str(cell)), style)
