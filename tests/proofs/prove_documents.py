"""IDEAL_RESPONSE.md holds the complete system: what is extracted from it passes its own unit tests."""

import os
import re
import subprocess
import sys
from pathlib import Path

from deployer.paths import Paths
from pipeline.documents import ideal


def test_the_unit_tests_of_what_was_extracted_all_pass(tmp_path: Path) -> None:
    """In a folder of their own, without git, and on nothing but the extracted files and what they name."""
    root = Paths.here().root
    ideal.extract((root / ideal.NAME).read_bytes().decode(), tmp_path / "system", root)
    (tmp_path / "system" / ideal.NAME).write_bytes((root / ideal.NAME).read_bytes())
    command = [sys.executable, "-P", "-m", "pytest", "tests/unit", "-q", "-n", "auto", "--dist", "loadgroup"]
    file_paths = os.pathsep.join(map(str, (tmp_path / "system", tmp_path / "system" / "lambdas")))

    result = subprocess.run(
        command, cwd=tmp_path / "system", env={**os.environ, "PYTHONPATH": file_paths}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    sys.stdout.write(result.stdout[-2000:])
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-2000:]
    assert re.search(r"^\d{3,} passed", result.stdout, re.MULTILINE)
