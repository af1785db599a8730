"""frictionless-py as oracle: its verdict on files, in an environment of its own. Used by the tests of that name."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deployer.paths import Paths
from deployer.process.environments import ensure

SCRIPT = Path(__file__).parents[3] / "environments" / "bench" / "oracle.py"


def oracle_on(folder: Path, resources: Mapping[str, Mapping[str, Any]]) -> dict[str, set[int]]:
    """The rows that the oracle rejects, by file, the file's first row being 1.

    Args:
        folder: where the files are.
        resources: of each file its schema, and its dialect and encoding where they are not the usual ones.
    """
    for name, resource in resources.items():
        descriptor = {"name": "drawn", "path": name, "format": "csv", "encoding": "utf-8", **resource}
        (folder / name).with_suffix(".resource.json").write_text(json.dumps(descriptor), "utf-8")
    command = [ensure("bench", Paths.here()), SCRIPT, folder]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    not_judged = {name: rows for name, rows in found.items() if isinstance(rows, str)}
    assert found.keys() == resources.keys()
    assert not_judged == {}, "the oracle can't judge these"
    return {name: set(rows) for name, rows in found.items()}
