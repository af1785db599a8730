"""The project's stack as a test sees it: synthesised, planned and judged, each once for all of xdist's workers."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from deployer.compliance.gate import stack_judged
from deployer.compliance.judgement import Evaluation, Finding, Judgement, NotJudged, Suppressed
from deployer.compliance.planning import plan_of
from deployer.locks import held
from deployer.places import Places
from deployer.synthesis import key, synthesised
from stack.settings import Settings

Document = dict[str, Any]
CONFIGURATION = "cdk.tf.json"


class Stack(Document):
    """The synthesised Terraform JSON, a document of the test's own that it may change.

    `settings` is what it was synthesised with, `folder` where it lies as `cdk.tf.json`, with its assets.
    """

    def __init__(self, places: Places, **settings: str) -> None:
        self.given, self._places = settings, places
        self.settings = Settings.load({}, **settings)
        self.folder = _folder(self.settings, places)
        super().__init__(json.loads(_text(self.folder)))

    def with_settings(self, **settings: str) -> "Stack":
        """The same stack with other settings, such as `aws_region="eu-north-1"`."""
        return Stack(self._places, **{**self.given, **settings})

    def plan(self) -> Document:
        """The plan of it as `terraform show -json` tells it, made without credentials."""
        written = json.loads(_text(self.folder))
        return plan_of(self.folder, written, self._places, self.settings.provider_mirror)

    def judged(self, shared: Path) -> Judgement:
        """What the gate says of it; `shared` is a folder that all workers of the session have in common."""
        return judged_once(
            shared / "gate" / key(self.settings, self._places),
            lambda _: stack_judged(self.settings, self._places).judgement,
        )


@cache
def _folder(settings: Settings, places: Places) -> Path:
    return synthesised(settings, places) / "stacks" / settings.construct_id


@cache
def _text(folder: Path) -> str:
    return (folder / CONFIGURATION).read_text("utf-8")


def judged_once(folder: Path, make: Callable[[Path], Judgement]) -> Judgement:
    """The judgement that `folder` holds. Whoever needs it first makes it; `make` gets the folder to work in.

    Where that raises, the next one tries again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "judgement.json"
    with held(folder / "lock"):
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
