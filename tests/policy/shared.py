"""What the policy tests share: one Checkov run serves all tests and all workers, whoever needs it first makes it."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deployer import process
from deployer.compliance.asking import LONGEST, Ask
from deployer.compliance.catalogue import rule_folders
from deployer.compliance.judgement import Judgement
from deployer.paths import Paths
from deployer.process.file_lock import file_lock
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


def asked_once(folder: Path, ask: Ask) -> Ask:
    """Asks, and keeps a whole answer in the folder: the same rules say the same of the same files, wherever these lie.

    What has an exit code, or names the place, is not kept.
    """

    def asked(python: Path, root: Path, request: str) -> process.Result:
        question = hashlib.sha256("\n".join(_question(python, root, json.loads(request))).encode()).hexdigest()
        answer = folder / f"{question}.json"
        with file_lock(folder / question, LONGEST):
            if not answer.exists():
                result = ask(python, root, request)
                if result.returncode or str(root) in result.stdout:
                    return result
                answer.write_text(json.dumps([result.stdout, result.stderr]))
        return process.Result([], 0, *json.loads(answer.read_text()))

    return asked


def _question(python: Path, root: Path, request: dict[str, Any]) -> Iterator[str]:
    """All that the answer depends on."""
    checks = [Path(folder).resolve() for folder in request["checks"]]  # a checkout elsewhere may have them by a link
    yield json.dumps([str(python.parent.resolve()), {**request, "root": "", "checks": list(map(str, checks))}])
    for folder in (root, *checks):
        for file in sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{file.relative_to(folder)} {hashlib.sha256(file.read_bytes()).hexdigest()}"
