"""What people read, whatever their terminal can show, and however its stream ends. Used by deployer/cli.py."""

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deployer.errors import DiskFull

_PLAIN = {"✓": "ok", "✗": "x", "→": "->", "…": "...", "·": ".", "─": "-", "│": "|", "━": "-", "↻": "*"}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_READER_WENT = 128 + 13  # as a shell tells a program that SIGPIPE ended


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """A sign that the encoding lacks, in others that mean the same; a question mark for what has none."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    left = error.object[error.start : error.end]
    return "".join(_PLAIN.get(sign, "?") for sign in left), error.end


def takes_everything() -> bool:
    """Whether stdout's encoding has every character."""
    return (sys.stdout.encoding or "").lower().startswith("utf")


@contextmanager
def streams() -> Iterator[None]:
    """Streams that take whatever is said; a stream that the caller closed takes it too, and shows it to nobody.

    Raises:
        DiskFull: no room on the disk, or in the file that stdout is.
        SystemExit: who read it went away, as `head` does.
    """
    codecs.register_error("plainly", _plainly)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115 - for as long as the process lives
        if hasattr(stream := getattr(sys, name), "reconfigure"):
            stream.reconfigure(errors="plainly")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        _give_up_stdout()
        raise SystemExit(_READER_WENT) from None
    except OSError as error:
        if error.errno not in _FULL:
            raise
        _give_up_stdout()
        raise DiskFull(
            "there is no room left to write",
            where=str(error.filename or "where the output goes, or the disk of this checkout"),
            remedy="make room, then the same command again: a deployment goes on from the last whole state",
        ) from error


def _give_up_stdout() -> None:
    """So that Python does not try, at its end, to write what is left over."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
