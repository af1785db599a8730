"""To look at the tests of this project needs nothing but Python, and no more than seconds."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.suite.collecting import DONE

ROOT = Path(__file__).parents[3]
# CDKTF loads the provider's types into a Node of its own as soon as a module of constructs is imported, for seconds
LOOK = """
import sys, pytest
code = pytest.main([*sys.argv[1:], "--collect-only", "-q", "-p", "no:cacheprovider"])
print("jsii" in sys.modules, "CDKTF was loaded by a test module: import what needs it inside the test")
sys.exit(code)
"""


def test_tests_are_collected_without_cdktf(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """An editor lists them at each change: no module starts jsii, and none asks for Node or Terraform.

    This session collected most of them itself; the rest are looked at in a process whose PATH is empty.
    """
    done = request.config.stash[DONE]
    rest = sorted(str(file) for file in (ROOT / "tests").rglob("test_*.py") if file not in done.files)

    assert done.asked & {"node", "terraform", "npm", "npx"} == set()
    assert not done.with_jsii, "CDKTF was loaded by a test module: import what needs it inside the test"
    if rest:
        look(rest, tmp_path)


def look(files: list[str], path: Path) -> None:
    environment = {**os.environ, "PATH": str(path)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *files], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-3_000:]
    assert done.stdout.splitlines()[-1].startswith("False")
