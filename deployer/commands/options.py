"""The options that are the same everywhere, and what every command makes of them."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.errors import UsedWrongly

if TYPE_CHECKING:
    from stack.settings import Settings

TargetOption = Annotated[
    str | None,
    typer.Option("--target", metavar="embedded|localstack|aws", help="Which AWS; TAP_TARGET, embedded if not set."),
]
SuffixOption = Annotated[
    str | None, typer.Option("--suffix", help="Ends every resource's name; ENVIRONMENT_SUFFIX, dev if not set.")
]
RegionOption = Annotated[str | None, typer.Option("--region", help="AWS region; AWS_REGION if not set.")]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON document on stdout; what is for people goes to stderr.")
]
DataTooOption = Annotated[
    bool, typer.Option("--data-too", help="Also what holds data: protection is lifted, and the data go for good.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Don't ask; has to be said where there is no terminal.")]
FileArgument = Annotated[Path, typer.Argument(help="A CSV file of transactions.", show_default=False)]
KeyArgument = Annotated[str, typer.Argument(help="A file's key, as `tap upload` printed it.", show_default=False)]


def settings_of(target: str | None, suffix: str | None, region: str | None) -> "Settings":
    """The settings of the environment, the options before it. Raises UsedWrongly with a line for each refused one."""
    from stack.settings import Settings, SettingsError

    try:
        return Settings.load(target=target, environment_suffix=suffix, aws_region=region)
    except SettingsError as error:
        raise UsedWrongly(
            "a setting is missing or malformed",
            remedy="set the variable that is named, or pass the option that overrides it",
            details=tuple(str(error).splitlines()),
        ) from error


def print_json(document: Any) -> None:
    """One document, indented."""
    json.dump(document, sys.stdout, indent=2, ensure_ascii=False, default=str)
    sys.stdout.write("\n")


def print_json_line(document: Any) -> None:
    """One document on one line, at once."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()
