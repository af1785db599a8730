"""Several syntheses in a row, such as those of a test session: by one process, which loads CDKTF once for all of them.

Most of a synthesis is jsii that loads the provider's types, again each time. A project whose app is a script in Python
says with `preload` which of its modules do that, and between `keep` and `end` a `synthesiser` serves it: all processes
that share the folder. Any other app, and a synthesis in whose environment Node might find something else, goes
the usual way. Both write the same bytes.
"""

import json
import os
import re
import socket
import sys
import time
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from deployer import process
from deployer.deploy.synthesiser import OTHER, OUT, TAKEN
from deployer.errors import SynthesisFailed
from deployer.process.file_lock import file_lock
from deployer.project import Project

MODULE = "deployer.deploy.synthesiser"
# Of the variables, what Node, jsii and CDKTF read, whoever else does; and what no two tests have alike, and they don't.
_OF_NODE, _OF_TESTS = re.compile("PATH|(NODE|JSII|CDKTF)_.*"), re.compile("(AWS|PYTEST)_.*")
_LONGEST_PATH = 100  # bytes of a socket's path, on every system
_POLL_S = 0.02
_TOLD_LINES = 12


class Kept:
    """A folder that processes share, in which the one that synthesises can be reached. Whoever needs it starts it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[process.Process] = []

    def close(self) -> None:
        """Those that this process started end, once they have done what they are at."""
        for each in self._started:
            if each.stdin:
                each.stdin.close()
            each.wait()

    def run(
        self, project: Project, root: Path, variables: Mapping[str, str], settings: Collection[str]
    ) -> process.Result | None:
        """The app, run with this environment, of which `settings` are read by the stack in Python. None where it has to
        be run the usual way.

        Raises:
            SynthesisFailed: the process ended in the middle of it.
        """
        command = project.command(root)
        if not _can_be_kept(project, command, root):
            return None
        others = {name: value for name, value in variables.items() if _is_alike(name, project, settings)}
        told = {"command": command, "variables": dict(variables), "environment": others}
        name = sha256(json.dumps([str(root), command, project.preload]).encode()).hexdigest()[:8]
        place = self.folder / f"synth-{name}"
        if len(os.fsencode(place.with_suffix(".new"))) > _LONGEST_PATH:
            return None
        while True:
            with file_lock(place.with_suffix(".lock")):
                if not _answers(place) and (ended := self._start(place, project, root, told)):
                    return ended
            if (answer := _asked(place, told)) is not None:
                return (
                    None if answer == OTHER else process.Result(command, answer["code"], answer["out"], answer["error"])
                )

    def _start(self, place: Path, project: Project, root: Path, told: Mapping[str, Any]) -> process.Result | None:
        """A new one; where it can't load what the app loads, the answer is why."""
        link = place.with_suffix(".out")
        given = {
            "socket": str(place), "link": str(link), "script": told["command"][1], "preload": project.preload,
            "environment": told["environment"],
        }  # fmt: skip
        command = [sys.executable, "-m", MODULE, json.dumps(given)]
        with place.with_suffix(".log").open("wb") as log:
            started = process.start(
                command, folder=root, env={**told["variables"], OUT: str(link)}, stdin=process.PIPE, output=log,
                apart=True,
            )  # fmt: skip
        self._started.append(started)
        while not place.exists():
            if (code := started.poll()) is not None:
                return process.Result(command, code or 1, "", place.with_suffix(".log").read_text(errors="replace"))
            time.sleep(_POLL_S)
        return None


def _is_alike(name: str, project: Project, settings: Collection[str]) -> bool:
    """Whether a variable has to be the same for a process to serve both: all that Node might read."""
    if _OF_NODE.fullmatch(name):
        return name != OUT
    return not (_OF_TESTS.fullmatch(name) or name in settings or project.reads(name))


def _can_be_kept(project: Project, command: tuple[str, ...], root: Path) -> bool:
    return bool(project.preload) and command[0] == sys.executable and (root / "".join(command[1:2])).is_file()


def _answers(place: Path) -> bool:
    """Whether one is there; of one that was killed, the socket is taken away."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(str(place))
        except OSError:
            place.unlink(missing_ok=True)
            return False
    return True


def _asked(place: Path, told: Mapping[str, Any]) -> Any:
    """Its answer, or OTHER; None where it came to its end before it took the request."""
    with socket.socket(socket.AF_UNIX) as connection, connection.makefile("r") as stream:
        try:
            connection.connect(str(place))
            connection.sendall(f"{json.dumps(told)}\n".encode())  # by a stream, its close would try what failed again
            word = stream.readline()
        except OSError:
            return None
        if not word:
            return None
        if json.loads(word) != TAKEN:
            return OTHER
        try:
            return json.loads(stream.readline())
        except (OSError, ValueError) as error:
            raise _died(place.with_suffix(".log")) from error


def _died(log: Path) -> SynthesisFailed:
    said = log.read_text(errors="replace").strip()
    return SynthesisFailed(
        "the process that synthesises for this session ended in the middle of a synthesis",
        where=f"{MODULE}, which {log} is the log of",
        remedy="try again, which starts another one; it was killed, by the system where memory was short",
        details=tuple(said.splitlines()[-_TOLD_LINES:]),
    )


_KEPT: list[Kept] = []


def keep(folder: Path) -> Kept:
    """From now on, until `end`, this process has its syntheses made by the one that is kept in the folder."""
    _KEPT.append(Kept(folder))
    return _KEPT[-1]


def end(kept: Kept) -> None:
    """The one that was kept before is used again, if there is one."""
    _KEPT.remove(kept)
    kept.close()


def run(project: Project, root: Path, variables: Mapping[str, str], settings: Collection[str]) -> process.Result | None:
    """As `Kept.run` of the innermost; None where none is kept."""
    return _KEPT[-1].run(project, root, variables, settings) if _KEPT else None
