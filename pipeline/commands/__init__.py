"""The commands that this project adds to `tap`: files, schemas, demonstration, capacity, documents."""

import typer

from pipeline.commands import files
from pipeline.commands.capacity import capacity
from pipeline.commands.docs import docs
from pipeline.commands.logs import logs
from pipeline.commands.run import run
from pipeline.commands.schema import schema
from pipeline.commands.validate import validate

FILES = "Files"  # the part of `tap --help`


def add(app: typer.Typer) -> None:
    """Add them, in the order in which `tap --help` lists them."""
    for command in (
        run,
        validate,
        files.upload,
        files.watch,
        files.status,
        logs,
        files.rejects,
        files.resubmit,
        files.redrive,
        capacity,
    ):
        app.command(rich_help_panel=FILES)(command)
    app.add_typer(schema, name="schema", rich_help_panel=FILES)
    app.add_typer(docs, name="docs", rich_help_panel="Checks")
