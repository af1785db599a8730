"""To look at the tests of this project needs nothing but Python, and no more than seconds."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
# CDKTF loads the provider's types into a Node of its own as soon as a module of constructs is imported, for seconds
LOOK = """
import sys, pytest
code = pytest.main(["tests", "--collect-only", "-q", "-p", "no:cacheprovider"])
print("jsii" in sys.modules, "CDKTF was loaded by a test module: import what needs it inside the test")
sys.exit(code)
"""


def test_tests_are_collected_without_cdktf(tmp_path: Path) -> None:
    """An editor lists them at each change: no module starts jsii, and PATH holds neither Node nor Terraform."""
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout[-3_000:]
    assert done.stdout.splitlines()[-1].startswith("False")
