"""Python environments of their own, made when first needed: MiniStack and Checkov each pin another botocore.

Called by the embedded target, the compliance gate and `tap doctor`. In sync already costs one hash.
"""

import os
import subprocess
import sys
from pathlib import Path

from deployer.errors import ToolMissing
from deployer.locks import held
from deployer.places import Places, digest_of

STAMP = "tap.stamp"  # inside the environment, so that removing it removes the claim too
_LINES_SHOWN = 8


def ensured(name: str, places: Places) -> Path:
    """The interpreter of `environments/NAME`, after bringing the environment in line with its lock file.

    Raises:
        ToolMissing: it can't be made; with what uv said.
    """
    project = places.environment(name)
    wanted = wanted_stamp(project)
    if not in_sync(project, wanted):
        with held(places.cache / "locks" / f"environment-{name}"):
            if not in_sync(project, wanted):
                _sync(name, project)
                (project / ".venv" / STAMP).write_text(wanted)
    return interpreter(project)


def is_made(name: str, places: Places) -> bool:
    """Whether `environments/NAME` is there and in line with its lock file. Raises ToolMissing where that is lost."""
    project = places.environment(name)
    return in_sync(project, wanted_stamp(project))


def interpreter(project: Path) -> Path:
    return project / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted_stamp(project: Path) -> str:
    """What a synchronised environment is stamped with: the content of its lock."""
    try:
        return digest_of([project / "pyproject.toml", project / "uv.lock"])
    except FileNotFoundError as error:
        raise ToolMissing(
            f"{error.filename} is missing", remedy="restore it: `git checkout -- environments`"
        ) from error


def in_sync(project: Path, wanted: str) -> bool:
    stamp = project / ".venv" / STAMP
    return interpreter(project).exists() and stamp.is_file() and stamp.read_text() == wanted


def _sync(name: str, project: Path) -> None:
    command = [sys.executable, "-m", "uv", "sync", "--frozen", "--quiet", "--no-progress", "--project", str(project)]
    result = subprocess.run(command, capture_output=True, text=True, env=_clean_environment(), check=False)
    if result.returncode:
        raise ToolMissing(
            f"the Python environment `{name}` could not be made",
            where=str(project),
            remedy="uv needs a package index once: check the network, or name a mirror with UV_INDEX_URL",
            details=tuple(result.stderr.strip().splitlines()[-_LINES_SHOWN:]),
        )


def _clean_environment() -> dict[str, str]:
    """Without what would point uv at the caller's own environment."""
    unwanted = {"VIRTUAL_ENV", "UV_PROJECT_ENVIRONMENT", "UV_PROJECT", "PYTHONPATH", "PYTHONHOME"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}
