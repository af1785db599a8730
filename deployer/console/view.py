"""How people see what `tap` is doing: lines on a plain stream, a live line on a terminal.

Stages are told to a `View`; nothing else prints progress. With `--json` the view writes to stderr, so that stdout
holds the document alone.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from deployer.visible import in_a_line

_BAR = 16  # columns
_BEAT_S = 30.0  # without a word from a stage, until a plain stream says that it goes on


class View(Protocol):
    """What a stage tells while it runs."""

    def stage(self, name: str) -> Any:
        """A context manager: `name` has begun; when the block ends it is done, or has failed."""

    def detail(self, text: str, done: int = 0, of: int = 0) -> None:
        """How far the stage is, in a few words; the next detail replaces it. `done` of how many, where that counts."""

    def note(self, text: str) -> None:
        """Something worth keeping on the screen, in a line."""


class PlainView:
    """One line when a stage ends, one for each note, now and then a detail; for logs and pipes.

    Args:
        seconds_between: the least between two details.
        beat_s: a stage that tells nothing for so long is told to go on.
    """

    def __init__(self, stream: TextIO, seconds_between: float = 5, beat_s: float = _BEAT_S) -> None:
        self._stream, self._between, self._beat_s = stream, seconds_between, beat_s
        self._told = time.monotonic()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = self._told = time.monotonic()
        ended, over = "failed", threading.Event()
        threading.Thread(target=self._beat, args=(name, begun, over), daemon=True).start()
        try:
            yield
            ended = "done"
        finally:
            over.set()
            self.note(f"{name:<10} {ended} in {time.monotonic() - begun:.1f} s")

    def _beat(self, name: str, begun: float, over: threading.Event) -> None:
        while not over.wait(max(0.01, self._told + self._beat_s - time.monotonic())):
            if time.monotonic() - self._told >= self._beat_s:
                self.note(f"{name:<10} goes on, after {time.monotonic() - begun:.0f} s")

    def detail(self, text: str, done: int = 0, of: int = 0) -> None:
        """A sample of them: all would bury the log, none would look like a standstill."""
        if time.monotonic() - self._told > self._between:
            self.note(f"           {_counted(text, done, of)}")

    def note(self, text: str) -> None:
        self._told = time.monotonic()
        print(in_a_line(text), file=self._stream, flush=True)


class LiveView:
    """One line that moves: the stage, its time, a bar where something counts, its detail; for terminals."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=stream, highlight=False)
        self._progress: Any = None  # while a stage is on its way: a line with one task

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._progress, begun = _progress(self._console), time.monotonic()
        self._progress.add_task(name, total=None, detail="")
        mark = "[red]✗[/]"
        self._progress.start()
        try:
            yield
            mark = "[green]✓[/]"
        finally:
            self._progress.stop()
            self._progress = None
            self._console.print(f"{mark} {name:<10} [dim]{time.monotonic() - begun:.1f} s[/]")

    def detail(self, text: str, done: int = 0, of: int = 0) -> None:
        if self._progress is not None:
            task = self._progress.task_ids[0]
            self._progress.update(task, completed=done, total=of or None, detail=_counted(text, done, of))

    def note(self, text: str) -> None:
        from rich.text import Text

        self._console.print(Text(in_a_line(text)))


class NoView:
    """Tells nothing; for tests, and for commands that print one document."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        yield

    def detail(self, text: str, done: int = 0, of: int = 0) -> None:
        pass

    def note(self, text: str) -> None:
        pass


def view_for(*, json: bool) -> View:
    """The view for this terminal or pipe; on a terminal that can't move back, lines as in a pipe."""
    stream = sys.stderr if json else sys.stdout
    moves = stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")
    return LiveView(stream) if moves else PlainView(stream)


def _counted(text: str, done: int, of: int) -> str:
    return " ".join(filter(None, (f"{done:,} of {of:,}" if of else "", in_a_line(text))))


def _progress(console: Any) -> Any:
    """A line of Rich's that counts its time by itself, and is never wider than the terminal."""
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
    from rich.table import Column
    from rich.text import Text

    class Elapsed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.elapsed or 0:.0f} s", "dim")

    class Bar(BarColumn):
        def render(self, task: Task) -> Any:
            return super().render(task) if task.total else Text("")

    class Told(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(task.fields["detail"], "dim", no_wrap=True, overflow="ellipsis")

    rest = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        Elapsed(),
        Bar(bar_width=_BAR),
        Told(table_column=rest),
        console=console,
        transient=True,
        expand=True,
    )
