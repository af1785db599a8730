"""The standard streams, whatever the caller made of them: closed, full, or in an encoding that lacks our characters.

And whatever is said on them: what is printed is made visible, so that no value of a file, a key or an answer of AWS
steers the terminal. Rich writes its colours by a way of its own. `cli.main` calls it around every command, so that none
has to think of it.
"""

import codecs
import errno
import io
import os
import re
import sys
from typing import Any, TextIO

from deployer.errors import EnvironmentUnready, TapError, UsageError
from deployer.paths import Paths
from deployer.visible import visible

# A letter for a letter, so that tables keep their columns.
PLAIN = str.maketrans("\u2713\u2717\u2026\u2500\u2501\u2502\u2013\u2014\u00b7\u2192\u00d7", "+x~--|--.>x")
_ERRORS = "plain"
_STDOUT = "stdout"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
# Colours, and how a spinner comes back to its line: all that Rich says to a terminal for us.
_PAINT = re.compile(r"(\x1b\[[\d;]*[mAK]|\x1b\[\?25[hl]|\r)")


class _Visible(io.TextIOWrapper):
    """A stream that people read."""

    def write(self, text: str, /) -> int:
        super().write(visible(text))
        return len(text)

    def paint(self, text: str) -> int:
        """What Rich has made: values in it are visible by then (`table`, `view`), and nothing but paint steers."""
        super().write("".join(each if _PAINT.fullmatch(each) else visible(each) for each in _PAINT.split(text)))
        return len(text)

    @property
    def rich_proxied_file(self) -> "_Painted":
        """By this name Rich asks a stream for the one that it is to write to."""
        return _Painted(self)


class _Painted:
    """The same stream, as Rich's consoles have it: also those that Typer makes for its help."""

    def __init__(self, stream: _Visible) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.paint(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Stdout(io.FileIO):
    """Its errors bear its name, so that they are not taken for those of a file."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OSError(error.errno, error.strerror, _STDOUT) from error


class _Stderr(io.FileIO):
    """What it refuses is lost: the exit code alone tells then."""

    def write(self, data: Any, /) -> int:
        try:
            return super().write(data)
        except OSError:
            return len(data)


def prepare() -> None:
    """Make the streams fit for any command.

    Raises:
        UsageError: stdout is closed, so nothing could be told.
    """
    closed = sys.stdout is None
    _occupy()
    codecs.register_error(_ERRORS, _plain)
    sys.stdout, sys.stderr = _through(_Stdout, sys.stdout), _through(_Stderr, sys.stderr)
    if closed:
        raise UsageError("stdout is closed", remedy="leave it open; `>/dev/null` where nobody is to read it")


def _occupy() -> None:
    """A closed descriptor would be the next file that is opened, and what is printed would go there."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest that is free
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+"))  # noqa: SIM115, PTH123 - as long as the process lives


def _through(kind: type[io.FileIO], stream: TextIO) -> TextIO:
    """The stream over another raw file; one that somebody put in its place, as pytest does, stays."""
    if stream not in (sys.__stdout__, sys.__stderr__) or not isinstance(stream, io.TextIOWrapper):
        return stream
    raw = kind(stream.fileno(), "w", closefd=False)
    return _Visible(
        io.BufferedWriter(raw), stream.encoding, _ERRORS,
        line_buffering=stream.line_buffering or stream.write_through,  # the buffer below holds what is written through
        write_through=stream.write_through,
    )  # fmt: skip


def _plain(error: UnicodeError) -> tuple[str, int]:
    """A plain character for what an encoding lacks; where there is none, its number, as JSON writes it too."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    told = error.object[error.start : error.end].translate(PLAIN)
    return told.encode("ascii", "backslashreplace").decode("ascii"), error.end


def explained(error: OSError) -> TapError | None:
    """What is amiss where something could not be written; None where the error says something else."""
    if error.filename == _STDOUT:
        return EnvironmentUnready(f"stdout can't be written: {error.strerror}", remedy="send it to where there is room")
    homeless = isinstance(error, FileNotFoundError) and "temporary directory" in str(error)
    if error.errno not in _NO_ROOM and not homeless:
        return None
    return EnvironmentUnready(
        f"a file can't be written: {error.strerror}",
        where=str(error.filename or Paths.here().root),
        remedy="make room there and in the folder of temporary files, then try again",
    )


def give_up_stdout() -> None:
    """What it refused leads nowhere from now on, so that Python ends in order."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    sys.stdout.flush()
