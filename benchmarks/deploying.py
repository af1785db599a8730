"""Deployment on the embedded AWS: `tap deploy` against Terraform alone, and with its state lost against with state."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, Peer, paired, timed
from deployer.deploy.working_directory import terraform_in
from deployer.paths import Paths
from deployer.targets import embedded
from deployer.targets.connect import open_target
from stack.settings import Settings

SUFFIX = "bench"
TAP = str(Path(sys.executable).with_name("tap"))
ADOPTION_S = 10.0  # what a lost state may cost
ROUNDS = 3


def figures() -> Iterator[Figure]:
    """Uses the embedded AWS that is kept running, or one for as long as it takes."""
    paths, settings = Paths.here(), Settings.load({}, environment_suffix=SUFFIX)
    ran = embedded.local(paths) is not None
    embedded.local_start(paths)
    try:
        _tap("deploy")
        with open_target(settings, paths, existing=True) as session:
            terraform = terraform_in(session, settings)
            apply = ["terraform", f"-chdir={session.work}", "apply", "-auto-approve", "-input=false", "-parallelism=30"]
            warm, plain = paired(lambda: _tap("deploy"), lambda: timed(apply, terraform.environment), ROUNDS)
            met = warm <= 1.3 * plain
            yield Figure("`tap deploy`, no change", warm, Peer("terraform apply", plain), "<= 1.3x", met, rounds=ROUNDS)
            lost, whole = paired(lambda: _without(session.work / "terraform.tfstate"), lambda: _tap("deploy"), ROUNDS)
            met = lost - whole <= ADOPTION_S
            goal = f"+ {ADOPTION_S:.0f} s at most"
            yield Figure("`tap deploy`, state lost", lost, Peer("with state", whole), goal, met, rounds=ROUNDS)
        _tap("cleanup", "--data-too", "--yes")
    finally:
        if not ran:
            embedded.local_stop(paths)


def _without(state: Path) -> float:
    state.unlink()
    return _tap("deploy")


def _tap(command: str, *more: str) -> float:
    return timed([TAP, command, "--suffix", SUFFIX, *more], {**os.environ, "TAP_TARGET": "embedded"})
