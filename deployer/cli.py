"""The `tap` command: its commands, and the one place that turns errors into exit codes and messages."""

import signal
import sys
import traceback
from datetime import UTC, datetime
from types import FrameType

import typer

from deployer import console
from deployer.commands import files, stack
from deployer.commands.capacity import capacity
from deployer.commands.cleanup import cleanup
from deployer.commands.comply import comply
from deployer.commands.docs import docs
from deployer.commands.doctor import doctor
from deployer.commands.local import local
from deployer.commands.policy import policy
from deployer.commands.report import report
from deployer.commands.run import run
from deployer.commands.state import bootstrap, unlock
from deployer.errors import TapError, Unexpected
from deployer.places import Places

app = typer.Typer(
    name="tap",
    help="CSV files of transactions from an S3 bucket to a DynamoDB table, proven before they ship.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # `main` tells errors
    add_completion=False,
)
for command in (
    *(
        run,
        stack.synth,
        stack.plan,
        stack.deploy,
        stack.adopt,
        stack.outputs,
        stack.destroy,
        cleanup,
        bootstrap,
        unlock,
        policy,
    ),
    *(
        files.validate,
        files.upload,
        files.watch,
        files.status,
        files.rejects,
        files.resubmit,
        files.redrive,
        comply,
        capacity,
        report,
        doctor,
    ),
):
    app.command()(command)
app.add_typer(local, name="local")
app.add_typer(docs, name="docs")


def main() -> None:
    """Run `tap` and exit: 0 done, 1 the answer is no, 2 used wrongly, 3 not fit, 128 + n ended by signal n."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` wants it
            signal.signal(number, _leave)
    try:
        console.prepare()
        sys.exit(_run())
    except BrokenPipeError:  # who read it has had enough
        console.give_up_stdout()
        sys.exit(1)
    except TapError as error:
        sys.exit(_told(error))
    except OSError as error:
        told = console.explained(error)
        console.give_up_stdout()
        sys.exit(_told(told or _unexpected()))
    except Exception:
        sys.exit(_told(_unexpected()))


def _run() -> str | int | None:
    """The exit code, once all that was said has gone out."""
    try:
        app()
    except SystemExit as ended:
        sys.stdout.flush()
        return ended.code
    return 0


def _leave(number: int, _frame: FrameType | None) -> None:
    """As an exception, so that everything opened on the way is closed."""
    sys.exit(128 + number)


def _told(error: TapError) -> int:
    print(f"\n{error}", file=sys.stderr)
    return error.exit_code


def _unexpected() -> Unexpected:
    """What nobody foresaw: short for people, whole in a file."""
    kind, value, _ = sys.exc_info()
    where, details = _logged(traceback.format_exc())
    return Unexpected(
        f"`tap` failed in a way it should not: {kind.__name__ if kind else ''}: {value}",
        where=where,
        remedy="try again; if it stays, report it with that file",
        details=details,
    )


def _logged(text: str) -> tuple[str, tuple[str, ...]]:
    """Where the text was written; where it can't be, the text itself."""
    log = Places.here().logs / f"error-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text)
    except OSError as error:
        return f"{log}, which can't be written: {error.strerror}", tuple(text.splitlines())
    return str(log), ()


if __name__ == "__main__":
    main()
