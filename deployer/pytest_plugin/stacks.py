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
from deployer.settings import Settings
from deployer.stack_file import STACK_FILE
from deployer.terraform.offline_plan import plan_of

Document = dict[str, Any]


class Stack(Document):
    """The synthesised Terraform JSON, a document of the test's own that it may change.

    `settings` is what it was synthesised with, `folder` where it lies as `cdk.tf.json`, with its assets.
    """

    def __init__(self, paths: Paths, variables: Mapping[str, str]) -> None:
        """`variables` are the settings, as an environment has them; of the caller's environment none is read.

        Raises:
            SettingsError: one is wrong.
            SynthesisFailed: with the stack's own message.
        """
        self._paths, self._variables = paths, dict(variables)
        self.settings = Settings.load(variables)
        with self._environment():
            self._key = key(self.settings, paths)
            self.folder = _folder(self._key, self.settings, paths)
        super().__init__(json.loads(_text(self.folder)))

    def with_settings(self, **variables: str) -> "Stack":
        """The same stack with other settings, such as `AWS_REGION="eu-north-1"`."""
        return Stack(self._paths, {**self._variables, **variables})

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
