"""`tap docs build` and `extract`: what is made from the repository, above all the document that holds all of it."""

from pathlib import Path
from typing import Annotated

import typer

from deployer.commands.options import Commands
from deployer.few import counted
from deployer.paths import Paths

CheckOption = Annotated[bool, typer.Option("--check", help="Check only; exit 1 if a document is out of date.")]
FolderArgument = Annotated[Path, typer.Argument(help="Empty, or not there.", show_default=False)]
FromOption = Annotated[Path | None, typer.Option("--from", help="The document; this repository's if not set.")]

docs = Commands(help="The generated documents; the last is IDEAL_RESPONSE.md, the complete system in one.")


@docs.command()
def build(check: CheckOption = False) -> None:
    """Regenerate the documents.

    Example: `tap docs build --check`
    """
    from deployer.errors import Stale
    from pipeline.documents import generated

    paths = Paths.here()
    if not check:
        generated.write(paths)
    elif file_paths := list(generated.stale(paths)):
        raise Stale(f"{', '.join(file_paths)}: out of date", where=str(paths.root), remedy="`tap docs build`")


@docs.command()
def extract(folder: FolderArgument, source: FromOption = None) -> None:
    """Turn IDEAL_RESPONSE.md back into its files.

    Example: `tap docs extract restored`
    """
    from deployer.errors import UsageError
    from pipeline.documents import ideal

    path = source or Paths.here().root / ideal.NAME
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the document can't be read: {error}", where=str(path)) from error
    found = ideal.extract(text, folder, Paths.here().root)
    print(f"{counted(len(found.files), 'file')} in {folder}")
    if found.missing:
        print(f"not here with these bytes, and so left out: {', '.join(found.missing)}")
