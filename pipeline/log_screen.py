"""Log lines on a screen or as JSON, once or as they come. Used by `tap logs`."""

import sys
import time
from datetime import UTC, datetime
from typing import TextIO

from deployer.commands.options import print_json_line
from deployer.console.table import width_of
from deployer.json_text import json_object
from deployer.logs.following import Logged
from deployer.logs.lines import in_columns, readable
from pipeline.client import Pipeline
from pipeline.deployed import FileState
from pipeline.domain import Upload
from pipeline.logs import Source

_POLL_S = 0.2
_TIME = len("12:00:00.000  ")


class Screen:
    """Shows what is new in a log, and does so while somebody waits by it: see `pipeline.client.Clock`."""

    def __init__(self, source: Source, stream: TextIO, *, json: bool) -> None:
        self._source, self._stream, self._json = source, stream, json
        self._looked, self._day = 0.0, ""
        self._name_width = max(map(len, source.names))

    def monotonic(self) -> float:
        """As `time` has it."""
        return time.monotonic()

    def sleep(self, seconds: float, /) -> None:
        """Wait, with a look at the log where it is time for one."""
        if time.monotonic() - self._looked >= self._source.pause_s:
            self.show()
        time.sleep(seconds)

    def drain(self, late_s: float) -> None:
        """What still comes, until nothing came for so many seconds."""
        quiet = time.monotonic()
        while time.monotonic() - quiet < late_s:
            time.sleep(min(self._source.pause_s, late_s))
            if self.show():
                quiet = time.monotonic()

    def show(self, *, strict: bool = False) -> bool:
        """What is new; whether anything was."""
        found = self._source.new(strict=strict)
        self._looked = time.monotonic()
        for one in found:
            if lines := readable(one.message, self._source.known):
                _print_json(one) if self._json else self._print(one, lines)
        self._stream.flush()
        return bool(found)

    def _print(self, one: Logged, lines: list[str]) -> None:
        at = datetime.fromtimestamp(one.at / 1000, UTC)
        name = f"{at:%H:%M:%S}.{one.at % 1000:03d}  {one.function}"
        for line in in_columns(name, lines, _TIME + self._name_width, width_of(self._stream)):
            if (day := f"{at:%Y-%m-%d}") != self._day:
                self._day = day
                print(day, file=self._stream)
            print(line, file=self._stream)


def _print_json(one: Logged) -> None:
    at = datetime.fromtimestamp(one.at / 1000, UTC).isoformat(timespec="milliseconds")
    print_json_line({"at": at, "source": one.function, "message": json_object(one.message) or one.message})


def followed(pipeline: Pipeline, upload: Upload | None, screen: Screen) -> FileState:
    """Lines as they come: without a file for good, else until its end, where it ended. Raises as `Pipeline.watch`."""
    while upload is None:
        screen.sleep(_POLL_S)
    try:
        *_, state = pipeline.watch(upload, clock=screen)
        return state
    finally:
        if not isinstance(sys.exc_info()[1], KeyboardInterrupt):
            screen.drain(pipeline.target.trait("logs_late_s"))
