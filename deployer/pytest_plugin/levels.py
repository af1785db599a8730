"""The project that is tested, and the three levels of its tests by their folders. Both are in pytest's configuration.

The folders are `[tool.tap]`'s `unit-tests`, `policy-tests` and `integration-tests`; see deployer/project.py.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from deployer.errors import UsageError
from deployer.paths import Paths
from deployer.project import Project

NAMES = ("1 synth and code", "2 policy", "3 end to end")
OTHER = "other"


@dataclass(frozen=True)
class Levels:
    """The folders as pytest's node ids begin, each with `/` at its end, in the order of `NAMES`."""

    prefixes: tuple[str, str, str]

    def level_of(self, nodeid: str) -> str:
        """The level of a test; `other` where it lies in none of the folders."""
        return next(
            (name for name, prefix in zip(NAMES, self.prefixes, strict=True) if nodeid.startswith(prefix)), OTHER
        )

    def is_integration(self, nodeid: str) -> bool:
        return nodeid.startswith(self.prefixes[-1])


_PLACES = pytest.StashKey[Paths]()
_LEVELS = pytest.StashKey[Levels]()


def know(config: pytest.Config, root: Path) -> None:
    """Remember the project in the folder `root`. Raises pytest.UsageError where its `[tool.tap]` is wrong."""
    try:
        project = Project.at(root)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from error
    below = root.relative_to(config.rootpath)
    unit, policy, integration = (
        f"{(below / folder).as_posix()}/"
        for folder in (project.unit_tests, project.policy_tests, project.integration_tests)
    )
    config.stash[_LEVELS] = Levels((unit, policy, integration))
    config.stash[_PLACES] = Paths(root)


def levels(config: pytest.Config) -> Levels:
    return config.stash[_LEVELS]


def project_paths(config: pytest.Config) -> Paths:
    """Those of the project that is tested."""
    return config.stash[_PLACES]
