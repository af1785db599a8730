"""The rows of docs/faults.md: each fault that a test causes, what happens then, and which test it is."""

import re
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = "docs/faults.md"
_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([\w/]+\.py::\w+)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One row. `test` is `FILE::FUNCTION`, without parameters."""

    fault: str
    outcome: str
    test: str


def faults_at(root: Path) -> list[Fault]:
    """Those of the project in the folder `root`; none where it has no such document."""
    file = root / DOCUMENT
    return faults_in(file.read_text("utf-8")) if file.is_file() else []


def faults_in(text: str) -> list[Fault]:
    """The rows of the document's table, in its order."""
    return [Fault(*found) for found in _ROW.findall(text)]


def function_of(nodeid: str) -> str:
    """The test of a pytest node, without its parameters."""
    return nodeid.partition("[")[0]
