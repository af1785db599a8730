"""What the policy tests share: one Checkov run serves all tests and all workers, whoever needs it first makes it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from deployer.compliance.catalogue import rule_folders
from deployer.compliance.judgement import Judgement
from deployer.paths import Paths
from deployer.pytest_plugin.stacks import judged_once

PLACES = Paths.here()
CHECKS = rule_folders(PLACES.root)
CASES = PLACES.root / "tests" / "policy" / "cases"
OWN = ("TAP_*",)


def session_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this session have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Judgement]) -> Judgement:
    """The judgement called `name`; `make` gets a folder to work in."""
    return judged_once(session_folder(factory) / "judgements" / name, make)
