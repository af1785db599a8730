"""One deployment on its way: what the stages (deployer/stages.py), the way back and the locks around them work on."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.errors import NotDeployed
from deployer.estate.adoption import Adoption
from deployer.opening import Site
from deployer.places import Places
from deployer.plans import Changes
from deployer.settings import Settings
from deployer.terraform import Terraform
from deployer.view import View
from deployer.workfolder import CONFIGURATION, terraform_in

Outputs = dict[str, Any]  # values by name


@dataclass
class Run:
    """One deployment on its way: what the stages so far have found out. Times in seconds by stage."""

    settings: Settings
    places: Places
    site: Site
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

    @property
    def terraform(self) -> Terraform:
        """Raises NotDeployed where no stage has laid out the working folder yet."""
        if not (self.site.work / CONFIGURATION).is_file():
            raise not_deployed(self.settings)
        return terraform_in(self.site, self.settings, self.view.note)

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
