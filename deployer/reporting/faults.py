"""The rows of docs/faults.md: each fault that a test causes, what happens then, and which test it is."""

import re
from dataclasses import dataclass

DOCUMENT = "docs/faults.md"
_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([\w/]+\.py::\w+)` \|$", re.MULTILINE)


@dataclass(frozen=True)
class Fault:
    """One row. `test` is `FILE::FUNCTION`, without parameters."""

    fault: str
    outcome: str
    test: str


def faults_in(text: str) -> list[Fault]:
    """The rows of the document's table, in its order."""
    return [Fault(*found) for found in _ROW.findall(text)]


def function_of(nodeid: str) -> str:
    """The test of a pytest node, without its parameters."""
    return nodeid.partition("[")[0]
