"""One deployment on its way: what the stages (stages.py), the way back and the locks around them work on."""

import time
from collections.abc import Iterator, Mapping
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


@dataclass
class Run:
    """One deployment on its way: what the stages so far have found out. Times in seconds by stage."""

    settings: Settings
    paths: Paths
    session: TargetSession
    view: View
    seconds: dict[str, float] = field(default_factory=dict)
    allow_replace: bool = False  # whether a plan may destroy or replace what holds data
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
            raise not_deployed(self.settings)
        tools.provide("terraform", self.paths, self.view.note)
        return terraform_in(self.session, self.settings, self.view.note)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.monotonic()
        with self.view.stage(name):
            yield
        self.seconds[name] = time.monotonic() - begun


def not_deployed(settings: Settings) -> NotDeployed:
    return NotDeployed(
        f"no deployment `{settings.environment_suffix}` on {settings.target} in {settings.aws_region}",
        remedy="`tap deploy` with the same --target, --suffix and --region",
    )
