"""The rows of a project's table of faults: each that a test causes, what happens then, and which test it is."""

import re
from dataclasses import dataclass

from deployer.paths import Paths
from deployer.project import Project

_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([\w/]+\.py::\w+)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One row. `test` is `FILE::FUNCTION`, without parameters."""

    fault: str
    outcome: str
    test: str


def faults_of(paths: Paths) -> list[Fault]:
    """Those of the document that the project names; none where it names none."""
    document = Project.at(paths.root).faults
    return faults_in((paths.root / document).read_text("utf-8")) if document else []


def faults_in(text: str) -> list[Fault]:
    """The rows of the document's table, in its order."""
    return [Fault(*found) for found in _ROW.findall(text)]


def function_of(nodeid: str) -> str:
    """The test of a pytest node, without its parameters."""
    return nodeid.partition("[")[0]
