"""What the policy tests share: one Checkov run serves all tests and all workers, whoever needs it first makes it."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.catalogue import rule_folders
from deployer.compliance.judgement import Evaluation, Finding, Judgement, NotJudged, Suppressed
from deployer.locks import held
from deployer.places import Places

PLACES = Places.here()
CHECKS = rule_folders(PLACES.root)
CASES = PLACES.root / "tests" / "policy" / "cases"
OWN = ("TAP_*",)


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Judgement]) -> Judgement:
    """The judgement called `name`; `make` gets a folder to work in. A run that raises is tried again by the next."""
    folder = session_folder(factory) / "judgements" / name
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "judgement.json"
    with held(folder / "lock"):
        if not kept.is_file():
            kept.write_text(json.dumps(asdict(make(folder))))
    return restored(json.loads(kept.read_text()))


def restored(raw: dict[str, Any]) -> Judgement:
    """A judgement from its parts as JSON."""
    return Judgement(
        raw["resources"],
        raw["rules"],
        tuple(Evaluation(**one) for one in raw["evaluations"]),
        tuple(Finding(**one) for one in raw["findings"]),
        tuple(Suppressed(**one) for one in raw["suppressed"]),
        tuple(NotJudged(**one) for one in raw["not_judged"]),
    )
