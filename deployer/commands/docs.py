"""`tap docs build` and `extract`: the document that holds the complete system."""

from pathlib import Path
from typing import Annotated

import typer

from deployer.places import Places

CheckOption = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if it is stale.")]
FolderArgument = Annotated[Path, typer.Argument(help="Empty, or not there.", show_default=False)]
FromOption = Annotated[Path | None, typer.Option("--from", help="The document; this repository's if not set.")]

docs = typer.Typer(help="IDEAL_RESPONSE.md, the complete system in one document.", no_args_is_help=True)


@docs.command()
def build(check: CheckOption = False) -> None:
    """Write it from the repository."""
    from deployer.documents.ideal import NAME, built
    from deployer.errors import Stale

    places = Places.here()
    path, text = places.root / NAME, built(places)
    if not check:
        path.write_bytes(text.encode())
    elif not path.exists() or path.read_bytes() != text.encode():
        raise Stale(f"{NAME} is not what the repository gives", where=str(path), remedy="`tap docs build`")


@docs.command()
def extract(folder: FolderArgument, source: FromOption = None) -> None:
    """Turn it back into its files."""
    from deployer.documents import ideal
    from deployer.errors import UsedWrongly

    path = source or Places.here().root / ideal.NAME
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsedWrongly(f"the document can't be read: {error}", where=str(path)) from error
    print(f"{len(ideal.extract(text, folder))} files in {folder}")
