"""How people see what `tap` is doing: lines on a plain stream, a live picture on a terminal.

Stages are told to a `View`; nothing else prints progress. With `--json` the view writes to stderr, so that stdout
holds the document alone.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from deployer.visible import in_a_line


class View(Protocol):
    """What a stage tells while it runs."""

    def stage(self, name: str) -> Any:
        """A context manager: `name` has begun; when the block ends it is done, or has failed."""

    def detail(self, text: str) -> None:
        """How far the stage is; the next detail replaces it."""

    def note(self, text: str) -> None:
        """Something worth keeping on the screen, in a line."""


class PlainView:
    """One line when a stage ends, one for each note, now and then a detail; for logs and pipes."""

    def __init__(self, stream: TextIO, seconds_between: float = 5) -> None:
        self._stream, self._between = stream, seconds_between
        self._told = time.monotonic()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = self._told = time.monotonic()
        ended = "failed"
        try:
            yield
            ended = "done"
        finally:
            self.note(f"{name:<10} {ended} in {time.monotonic() - begun:.1f} s")

    def detail(self, text: str) -> None:
        """A sample of them: all would bury the log, none would look like a standstill."""
        if time.monotonic() - self._told > self._between:
            self.note(f"           {text}")

    def note(self, text: str) -> None:
        self._told = time.monotonic()
        print(in_a_line(text), file=self._stream, flush=True)


class LiveView:
    """A spinner with the stage, its detail and its time; for terminals."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.status import Status

        self._console = Console(file=stream, highlight=False)
        self._status = Status("", console=self._console)
        self._name, self._begun = "", 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._name, self._begun = name, time.monotonic()
        mark = "[red]✗[/]"
        self.detail("")
        self._status.start()
        try:
            yield
            mark = "[green]✓[/]"
        finally:
            self._status.stop()
            self._console.print(f"{mark} {name:<10} [dim]{time.monotonic() - self._begun:.1f} s[/]")

    def detail(self, text: str) -> None:
        from rich.text import Text

        told = f"{time.monotonic() - self._begun:.0f} s  {in_a_line(text)}"
        self._status.update(Text.assemble(f"{self._name}  ", (told, "dim")))

    def note(self, text: str) -> None:
        from rich.text import Text

        self._console.print(Text(in_a_line(text)))


class NoView:
    """Tells nothing; for tests, and for commands that print one document."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        yield

    def detail(self, text: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass


def view_for(*, json: bool) -> View:
    """The view for this terminal or pipe."""
    stream = sys.stderr if json else sys.stdout
    return LiveView(stream) if stream.isatty() else PlainView(stream)
