"""Round by round: deploy, try it with the sample, wait for the next change."""

import shlex
import time
from collections.abc import Callable

from deployer.dev.lines import Lines
from deployer.dev.stack import Deployed, Stack
from deployer.dev.watch import Watch
from deployer.errors import TapError
from deployer.few import few

_POLL_S = 0.1  # between looks for what somebody said
_SHOWN = 3  # of the files that changed


class Loop:
    """What `tap dev` does until it is ended. `clock` tells seconds."""

    def __init__(self, stack: Stack, watch: Watch, lines: Lines, clock: Callable[[], float] = time.monotonic) -> None:
        self._stack, self._watch, self._lines, self._clock = stack, watch, lines, clock
        self._changed: list[str] = []

    def run(self) -> None:
        """Until an interrupt: while it waits or tries, that is the end; of a deployment, it is the caller's."""
        begun = self._clock()
        while True:
            deployed = self._stack.deploy()
            try:
                self._tried(deployed, begun)
                self._until(self._is_changed)
            except KeyboardInterrupt:
                return
            begun = self._clock()
            self._lines.tell(f"changed: {few(self._changed, _SHOWN)}")
            self._changed = []

    def _tried(self, deployed: Deployed | None, begun: float) -> None:
        """With the sample, until something changes: then what it would show is past."""
        if deployed is None:
            return self._lines.tell("waiting for a change")
        after = f"deployed after {self._clock() - begun:.1f} s"
        try:
            command = self._stack.command()
            if not command:
                return self._lines.tell(f"{after}; no sample is named; waiting for a change")
            self._lines.tell(f"{after}; the sample: {shlex.join(command)}")
            self._settled(deployed)
            if not self._is_changed():
                self._sampled(deployed, begun)
        except TapError as error:
            self._lines.tell(*f"no sample: {error}".splitlines())

    def _settled(self, deployed: Deployed) -> None:
        ready = self._clock() + deployed.settles_s
        self._until(lambda: self._clock() >= ready)

    def _sampled(self, deployed: Deployed, begun: float) -> None:
        with self._stack.sample(deployed) as sample:
            self._until(sample.ended)
            ended = sample.ended()
        if not ended:
            return self._lines.tell("the sample is broken off, as something changed")
        how = "is through" if sample.exit_code == 0 else f"ended with {sample.exit_code}"
        self._lines.tell(f"the sample {how} after {self._clock() - begun:.1f} s; waiting for a change")

    def _until(self, done: Callable[[], bool]) -> None:
        """Show what comes until then, or until something changes."""
        while not (done() or self._is_changed()):
            self._lines.show()
            self._watch.wait(_POLL_S)
        self._lines.show()

    def _is_changed(self) -> bool:
        self._changed = self._changed or self._watch.changed()
        return bool(self._changed)
