"""The gate: `tap comply` against bare Checkov over the same plan, and what our own rules add to Checkov's time."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.measure import Figure, paired, timed
from deployer.compliance import checkov
from deployer.compliance.catalogue import rule_folders
from deployer.compliance.copies import lay_out
from deployer.compliance.gate import configuration_of, with_backend
from deployer.compliance.planning import plan_of
from deployer.compliance.scan import to_judge
from deployer.environments import ensured
from deployer.places import Places
from stack.settings import Settings

ROOT = Path(__file__).parents[1]
SETTINGS = {"ENVIRONMENT_SUFFIX": "bench", "AWS_REGION": "eu-west-1", "TAP_TARGET": "embedded"}
ROUNDS = 5
MOST_ADDED = 0.3  # seconds


def figures() -> Iterator[Figure]:
    places = Places(ROOT)
    python = ensured("policy", places)
    folder, document = configuration_of(with_backend(Settings.load(SETTINGS)), places)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        plan = scratch / "plan.json"
        plan.write_text(json.dumps(plan_of(folder, document, places)))
        gate, bare = paired(_gate, lambda: _bare(python, plan), ROUNDS)
        yield Figure("`tap comply`, after the set-up", gate, "bare checkov", bare, "<= 1.5x", gate <= 1.5 * bare)
        whole, rules = scratch / "whole", rule_folders(ROOT)
        lay_out(to_judge(folder, places), whole)
        ours, without = paired(lambda: _checkov(python, whole, rules), lambda: _checkov(python, whole, ()), ROUNDS)
        yield Figure(
            "checkov with our rules",
            ours,
            "without them",
            without,
            f"<= {MOST_ADDED} s more",
            ours - without <= MOST_ADDED,
        )


def _gate() -> float:
    """As typed; synthesis and plan are in their caches."""
    return timed([str(Path(sys.executable).with_name("tap")), "comply"], {**_environment(), **SETTINGS})


def _bare(python: Path, plan: Path) -> float:
    """Checkov as people run it over a plan. It exits with 1, as findings that we suppress are findings to it."""
    begun = time.perf_counter()
    command = [str(python), "-m", "checkov.main", "--file", str(plan), "--framework", checkov.PLAN, "--skip-download"]
    subprocess.run([*command, "--output", "json"], env=_environment(), capture_output=True, check=False)
    return time.perf_counter() - begun


def _checkov(python: Path, root: Path, checks: Sequence[Path]) -> float:
    begun = time.perf_counter()
    checkov.run(python, root, checks, {checkov.JSON: (), checkov.PLAN: ()})
    return time.perf_counter() - begun


def _environment() -> dict[str, str]:
    """A machine that keeps bytecode, as nearly all do."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
