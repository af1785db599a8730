"""`tap capacity`: what a workload would cost, how long it would take, and what limits it."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonOption, print_json
from deployer.errors import UsageError
from deployer.paths import Paths

if TYPE_CHECKING:
    from pipeline.capacity.model import Answer

RowsOption = Annotated[str, typer.Option("--rows", help="Rows of all files, such as 1000000 or 1e6.")]
FilesOption = Annotated[str, typer.Option("--files", help="Number of files that the rows arrive in.")]
AccountsOption = Annotated[str | None, typer.Option("--accounts", help="Values of account_id; 100,000 if not set.")]
BytesOption = Annotated[
    str | None, typer.Option("--bytes-per-row", help="Of the CSV; those of the benchmark's rows if not set.")
]
AtOnceOption = Annotated[
    str | None, typer.Option("--at-once", help="Files in progress at once (default: as many as fit).")
]
WritesOption = Annotated[
    str | None,
    typer.Option("--table-writes", help="Write units/s the table is warm for; those of a new one if not set."),
]


def capacity(
    rows: RowsOption,
    files: FilesOption = "1",
    accounts: AccountsOption = None,
    bytes_per_row: BytesOption = None,
    at_once: AtOnceOption = None,
    table_writes: WritesOption = None,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Compute the limiting quota, the duration and the cost of a workload on AWS; exit 1 if it does not fit.

    Example: `tap capacity --rows 1000000 --files 20`
    """
    from pipeline.capacity.measured import measured
    from pipeline.capacity.model import simulated
    from pipeline.capacity.shape import shape
    from pipeline.capacity.view import show
    from pipeline.capacity.work import Load

    given = {
        "rows": rows,
        "files": files,
        "accounts": accounts,
        "row_bytes": bytes_per_row,
        "at_once": at_once,
        "table_writes": table_writes,
    }
    try:
        load = Load(**{name: _whole(text) for name, text in given.items() if text is not None})
    except ValueError as error:
        raise UsageError(f"invalid workload: {error}", remedy="give whole numbers, such as 1e6") from error
    answer = simulated(load, shape(options.settings(), Paths.here()), measured())
    if json:
        print_json(answer.to_json())
    show(sys.stderr if json else sys.stdout, answer)
    raise typer.Exit(_exit_code(answer))


def _exit_code(answer: "Answer") -> int:
    return 0 if answer.fits else 1


def _whole(text: str) -> int:
    """A whole number, also as 1e6 or 1_000_000. Raises ValueError."""
    from decimal import Decimal, InvalidOperation

    try:
        number = Decimal(text.replace(",", ""))
        if not number.is_finite() or number != number.to_integral_value() or number > 10**15:
            raise ValueError(f"{text!r} is not a whole number up to 1e15")
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is not a number") from error
    return int(number)
