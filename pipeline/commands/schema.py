"""`tap schema init`: a schema with its dialect, proposed from a file."""

import json as json_text
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import Commands, JsonOption, print_json
from deployer.errors import UsageError
from deployer.visible import in_a_line

if TYPE_CHECKING:
    from pipeline.schema_proposal import Proposal

FileArgument = Annotated[
    Path, typer.Argument(help="A CSV file as it is sent; - is standard input.", show_default=False)
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the schema to this file (default: stdout).")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite the file of --out.")]

schema = Commands(help="The schema by which files are judged.")


@schema.callback()
def _group() -> None:
    """Keep `init` a command of its own: Typer would make a group of one command that command."""


@schema.command()
def init(file: FileArgument, out: OutOption = None, force: ForceOption = False, json: JsonOption = False) -> None:
    """Propose a Table Schema with dialect from a sample of a CSV file, for review; exit 1 if it does not fit all rows.

    What is found and what a person must answer goes to stderr.

    Example: `tap schema init march.csv --out bank.schema.json`
    """
    from pipeline.given import given
    from pipeline.schema_proposal import propose

    with given(file) as source:
        if out and out.exists():
            if out.samefile(source.path):
                raise UsageError(f"{out} is the file itself", remedy="name another file for --out")
            if not force:
                raise _there(out)
        proposal = propose(source.path)
    if out:
        _write(out, proposal, force=force)
    if json:
        notes = proposal.notes
        told = {"found": notes.found, "questions": notes.questions, "wrong": notes.wrong}
        print_json({"schema": proposal.document, "notes": told})
    elif not out:
        print_json(proposal.document)
    _tell(proposal, file, out)
    raise typer.Exit(bool(proposal.notes.wrong))


def _there(out: Path) -> UsageError:
    return UsageError(f"{out} is there already", remedy="name another file, or overwrite it with --force")


def _write(out: Path, proposal: "Proposal", *, force: bool) -> None:
    try:
        with out.open("w" if force else "x", encoding="utf-8") as target:
            target.write(json_text.dumps(proposal.document, indent=2, ensure_ascii=False) + "\n")
    except FileExistsError as error:
        raise _there(out) from error
    except OSError as error:
        raise UsageError(f"{out} can't be written: {error.strerror}", remedy="name another file for --out") from error


def _tell(proposal: "Proposal", file: Path, out: Path | None) -> None:
    notes = proposal.notes
    sections = ("Found", notes.found), ("To be answered by a person", notes.questions), ("Wrong", notes.wrong)
    for title, lines in sections:
        if lines:
            print(f"{title}:", *(f"- {in_a_line(line)}" for line in lines), sep="\n", file=sys.stderr)
    command = f"tap validate {shlex.quote(str(file))} --schema {shlex.quote(str(out)) if out else 'SCHEMA'}"
    print(f"Review it, answer the questions, then judge the whole file: `{command}`", file=sys.stderr)
