"""One deployment for the whole test session, made by the deployer's own code and shared by all of xdist's workers.

The process that leads the session (xdist's controller, or pytest itself) starts `deployment_process` once a test asks
for it, so that the minute in which Terraform mostly waits passes while other tests run. Workers ask by a file, and
wait for the answer in another: who needs no more than the AWS has one as soon as that stands. The deployment lives as
long as the leader holds its pipe: it ends with the session, however that ends.
"""

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from deployer import process
from deployer.deploy import kept_synthesis
from deployer.process import tools
from deployer.pytest_plugin.levels import NAMES, levels, project_paths
from deployer.pytest_plugin.options import OPTIONS
from deployer.visible import visible

MODULE = "deployer.pytest_plugin.deployment_process"
ANSWER, REACHED, ASKED, PROCESS = "deployment.json", "target.json", "asked", "process"
SILENCE_S = 600.0  # a deployment tells each of its stages, and Terraform each resource
_POLL_S = 0.1
Answer = dict[str, Any]


class Shared:
    """What the processes of one session share: a folder, in which the deployment is asked for and answers."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log = folder, log

    def ask(self) -> None:
        """Let there be a deployment. It is made once, however often it is asked for."""
        (self.folder / ASKED).touch()

    def answer(self) -> Answer:
        """What `deployment_process` answered: how to reach the target, and the outputs; or an `error`."""
        return self._awaited(self.answered)

    def reached(self) -> Answer:
        """How to reach the target, by `target` and `settings`, before anything is deployed on it; or an `error`."""
        return self._awaited(lambda: self._said(REACHED) or self.answered())

    def _awaited(self, heard_of: Callable[[], Answer]) -> Answer:
        self.ask()
        heard, size = time.monotonic(), 0
        while True:
            ended = self._is_ended()  # asked first: what it said before it ended counts
            if said := heard_of():
                return said
            if (now := self.log.stat().st_size if self.log.exists() else 0) != size:
                heard, size = time.monotonic(), now
            if ended or time.monotonic() - heard > SILENCE_S:
                why = "its process ended" if ended else f"nothing was heard of it for {SILENCE_S:.0f} s"
                return {"error": why}
            time.sleep(_POLL_S)

    def answered(self) -> Answer:
        """The answer, if it is there by now; otherwise empty."""
        return self._said(ANSWER)

    def _said(self, name: str) -> Answer:
        file = self.folder / name
        return dict(json.loads(file.read_text())) if file.exists() else {}

    def told(self) -> str:
        """What the deployment told as it went, and where that is kept."""
        return visible(f"{self.log.read_text(errors='replace')}({self.log})") if self.log.exists() else ""

    def _is_ended(self) -> bool:
        try:
            pid = int((self.folder / PROCESS).read_text())
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except (OSError, ValueError):  # not begun
            return False
        except psutil.NoSuchProcess:
            return True


class Leader(Shared):
    """The same in the process that leads, which starts the deployment and ends it."""

    def __init__(self, config: pytest.Config) -> None:
        logs = project_paths(config).logs
        super().__init__(Path(tempfile.mkdtemp(prefix="tap-session-")), logs / f"session-{os.getpid()}.log")
        self.root = project_paths(config).root
        self.options = {name: config.getoption(name) for name in OPTIONS}
        self.process: process.Process | None = None
        self._over = threading.Event()
        self._watching: threading.Thread | None = None

    def ask(self) -> None:
        if self.process is None:
            command = [sys.executable, "-m", MODULE, str(self.folder), str(self.root), json.dumps(self.options)]
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("wb") as log:
                self.process = process.start(command, folder=self.root, stdin=process.PIPE, output=log)
            (self.folder / PROCESS).write_text(str(self.process.pid))

    def watch(self) -> None:
        """Start what a worker asks for."""
        if self._watching is None:
            self._watching = threading.Thread(target=self._watch, daemon=True)
            self._watching.start()

    def _watch(self) -> None:
        while not self._over.wait(_POLL_S):
            if (self.folder / ASKED).exists():
                return self.ask()

    def end(self) -> bool:
        """Let it take down what it deployed, and wait for that. Whether nothing is left."""
        self._over.set()
        if self._watching is not None:
            self._watching.join()
        if self.process is None or self.process.stdin is None:
            return True
        self.process.stdin.close()
        return self.process.wait() == 0

    def forget(self) -> None:
        """Its folder goes; the log stays where something went wrong."""
        if self.end() and "error" not in self.answered():
            self.log.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


_SHARED = pytest.StashKey[Shared]()
_PROVIDED = pytest.StashKey[bool]()
_KEPT = pytest.StashKey[kept_synthesis.Kept]()


def shared(config: pytest.Config) -> Shared:
    """What this session shares."""
    return config.stash[_SHARED]


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    config.stash[_SHARED] = Shared(*map(Path, given["tap_shared"])) if given else Leader(config)
    config.stash[_KEPT] = kept_synthesis.keep(shared(config).folder)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Terraform and Node are on PATH for tests of what is deployed; one of code alone asks no program for its version.

    What synthesises, plans or judges a stack provides them itself.
    """
    config = item.config
    if config.stash.get(_PROVIDED, False) or config.getoption("setupplan"):
        return
    if levels(config).level_of(item.nodeid) != NAMES[0]:
        for name in tools.TOOLS:
            tools.provide(name, project_paths(config))
        config.stash[_PROVIDED] = True


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With xdist, the controller leads and tells each worker where the answer will be."""
    leader = shared(node.config)
    node.workerinput["tap_shared"] = str(leader.folder), str(leader.log)
    if isinstance(leader, Leader):
        leader.watch()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Before the report is written: a night that leaves something behind is red, whatever its tests say."""
    leader = shared(session.config)
    if not isinstance(leader, Leader):
        return
    if not leader.end():
        sys.stderr.write(f"\nwhat was deployed could not be taken down:\n{leader.told()}\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:  # the exit code that `tap` ends with where nothing could be deployed, such as 3 without an AWS
        session.exitstatus = int(leader.answered().get("exit", 0)) or session.exitstatus


def pytest_unconfigure(config: pytest.Config) -> None:
    """Also where a session did not come to its finish."""
    if kept := config.stash.get(_KEPT, None):
        kept_synthesis.end(kept)
    if isinstance(leader := config.stash.get(_SHARED, None), Leader):
        leader.forget()
