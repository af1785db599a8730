"""The options that are the same everywhere, and what every command makes of them."""

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import ArgumentInfo, CommandFunctionType

from deployer.errors import UsageError
from deployer.visible import visible_json

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
JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="Print JSON to stdout, a document on a line for each change or entry.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Skip the confirmation (required without a terminal).")]


@dataclass(frozen=True)
class EnvironmentOptions:
    """By what a command is told its environment: a parameter of this type stands for an option for each field."""

    target: TargetOption = None
    suffix: SuffixOption = None
    region: RegionOption = None

    def settings(self) -> "Settings":
        """See `settings_of`."""
        return settings_of(self.target, self.suffix, self.region)

    def unchecked(self) -> "Settings":
        """The same, of which a region may be missing."""
        return settings_of(self.target, self.suffix, self.region, checked=False)


DEFAULTS = EnvironmentOptions()


class _FlagsTakeNothing:
    """Typer writes `<bool>` beside an option that takes no value."""

    def get_params(self, ctx: Any) -> list[Any]:
        params: list[Any] = super().get_params(ctx)  # type: ignore[misc] # Typer's, beside which it stands
        for one in params:
            if getattr(one, "is_flag", False) and one.metavar is None:
                one.metavar = ""
        return params


class Command(_FlagsTakeNothing, TyperCommand):
    """A command of Tap's or of a project."""


class Group(_FlagsTakeNothing, TyperGroup):
    """Several, below one name."""


class Commands(typer.Typer):
    """An application whose commands may have a parameter of type EnvironmentOptions: Tap's, and those of a project."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**{"cls": Group, "no_args_is_help": True, **told})

    def command(self, *name: Any, **told: Any) -> Callable[[CommandFunctionType], CommandFunctionType]:
        register = super().command(*name, **{"cls": Command, **told})

        def added(command: CommandFunctionType) -> CommandFunctionType:
            register(for_typer(command))
            return command

        return added


def for_typer(command: Callable[..., None]) -> Callable[..., None]:
    """The command as Typer is to see it: with options in the place of a parameter of type EnvironmentOptions."""
    options, shown, place = inspect.signature(EnvironmentOptions).parameters, list[inspect.Parameter](), ""
    for one in inspect.signature(command).parameters.values():
        if one.annotation is EnvironmentOptions:
            place = one.name
        shown += options.values() if one.annotation is EnvironmentOptions else [one]

    @wraps(command)
    def called(**given: Any) -> None:
        if place:
            given[place] = EnvironmentOptions(**{name: given.pop(name) for name in options})
        command(**given)

    shown.sort(key=_rank)
    called.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in shown}
    return called


def _rank(one: inspect.Parameter) -> int:
    """Options stand in the same order everywhere: a command's own, the confirmation, the environment, `--json`."""
    if any(isinstance(told, ArgumentInfo) for told in getattr(one.annotation, "__metadata__", ())):
        return 0
    return {"yes": 2, "target": 3, "suffix": 4, "region": 5, "json": 6}.get(one.name, 1)


def settings_of(
    target: str | None, suffix: str | None, region: str | None, *, checked: bool = True
) -> "Settings":  # fmt: skip
    """The settings of the environment, the options before it. Raises UsageError with a line for each refused one."""
    from deployer.settings import Settings, SettingsError

    try:
        load = Settings.load if checked else Settings.unchecked
        return load(target=target, environment_suffix=suffix, aws_region=region)
    except SettingsError as error:
        raise UsageError(
            "a setting is missing or malformed",
            remedy="set the variable that is named, or pass the option that overrides it",
            details=tuple(str(error).splitlines()),
        ) from error


def print_json(document: Any) -> None:
    """One document, indented."""
    print(_written(document, indent=2))


def print_json_line(document: Any) -> None:
    """One document on one line, at once."""
    print(_written(document), flush=True)


def _written(document: Any, indent: int | None = None) -> str:
    return visible_json(json.dumps(document, indent=indent, ensure_ascii=_is_narrow(), default=str))


def _is_narrow() -> bool:
    """Whether stdout lacks characters, which JSON can write in ASCII too."""
    return not (sys.stdout.encoding or "ascii").lower().startswith("utf")
