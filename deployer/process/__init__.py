"""Runs other programs: the one place of the deployer that does, and the one way to an environment for them.

A command is a list of arguments, never a shell's line, and holds no credentials: every user of the machine can list
the arguments of a process, its environment only its own user. Imports nothing but the standard library and the errors,
as `make setup` and the guard of the embedded AWS start with it.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from deployer.errors import ToolMissing

Result = subprocess.CompletedProcess[str]
Process = subprocess.Popen[bytes]
Failed = subprocess.CalledProcessError
TimedOut = subprocess.TimeoutExpired
NOWHERE, PIPE = subprocess.DEVNULL, subprocess.PIPE
SAME = subprocess.STDOUT

NOTHING, EVERYTHING = re.compile(r"(?!)"), re.compile(r".*")
_SECRET = re.compile(r"AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|TF_TOKEN_.*")
_SHORTEST_SECRET = 16  # characters; what is shorter, as an emulator's credentials, is a word like others


def environment(added: Mapping[str, str], without: re.Pattern[str] = NOTHING) -> dict[str, str]:
    """A program's whole environment: the caller's variables but those whose names match `without`, and what is added.

    The search path is always there.
    """
    kept = {name: value for name, value in os.environ.items() if not without.fullmatch(name)}
    return {"PATH": os.environ.get("PATH", os.defpath), **kept, **added}


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str | None = None,
    seconds: float | None = None,
) -> Result:
    """Run to the end: its exit code, and all that it said. It reads `given`, or nothing.

    `env` is its whole environment; without one it has the caller's.

    Raises:
        ToolMissing: there is no such program.
        TimedOut: it was not done after `seconds`, and is killed.
    """
    _refuse_secrets(command)
    try:
        return subprocess.run(
            command, cwd=folder, env=env, input=given, stdin=None if given is not None else NOWHERE, timeout=seconds,
            capture_output=True, encoding="utf-8", errors="backslashreplace", check=False,
        )  # fmt: skip
    except (FileNotFoundError, PermissionError) as error:
        raise _not_started(error, command) from error


def let_finish(running: Process, tell: Callable[[], None] = lambda: None) -> None:
    """Interrupt it once and wait for its end, whoever interrupts us meanwhile: at a second interrupt Terraform, for
    one, drops what it is doing. `tell` is called once it has been interrupted.
    """
    with suppress(ProcessLookupError):
        running.send_signal(signal.SIGINT)
    tell()
    while running.poll() is None:
        with suppress(KeyboardInterrupt, SystemExit):
            running.wait()


def start(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] | None = NOWHERE,
    output: int | IO[bytes] | None = NOWHERE,
    complaints: int | IO[bytes] | None = SAME,
    apart: bool = False,
) -> Process:
    """Start, and leave it to the caller to wait. What it says goes to `output`, and there too what it complains of.

    `apart` is a session and a process group of its own, which an interrupt of the terminal does not reach.

    Raises:
        ToolMissing: there is no such program.
    """
    _refuse_secrets(command)
    try:
        return subprocess.Popen(
            command, cwd=folder, env=env, stdin=stdin, stdout=output,
            stderr=output if complaints == SAME else complaints, start_new_session=apart,
        )  # fmt: skip
    except (FileNotFoundError, PermissionError) as error:
        raise _not_started(error, command) from error


def require(program: str) -> str:
    """Where the program is. Raises ToolMissing where it is not on PATH."""
    if found := shutil.which(program):
        return found
    raise missing(program)


def missing(program: str) -> ToolMissing:
    """The error for a program that is not there. `tools` provides Terraform and Node before they are called."""
    return ToolMissing(f"{program} is not on PATH", remedy=f"install {program}")


def _not_started(error: OSError, command: Sequence[str]) -> Exception:
    """The folder to work in may be what is missing, too."""
    return missing(command[0]) if error.filename == command[0] else error


def _refuse_secrets(command: Sequence[str]) -> None:
    """A defect of ours, so no error for people: it is never shown with the command."""
    secrets = [
        value for name, value in os.environ.items() if _SECRET.fullmatch(name) and len(value) >= _SHORTEST_SECRET
    ]
    if any(secret in argument for secret in secrets for argument in command):
        raise ValueError(f"credentials in the arguments of {Path(command[0]).name}: give them by its environment")
