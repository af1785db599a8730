"""Physical lines of a file, and its bytes hashed as they are read. Used by `dialect`, `records` and `flat`."""

import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from transactions.codes import file_error
from transactions.errors import FileRefused

RECORD_LIMIT = 256 * 1024  # characters; an item of the table holds at most 400 KB
_BLOCK = 1 << 20  # bytes


def byte_length(text: str, encoding: str) -> int:
    """Bytes of a text as it stands in the file."""
    return len(text) if encoding == "utf-8" and text.isascii() else len(text.encode(encoding))


def bare(line: str) -> str:
    """The line without its ending."""
    if line.endswith("\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith(("\n", "\r")) else line


class HashedFile(io.RawIOBase):
    """A file whose bytes are hashed and counted as they are read once, from its start to its end.

    Args:
        path: the file.
        end: the byte at which reading it comes to an end, though the file may go on; None for the file's own.
    """

    def __init__(self, path: Path, end: int | None = None) -> None:
        self._source = path.open("rb", buffering=0)
        self._before, self._end = self._identity(), end
        self.digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        if self._end is not None:
            view = view[: self._end - self.size]
        count = self._source.readinto(view) or 0
        self.digest.update(view[:count])
        self.size += count
        return count

    def skip(self, count: int) -> None:
        """Read so many bytes, or all that there are, and keep none."""
        while count and (block := self.read(min(count, _BLOCK))):
            count -= len(block)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _identity(self) -> tuple[int, int]:
        status = os.fstat(self._source.fileno())
        return status.st_size, status.st_mtime_ns

    def check_unchanged(self) -> None:
        """After the last byte that was wanted. What is behind `end` is hashed and counted now.

        Raises:
            FileRefused: what was read is not the whole of one and the same file.
        """
        self._end = None
        while self.read(_BLOCK):
            pass
        if self._identity() != self._before or self.size != self._before[0]:
            raise FileRefused([file_error("file-changed", "the file changed while it was read: send it again")])


class Lines(Protocol):
    """Lines with their endings, one after the other. An overlong line comes in pieces."""

    number: int  # of the last line, from 1

    def next(self) -> str:
        """The next line, or its first piece, or "" after the last."""

    def rest(self) -> str:
        """The next piece of the same line."""

    def push_back(self, lines: Sequence[str]) -> None:
        """Lines to be read again, in the file's order."""


class FileLines:
    """The lines of an open file.

    Args:
        text: the file, at the start of a line.
        number: of the line before.
    """

    def __init__(self, text: io.TextIOWrapper, number: int = 0) -> None:
        self._readline = text.readline
        self._put_back: list[str] = []
        self.number = number

    def next(self) -> str:
        line = self.rest()
        if line:
            self.number += 1
        return line

    def rest(self) -> str:
        return self._put_back.pop() if self._put_back else self._readline(RECORD_LIMIT)

    def push_back(self, lines: Sequence[str]) -> None:
        self._put_back.extend(reversed(lines))
        self.number -= len(lines)


class MoreNeededError(Exception):
    """The lines of a text end where the file does not."""


class TextLines:
    """The lines of a text that begins with one.

    Args:
        text: the text.
        at: where in it the first line begins.
        number: of the line before it.
        newline: what ends a line.
        last: whether the file ends where the text does; if not, to come to its end is a `MoreNeededError`.
    """

    def __init__(self, text: str, at: int, number: int, newline: str, *, last: bool) -> None:
        self._text, self.at, self.number, self._newline, self._last = text, at, number, newline, last

    def next(self) -> str:
        line = self.rest()
        if line:
            self.number += 1
        return line

    def rest(self) -> str:
        limit = self.at + RECORD_LIMIT
        end = self._text.find(self._newline, self.at, limit) + 1 or min(limit, len(self._text))
        if not self._last and end < limit and self._text[end - 1 : end] != self._newline:
            raise MoreNeededError
        if not self._last and end == self.at:
            raise MoreNeededError
        line, self.at = self._text[self.at : end], end
        return line

    def push_back(self, lines: Sequence[str]) -> None:
        self.at -= sum(map(len, lines))
        self.number -= len(lines)
