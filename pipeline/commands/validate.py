"""`tap validate`: files judged on this machine, by the code of the Lambda."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deployer.commands.options import JsonOption, print_json
from pipeline.commands.files import AllOption

JudgedArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE...", show_default=False,
        help="CSV files of transactions, or quoted patterns such as 'in/*.csv'; - for standard input.",
    ),
]  # fmt: skip
SchemaOption = Annotated[
    Path | None, typer.Option("--schema", help="Table Schema (default: the one that comes with Tap).")
]
_LISTED = 10_000
DetailsOption = Annotated[
    int | None,
    typer.Option(
        "--max-errors", min=0, show_default=False,
        help=f"Maximum number of errors to list of a file; all are counted "
        f"(default: {_LISTED:,}, or all with --all or --out).",
    ),
]  # fmt: skip
OutOption = Annotated[Path | None, typer.Option("--out", help="Also write all errors to this CSV file.")]
JunitOption = Annotated[Path | None, typer.Option("--junit", help="Also write JUnit XML to this file, a case a file.")]


def validate(
    files: JudgedArgument,
    schema: SchemaOption = None,
    show_all: AllOption = False,
    out: OutOption = None,
    junit: JunitOption = None,
    max_errors: DetailsOption = None,
    json: JsonOption = False,
) -> None:
    """Validate CSV files on this machine with the Lambda's own engine; exit 1 if rows are rejected, 2 if a file can't
    be judged, which goes before.

    Example: `tap validate march.csv april.csv '2025-*.csv' --junit validate.xml`
    """
    from pipeline import validation
    from pipeline.csv_files import schema_of

    judged_by, meant, found = schema_of(schema), validation.files_meant(files), []
    several = meant != files or len(meant) > 1
    validation.require_others(meant, (out, junit))
    for one in validation.judged(meant, judged_by, _most(max_errors, everything=show_all or out is not None)):
        found.append(one)
        if not json:
            from pipeline.tables import show_verdict

            show_verdict(sys.stdout, one, everything=show_all)
    if json:
        print_json(validation.document_of(found) if several else found[0].document)
    elif several:
        from pipeline.tables import show_files

        show_files(sys.stdout, found)
    if out:
        validation.write_errors(out, found, several=several)
    if junit:
        validation.write_junit(junit, found)
    raise typer.Exit(validation.exit_code(found))


def _most(max_errors: int | None, *, everything: bool) -> int:
    """How many errors of a file are listed."""
    if max_errors is not None:
        return max_errors
    return sys.maxsize if everything else _LISTED
