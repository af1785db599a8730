"""One deployment on its way: what the stages (stages.py), the way back and the locks around them work on."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.console.view import View
from deployer.deploy.adoption import Adoption
from deployer.deploy.plan import Changes
from deployer.deploy.working_directory import terraform_in
from deployer.errors import NotDeployed
from deployer.paths import Paths
from deployer.process import tools
from deployer.settings import Settings
from deployer.stack_file import STACK_FILE
from deployer.targets.connect import TargetSession
from deployer.terraform.cli import Terraform

Outputs = dict[str, Any]  # values by name
OUTPUTS = "outputs.json"  # in the working folder of what is deployed
_BESIDE = re.compile(r"(?P<region>[a-z]{2,}(?:-[a-z]+)+-\d{1,2})-(?P<suffix>.+)")


def _unasked(_: Changes) -> None:
    """Whoever called has decided already."""


@dataclass
class Run:
    """One deployment on its way: what the stages so far have found out. Times in seconds by stage."""

    settings: Settings
    paths: Paths
    session: TargetSession
    view: View
    seconds: dict[str, float] = field(default_factory=dict)
    allow_replace: bool = False  # whether a plan may destroy or replace what holds data
    agreed: Callable[[Changes], None] = _unasked  # called before anything is changed; raises where nothing is to be
    stack: Path | None = None
    backend: Mapping[str, str] = field(default_factory=dict)  # of S3: bucket, key, region; empty for any other
    adoption: Adoption = field(default_factory=Adoption)  # what exists and the state lacks
    planned: dict[str, Any] = field(default_factory=dict)  # the plan, as Terraform's JSON document
    changes: Changes = field(default_factory=Changes)
    judged: dict[str, Any] = field(default_factory=dict)  # what the gate said, where it was asked
    told: dict[str, Any] = field(default_factory=dict)  # the outputs as the apply told them
    outputs: Outputs = field(default_factory=dict)
    standing: int | None = None  # resources after an apply that was interrupted, which was told

    @property
    def terraform(self) -> Terraform:
        """Raises NotDeployed where no stage has laid out the working folder yet."""
        if not (self.session.work / STACK_FILE).is_file():
            raise not_deployed(self)
        tools.provide("terraform", self.paths, self.view.note)
        return terraform_in(self.session, self.settings, self.view.note)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        with self.view.stage(name):
            yield
        self.seconds[name] = time.monotonic() - begun


def not_deployed(run: Run) -> NotDeployed:
    """What is said where nothing is deployed; what this checkout has deployed beside it may be what is meant."""
    told, others = run.settings, [f"--suffix {suffix} --region {region}" for region, suffix in deployed_beside(run)]
    return NotDeployed(
        f"no deployment `{told.environment_suffix}` on {told.target} in {told.aws_region}",
        remedy=f"name what is deployed there: {' or '.join(others)}"
        if others
        else "`tap deploy` with the same --target, --suffix and --region",
    )


def deployed_beside(run: Run) -> list[tuple[str, str]]:
    """Region and suffix of what this checkout has deployed to the same account, as far as it keeps that itself."""
    whose = f"{run.session.target.name}-{run.session.target.account_id}-"
    names = [found.parent.name.removeprefix(whose) for found in run.session.work.parent.glob(f"{whose}*/{OUTPUTS}")]
    return sorted((match["region"], match["suffix"]) for name in names if (match := _BESIDE.fullmatch(name)))
