"""The `tap` command: its commands, and the one place that turns errors into exit codes and messages."""

import os
import re
import shlex
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from types import FrameType
from typing import Annotated, Any

import typer

from deployer.commands import stack
from deployer.commands.cleanup import cleanup
from deployer.commands.comply import comply
from deployer.commands.dev import dev
from deployer.commands.doctor import doctor
from deployer.commands.local import local
from deployer.commands.options import Commands, Group
from deployer.commands.policy import policy
from deployer.commands.report import report
from deployer.commands.state import bootstrap, unlock
from deployer.console import streams
from deployer.errors import InternalError, TapError, UsageError
from deployer.paths import Paths
from deployer.project import TABLE, Project, resolved
from deployer.visible import visible

NO_COLOR = "--no-color"
_CHOOSING = ("--target", "--suffix", "--region")  # by which a command knows its environment


class OfProject(Group):
    """Tap's own commands, and those of the project, whose code is not imported before one of them is asked for."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return super().get_command(ctx, cmd_name) or self.of_project.get(cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *self.of_project]

    @cached_property
    def of_project(self) -> dict[str, Any]:
        """By name. Raises UsageError where they can't be imported, or one has the name of one of Tap's own."""
        root, added = Paths.here().root, Commands()
        for reference in Project.at(root).commands:
            resolved(reference, root)(added)
        found = dict(typer.main.get_group(added).commands)
        if taken := sorted(found.keys() & self.commands.keys()):
            raise UsageError(
                f"the project adds commands that Tap has already: {', '.join(taken)}",
                where=f"`commands` in {TABLE}",
                remedy="give them other names",
            )
        return found


app = Commands(
    name="tap",
    cls=OfProject,
    help="Deploy a CDKTF stack that is proven before it ships: judged, planned, adopted, verified, removed.",
    pretty_exceptions_enable=False,  # `main` tells errors
    context_settings={"help_option_names": ["-h", "--help"]},
)
for panel, commands in {
    "The stack": (
        stack.synth, stack.plan, stack.deploy, dev, stack.adopt, stack.outputs, stack.destroy, cleanup, unlock,
    ),
    "The account and this machine": (doctor, bootstrap, policy),
    "Checks": (comply, report),
}.items():  # fmt: skip
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(local, name="local", rich_help_panel="The account and this machine")


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # a tenth of each command's start

        print(f"tap {version('tap')}")
        raise typer.Exit


@app.callback()
def _of_all_commands(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    __: Annotated[
        bool, typer.Option(NO_COLOR, help="Print no colours, as with NO_COLOR in the environment; after a command too.")
    ] = False,
) -> None:
    """Options before the command."""


def _uncoloured(arguments: list[str]) -> list[str]:
    """The arguments without the option, wherever it stands before a `--`; what prints then knows of it.

    https://no-color.org: any text in the variable that is not empty.
    """
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if NO_COLOR in own:
        os.environ["NO_COLOR"] = "1"
    return [each for each in own if each != NO_COLOR] + arguments[len(own) :]


def main() -> None:
    """Run `tap` and exit: 0 done, 1 the answer is no, 2 used wrongly, 3 not fit, 128 + n ended by signal n."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` wants it
            signal.signal(number, _leave)
    try:
        streams.prepare()
        sys.exit(_run())
    except BrokenPipeError:  # who read it has had enough
        streams.give_up_stdout()
        sys.exit(1)
    except TapError as error:
        sys.exit(_told(error))
    except OSError as error:
        told = streams.explained(error)
        streams.give_up_stdout()
        sys.exit(_told(told or _unexpected()))
    except Exception:
        sys.exit(_told(_unexpected()))


def _run() -> str | int | None:
    """The exit code, once all that was said has gone out."""
    try:
        sys.argv[1:] = _uncoloured(sys.argv[1:])
        app()
    except SystemExit as ended:
        sys.stdout.flush()
        return ended.code
    return 0


def _leave(number: int, _frame: FrameType | None) -> None:
    """As an exception, so that everything opened on the way is closed."""
    sys.exit(128 + number)


def _told(error: TapError) -> int:
    error.remedy = with_options(error.remedy, sys.argv[1:])
    print(f"\n{error}", file=sys.stderr)
    return error.exit_code


def with_options(remedy: str, given: Sequence[str]) -> str:
    """Each `tap COMMAND` of a remedy with the options by which the failed command chose its environment.

    Only those that the other command has, and the remedy does not name itself.
    """
    chosen = dict(pairwise(given))
    chosen |= dict(option.split("=", 1) for option in given if option.startswith("--") and "=" in option)
    group: Any = typer.main.get_command(app)

    def completed(told: re.Match[str]) -> str:
        command = _command(group, told[1])
        known = {name for each in command.params for name in each.opts} if command else set()
        missing = [name for name in _CHOOSING if name in chosen and name in known and name not in told[2]]
        return f"`tap {told[1]}{told[2]}{''.join(f' {name} {shlex.quote(chosen[name])}' for name in missing)}`"

    return re.sub(r"`tap (\w+)([^`]*)`", completed, remedy)


def _command(group: Any, name: str) -> Any:
    """None for one that is not there, and where the project's can't be had."""
    with suppress(TapError):
        return group.get_command(None, name)
    return None


def _unexpected() -> InternalError:
    """What nobody foresaw: short for people, whole in a file."""
    kind, value, _ = sys.exc_info()
    where, details = _logged(traceback.format_exc())
    return InternalError(
        f"internal error in `tap`: {kind.__name__ if kind else ''}: {value}",
        where=where,
        remedy="try again; if it stays, report it with that file",
        details=details,
    )


def _logged(text: str) -> tuple[str, tuple[str, ...]]:
    """Where the text was written; where it can't be, the text itself."""
    log = Paths.here().logs / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(visible(text), "utf-8")
    except OSError as error:
        return f"{log}, which can't be written: {error.strerror}", tuple(text.splitlines())
    return str(log), ()


if __name__ == "__main__":
    main()
