"""The gate: `tap comply` against a bare Checkov run over the same plan, and what our own rules add to Checkov's time."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.measure import Figure, paired, timed
from deployer.compliance import checkov
from deployer.compliance.gate import configuration_of
from deployer.compliance.planning import plan_of
from deployer.compliance.scan import everything_at
from deployer.compliance.subject import lay_out
from deployer.environments import ensured
from deployer.places import Places
from stack.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = {"ENVIRONMENT_SUFFIX": "bench", "AWS_REGION": "eu-west-1", "TAP_TARGET": "embedded"}
CHECKS = ROOT / "tests" / "policy" / "checks"
TAP = Path(sys.executable).with_name("tap")


def figures() -> Iterator[Figure]:
    places, environment = Places(ROOT), {**os.environ, **SETTINGS}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nearly all machines keep bytecode
    python = ensured("policy", places)
    timed([str(TAP), "comply"], environment)  # synthesis and plan come from their caches from now on
    folder, document = configuration_of(Settings.load(SETTINGS), places)
    with tempfile.TemporaryDirectory() as scratch:
        plan, whole = Path(scratch) / "plan", Path(scratch) / "whole"
        lay_out(everything_at(folder, places), whole)
        plan.mkdir()
        shutil.copy(cached_plan(folder, document, places), plan)
        ours, bare = paired(
            lambda: timed([str(TAP), "comply"], environment),
            lambda: _checkov(python, plan, [checkov.PLAN], environment), 7,
        )  # fmt: skip
        yield Figure("`tap comply`", ours, "bare checkov, same plan", bare, "<= 1.5", ours <= 1.5 * bare)
