"""Things put aside on disk in order, and taken up again in that order. Used by the vectorised judgement."""

import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

_Thing = TypeVar("_Thing")
_AT_ONCE = 20  # things: what they have in common is written once


class Spool(Generic[_Thing]):
    """Written first, then read as often as one likes.

    Args:
        path: a file in a folder that nobody else can write to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._out = path.open("wb")
        self._held: list[_Thing] = []

    def put(self, thing: _Thing) -> None:
        """Add one at the end."""
        self._held.append(thing)
        if len(self._held) == _AT_ONCE:
            self._write()

    def _write(self) -> None:
        if self._held:
            pickle.dump(self._held, self._out, pickle.HIGHEST_PROTOCOL)
        self._held = []

    def __iter__(self) -> Iterator[_Thing]:
        self._write()
        self._out.flush()
        with self._path.open("rb") as source:
            size = self._path.stat().st_size
            while source.tell() < size:
                yield from pickle.load(source)  # noqa: S301 - written by this process into its own folder

    def close(self) -> None:
        """Nothing more is written or read."""
        self._out.close()
