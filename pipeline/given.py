"""A file that somebody names on the command line: one on the disk, or what comes through a pipe.

A file is read more than once: for its form, its header, its rows. What can be read but once - `-`, /dev/stdin, a FIFO,
a shell's `<(...)` - is taken whole into a temporary file first, for as long as it is needed and however that ends.
"""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from deployer.errors import EnvironmentUnready, UsageError

STDIN = (Path("-"), Path("/dev/stdin"))
_ONCE = (stat.S_ISFIFO, stat.S_ISCHR, stat.S_ISSOCK)


@dataclass(frozen=True)
class Given:
    """What was named: where its bytes are, and what people know it by. What was `piped` has no name of its own."""

    path: Path
    name: str
    piped: bool = False


@contextmanager
def given(path: Path) -> Iterator[Given]:
    """The file that is meant, to be read as often as needed within the block.

    Raises:
        UsageError: there is no such file, it is a folder, or a terminal, from which nothing is piped.
        EnvironmentUnready: it can't be read, or there is no room for what comes through the pipe.
    """
    if not _is_read_once(path):
        yield Given(readable(path), path.name)
        return
    name = "standard input" if path in STDIN else str(path)
    with tempfile.TemporaryDirectory(prefix="tap-piped-") as folder:
        copy = Path(folder) / "piped.csv"
        with _opened(path) as source:
            _take(source, copy, name)
        yield Given(copy, name, piped=True)


def require_names(paths: Sequence[Path]) -> None:
    """Raises UsageError for what comes through a pipe: its key would be nobody's choice, and the next one's too."""
    if piped := [str(path) for path in paths if _is_read_once(path)]:
        raise UsageError(f"{piped[0]} has no name that could be its key", remedy="give one with --key, by itself")


def readable(path: Path) -> Path:
    """`path`, if its bytes can be read. Raises as `given`."""
    with _opened(path) as file:
        file.read(1)
    return path


def _is_read_once(path: Path) -> bool:
    """Also standard input that is a file: somebody may have read the beginning of it."""
    try:
        mode = path.stat().st_mode
    except OSError:
        mode = 0
    return path in STDIN or any(is_kind(mode) for is_kind in _ONCE)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with open(0, "rb", closefd=False) if path in STDIN else path.open("rb") as file:
            yield file
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"there is no file {path}", remedy="check the path") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path} is a folder", remedy="name a CSV file in it") from error
    except OSError as error:
        raise EnvironmentUnready(
            f"{path} can't be read: {error.strerror}", remedy=f"check its permissions: `ls -l {path}`"
        ) from error


def _take(source: BinaryIO, copy: Path, name: str) -> None:
    """All of it, as it comes."""
    if source.isatty():
        raise UsageError(
            f"{name} is a terminal, and nothing is piped into it",
            remedy="name a file, or pipe one in: `... | tap validate -`",
        )
    try:
        with copy.open("wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise EnvironmentUnready(
            f"{name} is larger than the room for temporary files: {os.strerror(error.errno)}",
            where=str(copy.parent.parent),
            remedy="make room there, name another folder with TMPDIR, or save it to a file and name that",
        ) from error
