"""The project's sample: a command of its own that sends something through what was just deployed."""

import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from deployer import process
from deployer.deploy.deployment import Outputs
from deployer.dev.lines import Lines
from deployer.project import runnable
from deployer.targets.supervisor import end_group
from deployer.targets.targets import Target

NAME = "sample"
_OTHER_AWS = re.compile("AWS_.*")
_TO_THE_LAST_S = 1.0  # for what it said at its end; somebody else may hold its stdout for longer
_ENDS_S = 5.0


@dataclass(frozen=True)
class Sample:
    """A sample under way."""

    process: process.Process
    _heard: threading.Thread

    @property
    def exit_code(self) -> int:
        """Of one that is over."""
        return int(self.process.returncode)

    def ended(self) -> bool:
        """Whether it is over, and all that it said is told."""
        if self.process.poll() is None:
            return False
        self._heard.join(_TO_THE_LAST_S)
        return True


@contextmanager
def sample(
    command: tuple[str, ...], settings: Mapping[str, str], target: Target, outputs: Outputs, folder: Path, lines: Lines
) -> Iterator[Sample]:
    """The sample under way, as words and without a shell; at the end of the block it is ended, with all it started.

    It reads the outputs on stdin. Its environment is the caller's, with the settings and the target's AWS in it.

    Raises:
        ToolMissing: there is no such program.
    """
    environment = process.environment({**settings, **target.environment(), "PYTHONUNBUFFERED": "1"}, without=_OTHER_AWS)
    ours, its = os.pipe()
    with os.fdopen(ours, encoding="utf-8", errors="backslashreplace") as said, tempfile.TemporaryFile() as given:
        given.write(json.dumps(outputs, indent=2, default=str).encode())
        given.seek(0)
        try:
            running = process.start(
                runnable(command), folder=folder, env=environment, stdin=given, output=its, apart=True
            )
        finally:
            os.close(its)
        heard = threading.Thread(target=_hear, args=(said, lines), daemon=True)
        heard.start()
        try:
            yield Sample(running, heard)
        finally:
            _end(running)
            heard.join(_TO_THE_LAST_S)


def _hear(said: TextIO, lines: Lines) -> None:
    for line in said:
        lines.put(NAME, line.rstrip("\n"))


def _end(running: process.Process) -> None:
    """With all that it started. Asked first, as it may have something to leave in order."""
    end_group(running.pid, _ENDS_S)
    running.wait()
