"""The environment that `tap dev` works on: deployed as `tap deploy` does, tried by the sample, heard in its logs.

Each deployment is a `tap deploy` of its own, which does all that one does, and sees the project's code as it is now: a
process that goes on would keep what it has imported of it.
"""

import json
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deployer import process
from deployer.console.view import PlainView
from deployer.deploy.deployment import Outputs, Run
from deployer.dev.lines import Lines
from deployer.dev.sample import Sample, sample
from deployer.errors import TapError
from deployer.logs.following import Follower, pause_s
from deployer.logs.groups import groups_in
from deployer.logs.lines import readable
from deployer.paths import Paths
from deployer.project import Project, runnable
from deployer.settings import Settings
from deployer.targets.connect import aws_errors_told, open_target
from deployer.targets.targets import Target


@dataclass(frozen=True)
class Deployed:
    """What stands after a deployment."""

    target: Target
    outputs: Outputs

    @property
    def settles_s(self) -> float:
        """Seconds until it is wholly in force."""
        return float(self.target.trait("settles_s"))


class Stack:
    """An environment of the project.

    Args:
        given: the sample, instead of the project's; None: the project's.
    """

    def __init__(self, settings: Settings, paths: Paths, lines: Lines, given: tuple[str, ...] | None = None) -> None:
        self._settings, self._paths, self._lines, self._given = settings, paths, lines, given
        self._tail = Tail(lines)

    def deploy(self) -> Deployed | None:
        """What stands after `tap deploy`; None where it failed, and said why. From then on its logs are followed.

        Raises:
            KeyboardInterrupt: after the deployment has ended in order.
        """
        told = self._settings
        command = runnable(("tap", "deploy", "--yes", "--json"))
        where = ("--target", told.target, "--suffix", told.environment_suffix, "--region", told.aws_region)
        with tempfile.TemporaryFile() as answer:
            running = process.start((*command, *where), output=answer, complaints=None, apart=True)
            if _awaited(running):
                self._lines.tell("not deployed")
                return None
            answer.seek(0)
            outputs: Outputs = json.load(answer)["outputs"]
        return self._heard(outputs)

    def _heard(self, outputs: Outputs) -> Deployed | None:
        try:
            with open_target(self._settings, self._paths, existing=True) as session, aws_errors_told(self._settings):
                view = PlainView(self._lines.stream)
                state = Run(self._settings, self._paths, session, view).terraform.state_document()
        except TapError as error:
            self._lines.tell(*f"what is deployed can't be reached: {error}".splitlines())
            return None
        groups = groups_in(state, self._settings.environment_suffix)
        self._lines.expect(groups)
        self._tail.follow(session.target, groups)
        return Deployed(session.target, outputs)

    def command(self) -> tuple[str, ...]:
        """The sample, in words; none where nobody said one. Raises UsageError where the project can't be read."""
        return Project.at(self._paths.root).sample if self._given is None else self._given

    @contextmanager
    def sample(self, deployed: Deployed) -> Iterator[Sample]:
        """The sample under way. Raises ToolMissing."""
        settings = self._settings.environment()
        with sample(
            self.command(), settings, deployed.target, deployed.outputs, self._paths.root, self._lines
        ) as running:
            yield running


class Tail:
    """A thread that puts what functions log into the lines, as it comes."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self._follower = lines, Follower(int(time.time() * 1000))
        self._where: tuple[Target, Mapping[str, str]] | None = None

    def follow(self, target: Target, groups: Mapping[str, str]) -> None:
        """From now on these."""
        begun, self._where = self._where is not None, (target, groups)
        if not begun:
            threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while self._where:
            target, groups = self._where
            client: Any = target.client("logs")
            for one in self._follower.new(client, groups):
                self._lines.put(one.function, *readable(one.message))
            time.sleep(pause_s(len(groups), target.trait("log_calls_per_s")))


def _awaited(running: process.Process) -> int:
    """Its exit code. An interrupt is passed on once: it ends in order, and is let do so."""
    try:
        return running.wait()
    except (KeyboardInterrupt, SystemExit):
        process.let_finish(running)
        raise
