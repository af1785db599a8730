"""Removes an environment, with or without Terraform's state: look, remove what is due, look again, until all is gone.

`tap cleanup` calls it. Slow deletions, conflicts and late writers need nothing of their own: what is still there at
the next look is due again, and a step begins when nothing of the earlier ones is.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import says_absent, says_refused
from deployer.errors import TapError
from deployer.resources.configuration import Configuration
from deployer.resources.inventory import WORKERS, Inventory, Recorded
from deployer.resources.resource import AwsResource
from deployer.resources.resource_types import ALIASES, FUNCTIONS, RESOURCE_TYPES, is_protected
from deployer.resources.stateless import holds_data
from deployer.targets.targets import Target

PATIENCE_S = 300.0  # without any progress; a table or a state machine may take minutes to go
QUIET_S = 5.0  # for so long a function that is gone may still write its last lines
_POLL_S = 1.0
_PROTECTED = "deletion protection is on; --data-too switches it off"
_WITH_PROTECTED = "the environment's data is protected; --data-too removes it too"
_ENCRYPTS = "it may encrypt what is left"
_STILL_THERE = f"its removal was asked for, and after {PATIENCE_S:.0f} s it is still there"
_NOT_TRIED = "it goes after what is left"


@dataclass
class CleanupResult:
    """What a cleanup did: what went, what is left with its reason, and what only has one of our names.

    `unseen` is what the stack wants and nobody can look for, with the reason, by address, where no state tells of it.
    """

    removed: list[AwsResource] = field(default_factory=list)
    left: dict[AwsResource, str] = field(default_factory=dict)
    others: list[tuple[AwsResource, str]] = field(default_factory=list)
    unseen: dict[str, str] = field(default_factory=dict)


class Cleanup:
    """The removal of one environment. `note` tells people; `data_too` lifts what protects data.

    `target` is best a patient one: AWS throttles who removes a lot at once. `rest` lets the `quiet_s` seconds pass.
    """

    def __init__(
        self,
        target: Target,
        configuration: Configuration,
        recorded: Recorded,
        note: Callable[[str], None],
        *,
        data_too: bool = False,
        quiet_s: float = QUIET_S,
        rest: Callable[[float], None] = time.sleep,
    ) -> None:
        self._target, self._configuration, self._recorded = target, configuration, recorded
        self._note, self._data_too, self._quiet_s, self._rest = note, data_too, quiet_s, rest
        self._asked: dict[AwsResource, str] = {}  # what was asked to go, with what AWS last said against it
        self._quiet = False
        self.result = CleanupResult()

    def preview(self) -> CleanupResult:
        """What would be removed, in that order, and what would be left. Changes nothing."""
        self.result.removed = self._look()
        return self.result

    def run(self) -> CleanupResult:
        """Remove everything that may be removed; wait until it is really gone."""
        due = self._due()
        _in_parallel(self._silence, due)
        before: list[AwsResource] = []
        moved = time.monotonic()
        while due:
            if due != before:
                moved = time.monotonic()
            elif time.monotonic() - moved > PATIENCE_S:
                break
            else:
                time.sleep(_POLL_S)
            step = _step(due[0])
            _in_parallel(self._remove, [thing for thing in due if _step(thing) == step])
            before, due = due, self._due()
        left = self.result.left
        left.update({thing: self._asked.get(thing, _NOT_TRIED) or _STILL_THERE for thing in due})
        left.update(dict.fromkeys(self._lingering(), _STILL_THERE))
        self.result.removed = [thing for thing in self._asked if thing not in left]
        self.result.others = [(thing, why) for thing, why in self.result.others if thing not in left]
        return self.result

    def _lingering(self) -> list[AwsResource]:
        """What was asked to go, is no longer known as ours, and is there all the same: tags may go before the thing.

        It is waited for, and not asked again, since somebody may have made another of that name.
        """
        asked = [thing for thing in self._asked if thing not in self.result.left]
        before, moved = asked, time.monotonic()
        while asked:
            asked = Inventory(self._target, self._configuration, recorded=self._recorded).still_lists(asked)
            if asked != before:
                before, moved = asked, time.monotonic()
            elif time.monotonic() - moved > PATIENCE_S:
                break
            else:
                time.sleep(_POLL_S)
        return asked

    def _due(self) -> list[AwsResource]:
        """What is there and may go, in the order of the steps. Looks twice before it says that nothing is."""
        due = self._look()
        if not due and not self._quiet and any(_step(thing) == FUNCTIONS for thing in self._asked):
            self._quiet = True
            self._rest(self._quiet_s)
            due = self._look()
        return due

    def _look(self) -> list[AwsResource]:
        gone = frozenset((thing.type, thing.name) for thing in self._asked)
        inventory = Inventory(self._target, self._configuration, recorded=self._recorded, gone=gone)
        found, self.result.others = inventory.ours()
        self._keep_protected(found)
        if self.result.left:
            keys = [thing for thing in found if _step(thing) >= ALIASES]
            self.result.left.update({thing: _ENCRYPTS for thing in keys if thing not in self.result.left})
        free = [thing for thing in found if thing not in self.result.left]
        return sorted(free, key=lambda thing: (_step(thing), thing.type, thing.name, thing.id))

    def _keep_protected(self, found: Iterable[AwsResource]) -> None:
        """A table that refuses its deletion says that the data matter: what else holds some of them stays with it."""
        if self._data_too:
            return
        data = [thing for thing in found if holds_data(thing.type) and _step(thing) < ALIASES]
        if protected := [thing for thing in data if self._is_protected(thing)]:
            self.result.left.update(dict.fromkeys(data, _WITH_PROTECTED) | dict.fromkeys(protected, _PROTECTED))

    def _is_protected(self, thing: AwsResource) -> bool:
        return is_protected(self._target.client(RESOURCE_TYPES[thing.type].service), thing)

    def _silence(self, thing: AwsResource) -> None:
        kind = RESOURCE_TYPES[thing.type]
        if kind.silence:
            self._tried(thing, kind.silence)

    def _remove(self, thing: AwsResource) -> None:
        kind = RESOURCE_TYPES[thing.type]
        if thing not in self._asked:
            self._note(f"removing {thing.label}")
        self._asked[thing] = ""
        if kind.unprotect and self._is_protected(thing):
            self._tried(thing, kind.unprotect)
        self._tried(thing, kind.remove)

    def _tried(self, thing: AwsResource, action: Callable[[Any, AwsResource], None]) -> None:
        """What AWS says against it is kept for the end; where asking again does not help, the thing is left at once."""
        try:
            action(self._target.client(RESOURCE_TYPES[thing.type].service), thing)
        except ClientError as error:
            if says_absent(error):
                return
            self._asked[thing] = str(error)
            if says_refused(error):
                self.result.left[thing] = str(error)
        except TapError as error:
            self.result.left[thing] = " ".join((error.what, *error.details))


def _step(thing: AwsResource) -> int:
    return RESOURCE_TYPES[thing.type].step


def _in_parallel(work: Callable[[AwsResource], None], things: Iterable[AwsResource]) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, things))
