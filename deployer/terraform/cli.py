"""Drives Terraform in one working folder: the deployer's stages, `tap destroy`, `tap outputs` and the suite use it.

Each command writes its output to a file below the folder and is followed from there. A pipe would take a running
apply down with `tap` itself, and with it the state of what was just created; a file lets it finish.
"""

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from deployer import process
from deployer.errors import TerraformFailed
from deployer.terraform.diagnostics import errors_in, event_of, failure

PARALLELISM = 30  # most of an apply is waiting, which overlaps
PLAN = "plan.tfplan"
UNSAVED = "errored.tfstate"  # what Terraform writes when the state can't be saved
_POLL = 0.05
_ROOM = 1 << 16  # bytes; with less, a log or a state was cut off, and what went wrong stands in neither
_NOT_FOR_IT = re.compile(r"AWS_.*|TF_(?!(LOG(_.*)?|PLUGIN_CACHE_DIR|REGISTRY_.*|TOKEN_.*)$).*")
_NO_PROXY = ("localhost", "127.0.0.1")

_DEFAULT_PROVIDER = r'(provider\["[^"]*"\])?'  # as the state names it: without an alias, and of no module

Event = dict[str, Any]
OnEvent = Callable[[Event], None]


def ignore(_: Event) -> None:
    """For who does not follow the events."""


class Terraform:
    """Terraform in `folder`, which holds a configuration.

    `environment` is all that it sees of the outside; what it prints goes to files in `logs`; `notice` tells people;
    `state_file` is where a local backend keeps the state, None where the state is elsewhere.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        logs: Path,
        notice: Callable[[str], None] = print,
        state_file: Path | None = None,
    ) -> None:
        self.folder, self.environment, self.logs, self._notice = folder, dict(environment), logs, notice
        self._state_file = state_file

    def init(self, *, locked: bool = False) -> None:
        """Install the providers and open the state.

        With `locked`, only providers that the folder's `.terraform.lock.hcl` knows, by their hashes.

        Raises:
            TerraformFailed: a provider can't be had, or is another than the lock file says.
        """
        held = ["-lockfile=readonly"] if locked else []
        self._run("init", "-input=false", "-no-color", "-reconfigure", *held)

    def plan(
        self, out: str = PLAN, on_event: OnEvent = ignore, *, destroy: bool = False, targets: Iterable[str] = ()
    ) -> bool:
        """Write a plan to `out` in the folder, of `targets` alone if any. True if it changes anything.

        With `destroy`, that all which the state knows goes.

        Raises:
            TerraformFailed: with Terraform's own diagnostics.
        """
        narrowed = [*(["-destroy"] if destroy else []), *(f"-target={address}" for address in targets)]
        code = self._run(
            "plan", *narrowed, "-json", "-input=false", "-detailed-exitcode", f"-parallelism={PARALLELISM}",
            f"-out={out}", on_event=on_event, accepted=(0, 2),
        )  # fmt: skip
        return code == 2

    def is_plan_empty(self, on_event: OnEvent = ignore) -> bool:
        """Whether what stands is what is asked for."""
        return not self.plan("verify.tfplan", on_event)

    def apply(self, plan: str = PLAN, on_event: OnEvent = ignore) -> dict[str, Any]:
        """Apply a plan that `plan` wrote, and answer the outputs, as `output` does; empty if Terraform told none.

        Raises:
            TerraformFailed: what was created until then is in the state.
        """
        told: dict[str, Any] = {}

        def heard(event: Event) -> None:
            if event.get("type") == "outputs":
                told.update(event["outputs"])
            on_event(event)

        self._run("apply", "-json", "-input=false", f"-parallelism={PARALLELISM}", plan, on_event=heard)
        return told

    def show_json(self, plan: str | None = None) -> dict[str, Any]:
        """A plan, or the state where no plan is named, as Terraform's JSON document."""
        return self._document("show", "-json", *([plan] if plan else []))

    def state(self) -> dict[str, dict[str, Any]]:
        """The attributes of all that the state manages, by address. Empty where there is no state yet."""
        return attributes_in(self.state_document())

    def state_document(self) -> dict[str, Any]:
        """The state's own document: its file, or pulled from where it is. Both need no provider, as `show` would."""
        if self._state_file is None:
            return self._document("state", "pull")
        try:
            document: dict[str, Any] = json.loads(self._state_file.read_text())
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise TerraformFailed(
                f"the state can't be read: {error}",
                where=str(self._state_file),
                remedy=f"put back {self._state_file.name}.backup beside it; "
                "or move the file away, and `tap deploy` adopts what exists",
            ) from error
        return document

    def amend(self, attributes: Mapping[str, Mapping[str, Any]], held: dict[str, Any] | None = None) -> None:
        """Tell the state attributes, by address, that are true and that no provider has read.

        `held`: the state, as it was read by a caller who holds its lock now. Terraform takes none then.

        Raises:
            TerraformFailed: the state is locked, or was changed meanwhile; then it stays as it was.
        """
        self._change({address: _told(told) for address, told in attributes.items()}, held)

    def untaint(self, addresses: Iterable[str]) -> None:
        """What is there, and was marked for its replacement when its creation was interrupted, is to be finished.

        Raises:
            TerraformFailed: as `amend`.
        """
        self._change(dict.fromkeys(addresses, _untainted))

    def _change(
        self, changes: Mapping[str, Callable[[dict[str, Any]], object]], held: dict[str, Any] | None = None
    ) -> None:
        """Each instance, by address, as its change leaves it. A newer state than the one that was read wins."""
        document = self.state_document() if held is None else held
        instances = _instances(document)
        for address, change in changes.items():
            change(instances[address])
        document["serial"] += 1
        unlocked = [] if held is None else ["-lock=false"]
        self._answer("state", "push", *unlocked, "-", given=json.dumps(document))

    def push(self, file: Path) -> None:
        """Put a state in its place. Raises TerraformFailed where what is there is newer, or another one."""
        self._answer("state", "push", str(file))

    def output(self) -> dict[str, Any]:
        """The outputs, by name, each `{"value": ...}`. Empty where nothing is deployed."""
        return self._document("output", "-json")

    def _document(self, command: str, *arguments: str) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._answer(command, *arguments) or "{}")
        return document

    def _answer(self, command: str, *arguments: str, given: str | None = None) -> str:
        """Straight from a pipe, never into a log: a state may hold secrets."""
        result = process.run(["terraform", command, *arguments], folder=self.folder, env=self.environment, given=given)
        if result.returncode:
            raise failure(f"terraform {command}", errors_in(result.stderr), str(self.folder))
        return result.stdout

    def _run(self, command: str, *arguments: str, on_event: OnEvent = ignore, accepted: tuple[int, ...] = (0,)) -> int:
        log = self.logs / f"{command}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as out:
            running = process.start(
                ["terraform", command, *arguments], folder=self.folder, env=self.environment, output=out, apart=True
            )
        with log.open(encoding="utf-8", errors="replace") as lines:
            self._follow(running, lines, on_event)
        if running.returncode not in accepted:
            if shutil.disk_usage(self.folder).free < _ROOM:
                raise TerraformFailed(
                    f"Terraform gave up at `terraform {command}`, as the disk is full",
                    where=str(self.folder),
                    remedy="make room, then `tap deploy` again: it goes on from the last whole state, and adopts what "
                    "that one lacks",
                )
            raise failure(f"terraform {command}", errors_in(log.read_text(errors="replace")), str(log))
        return running.returncode

    def _follow(self, running: process.Process, lines: TextIO, on_event: OnEvent) -> None:
        """Pass on the events until Terraform ends. An interrupt is passed on to it once; it ends its step in order."""
        try:
            for line in _written(running, lines):
                if event := event_of(line):
                    on_event(event)
        except (KeyboardInterrupt, SystemExit):
            self._let_finish(running)
            raise
        except BaseException:
            running.send_signal(signal.SIGINT)
            running.wait()
            raise

    def _let_finish(self, running: process.Process) -> None:
        """Or it would drop what it is doing, and the state with it."""
        told = "Interrupted: Terraform finishes its step, so that its state stays true ..."
        process.let_finish(running, lambda: self._notice(told))


def _told(attributes: Mapping[str, Any]) -> Callable[[dict[str, Any]], object]:
    return lambda instance: instance["attributes"].update(attributes)


def _untainted(instance: dict[str, Any]) -> None:
    instance.pop("status", None)


def attributes_in(state: Mapping[str, Any], *, elsewhere: bool = True) -> dict[str, dict[str, Any]]:
    """The attributes of all that a state document manages, by address.

    Without `elsewhere`, only of what the default providers made: those with an alias work in another region or account.
    """
    found = _instances(state)
    apart = set() if elsewhere else elsewhere_in(state)
    return {address: instance["attributes"] for address, instance in found.items() if address not in apart}


def elsewhere_in(state: Mapping[str, Any]) -> set[str]:
    """The addresses of what a provider with an alias made, or one that a module has for itself."""
    apart = [one for one in state.get("resources", []) if not re.fullmatch(_DEFAULT_PROVIDER, one.get("provider", ""))]
    return set(_instances({"resources": apart}))


def _instances(state: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a state manages, by address; not what only waits to be destroyed, its successor being made already."""
    return {
        f"{_within(one)}{one['type']}.{one['name']}{_index(instance)}": instance
        for one in state.get("resources", []) if one["mode"] == "managed"
        for instance in one["instances"] if "deposed" not in instance
    }  # fmt: skip


def _within(resource: Mapping[str, Any]) -> str:
    return f"{resource['module']}." if "module" in resource else ""


def _index(instance: Mapping[str, Any]) -> str:
    """As Terraform writes it behind an address, a text in quotes."""
    key = instance.get("index_key")
    text = json.dumps(key, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return "" if key is None else f"[{text}]"


def _written(running: process.Process, lines: TextIO) -> Iterator[str]:
    """The lines of a file while a program writes them; a line counts once it is whole."""
    begun = ""
    while True:
        over = running.poll() is not None
        for piece in lines:
            begun += piece
            if begun.endswith("\n"):
                yield begun
                begun = ""
        if over:
            return
        time.sleep(_POLL)


def environment_for(target: Mapping[str, str], configuration: Path | None) -> dict[str, str]:
    """What Terraform may see: the target's AWS_* variables and no other, none of the caller's TF_* that change results.

    `configuration` is a CLI configuration of ours; None leaves Terraform its own.
    """
    proxied = [part for part in (os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or "").split(",") if part]
    bypass = ",".join(dict.fromkeys((*proxied, *_NO_PROXY)))
    own = os.environ.get("TF_CLI_CONFIG_FILE", "")
    named = str(configuration) if configuration else own if own and Path(own).is_file() else ""
    added = {
        **target,
        **({"TF_CLI_CONFIG_FILE": named} if named else {}),
        "NO_PROXY": bypass,
        "no_proxy": bypass,
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }
    return process.environment(added, without=_NOT_FOR_IT)
