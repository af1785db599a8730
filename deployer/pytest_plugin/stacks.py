"""The project's stack as a test sees it: synthesised, planned and judged, each once for all of xdist's workers."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.judgement import Evaluation, Finding, Judgement, NotJudged, Suppressed
from deployer.deploy.gate import stack_judged
from deployer.deploy.synthesis import key, stack_folder
from deployer.errors import SynthesisFailed
from deployer.paths import Paths
from deployer.process.file_lock import file_lock
from deployer.project import Project
from deployer.pytest_plugin.blocks import REMEMBERED, Block, Origin, Read, Resource, resource_blocks
from deployer.settings import Settings
from deployer.stack_file import STACK_FILE, lines_of
from deployer.terraform.offline_plan import plan_of

Document = dict[str, Any]


class Stack(Block):
    """The synthesised Terraform JSON, a document of the test's own that it may change.

    `settings` is what it was synthesised with, `folder` where it lies as `cdk.tf.json`, with its assets. What a test
    reads and is not there fails it with the address and the line of Python (`Block`); `the(type)` is a `Resource`.
    """

    def __init__(self, paths: Paths, variables: Mapping[str, str], read: Read | None = None) -> None:
        """`variables` are the settings, as an environment has them; of the caller's environment none is read.

        `read` is where it is noted what the test reads.

        Raises:
            SettingsError: one is wrong.
            SynthesisFailed: with the stack's own message.
        """
        self._paths, self._variables = paths, dict(variables)
        self.settings = Settings.load(variables)
        with self._environment():
            self._key = key(self.settings, paths)
            self.folder = _folder(self._key, self.settings, paths)
        content = json.loads(_text(self.folder))
        self.origin = Origin(_lines(self.folder), Read(maxlen=REMEMBERED) if read is None else read)
        super().__init__({**content, "resource": {}}, self.origin)
        self["resource"] = resource_blocks(content.get("resource", {}), self.origin)

    def with_settings(self, **variables: str) -> "Stack":
        """The same stack with other settings, such as `AWS_REGION="eu-north-1"`."""
        return Stack(self._paths, {**self._variables, **variables}, self.origin.read)

    def all(self, type_: str) -> dict[str, Resource]:
        """The resources of a Terraform type, by their names in Terraform; empty where there is none."""
        found: dict[str, Resource] = self["resource"].get(type_, {})
        return found

    def the(self, type_: str, **attributes: Any) -> Resource:
        """The one resource of a Terraform type, of several the one with these attributes.

        Raises:
            AssertionError: there is none, or more than one; with their addresses, and the lines that made them.
        """
        __tracebackhide__ = True
        of_type = list(self.all(type_).values())
        found = [one for one in of_type if all(one.get(name) == value for name, value in attributes.items())]
        if len(found) == 1:
            return found[0]
        wanted = f"{type_} with {attributes}" if attributes else type_
        there = "".join(f"\n  {one.address}{one.made and f', made by {one.made}'}" for one in found or of_type)
        raise AssertionError(f"the stack has {len(found)} of {wanted}, and one was expected{there}")

    def plan(self) -> Document:
        """The plan of it as `terraform show -json` tells it, made without credentials."""
        written = json.loads(_text(self.folder))
        return plan_of(self.folder, written, self._paths, self.settings.provider_mirror)

    def judged(self, shared: Path) -> Judgement:
        """What the gate says of it; `shared` is a folder that all workers of the session have in common."""
        with self._environment():
            return judged_once(
                shared / "gate" / self._key, lambda _: stack_judged(self.settings, self._paths).judgement
            )

    @contextmanager
    def _environment(self) -> Iterator[None]:
        """Of what the stack reads, these variables and no others are in the environment while the block runs."""
        project = Project.at(self._paths.root)
        with pytest.MonkeyPatch.context() as environment:
            for name in filter(project.reads, tuple(os.environ)):
                environment.delenv(name)
            for name, value in self._variables.items():
                environment.setenv(name, value)
            yield


_FAILED: dict[str, SynthesisFailed] = {}


def _folder(key: str, settings: Settings, paths: Paths) -> Path:
    """As `stack_folder`; what failed is not tried again for each test, as it would fail in the same way."""
    if key in _FAILED:
        raise _FAILED[key].with_traceback(None)
    try:
        return stack_folder(settings, paths)
    except SynthesisFailed as error:
        _FAILED[key] = error
        raise


@cache
def _lines(folder: Path) -> dict[str, list[str]]:
    return lines_of(folder)


@cache
def _text(folder: Path) -> str:
    return (folder / STACK_FILE).read_text("utf-8")


def judged_once(folder: Path, make: Callable[[Path], Judgement]) -> Judgement:
    """The judgement that `folder` holds. Whoever needs it first makes it; `make` gets the folder to work in.

    Where that raises, the next one tries again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "judgement.json"
    with file_lock(folder / "lock"):
        if not kept.is_file():
            kept.write_text(json.dumps(asdict(make(folder))))
    return _restored(kept)


@cache
def _restored(kept: Path) -> Judgement:
    return restored(json.loads(kept.read_text()))


def restored(raw: Mapping[str, Any]) -> Judgement:
    """A judgement from its parts as JSON."""
    return Judgement(
        raw["resources"],
        raw["rules"],
        tuple(Evaluation(**one) for one in raw["evaluations"]),
        tuple(Finding(**one) for one in raw["findings"]),
        tuple(Suppressed(**one) for one in raw["suppressed"]),
        tuple(NotJudged(**one) for one in raw["not_judged"]),
    )
