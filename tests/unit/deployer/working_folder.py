"""A working folder below a test's own: Terraform in it, which needs no registry, and a run of the deployer on it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployer.console.view import NoView, View
from deployer.deploy.stages import Run
from deployer.identity import ANY, Identity
from deployer.paths import Paths
from deployer.process import tools
from deployer.settings import Settings
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Target
from deployer.terraform.cli import Terraform

HOLDS = """
import fcntl, sys
with open(sys.argv[1], "r+b") as state:
    fcntl.lockf(state, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read()
"""


def environment() -> dict[str, str]:
    """Terraform's, with one on its PATH that will do."""
    tools.provide("terraform", Paths.here())
    return {"PATH": os.environ["PATH"], "CHECKPOINT_DISABLE": "1"}


def configured(folder: Path, document: Mapping[str, Any]) -> Path:
    """The working folder, with this configuration in it."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    (work / "cdk.tf.json").write_text(json.dumps(document))
    return work


def terraform_in(folder: Path, document: Mapping[str, Any], **options: Any) -> Terraform:
    """Terraform on this configuration, nothing begun."""
    return Terraform(configured(folder, document), environment(), folder / "logs", **options)


def run_in(
    folder: Path,
    target: Target,
    settings: Settings | None = None,
    view: View | None = None,
    identity: Identity = ANY,
    **found: Any,
) -> Run:
    """A run whose environment lasts, and that keeps to the folder; `found` is what its stages have found out so far."""
    tools.provide("terraform", Paths.here())
    work = folder / "work"
    work.mkdir(exist_ok=True)
    session = TargetSession(target, work, folder / "logs", lasting=True, identity=identity)
    return Run(settings or Settings(), Paths(folder), session, view or NoView(), **found)


@contextmanager
def held_by_a_terraform(state: Path) -> Iterator[None]:
    """While the block runs, another process has the lock on a state, as a Terraform takes it. Then that is killed."""
    command = [sys.executable, "-c", HOLDS, str(state)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield
        holder.kill()
