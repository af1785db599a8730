"""The options that are the same everywhere, and what every command makes of them."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.errors import UsedWrongly

if TYPE_CHECKING:
    from deployer.settings import Settings

TargetOption = Annotated[
    str | None,
    typer.Option("--target", metavar="embedded|localstack|aws", help="Target AWS (default: TAP_TARGET, or embedded)."),
]
SuffixOption = Annotated[
    str | None, typer.Option("--suffix", help="Suffix of every resource name (default: ENVIRONMENT_SUFFIX, or dev).")
]
RegionOption = Annotated[str | None, typer.Option("--region", help="AWS region (default: AWS_REGION).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON to stdout; progress goes to stderr.")]
DataTooOption = Annotated[
    bool,
    typer.Option(
        "--data-too", help="Also delete resources that hold data, protected ones too; the data can't be recovered."
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Skip the confirmation (required without a terminal).")]


def settings_of(target: str | None, suffix: str | None, region: str | None) -> "Settings":
    """The settings of the environment, the options before it. Raises UsedWrongly with a line for each refused one."""
    from deployer.settings import Settings, SettingsError

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
    json.dump(document, sys.stdout, indent=2, ensure_ascii=_is_narrow(), default=str)
    sys.stdout.write("\n")


def print_json_line(document: Any) -> None:
    """One document on one line, at once."""
    sys.stdout.write(json.dumps(document, ensure_ascii=_is_narrow(), default=str) + "\n")
    sys.stdout.flush()


def _is_narrow() -> bool:
    """Whether stdout lacks characters, which JSON can write in ASCII too."""
    return not (sys.stdout.encoding or "ascii").lower().startswith("utf")
