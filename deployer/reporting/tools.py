"""Which versions a run was made with: of Tap, of what it is made of, and of what answered."""

import platform
import subprocess
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from deployer.doctor import PROVIDERS
from deployer.environments import definition
from deployer.errors import ToolMissing
from deployer.places import Places
from deployer.terraform import installed_version

_LIBRARIES = {"CDKTF": "cdktf", "boto3": "boto3"}
_LOCKED = {"Checkov": ("policy", "checkov"), "MiniStack": ("embedded", "ministack")}


def tool_versions(places: Places) -> dict[str, str]:
    """By name, in the order in which people ask; what can't be told is left out."""
    told = {"Tap": version("tap"), "commit": _commit(places), "Python": platform.python_version()}
    told |= {name: _installed(package) for name, package in _LIBRARIES.items()}
    told["Terraform"] = _terraform()
    told["AWS provider"] = next(iter(PROVIDERS.values()))
    told |= {name: _locked(places, *where) for name, where in _LOCKED.items()}
    return {name: value for name, value in told.items() if value}


def _installed(package: str) -> str:
    with suppress(PackageNotFoundError):
        return version(package)
    return ""


def _commit(places: Places) -> str:
    """Of the checkout, with `-dirty` where files are changed; blank where there is no git."""
    command = ["git", "-C", str(places.root), "describe", "--always", "--dirty", "--exclude", "*"]
    with suppress(OSError):
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return ""


def _terraform() -> str:
    with suppress(ToolMissing):
        return ".".join(map(str, installed_version()))
    return ""


def _locked(places: Places, environment: str, package: str) -> str:
    """What the lock of one of our own environments says; blank without one."""
    with suppress(OSError, ValueError, KeyError):
        lock = tomllib.loads((definition(environment, places) / "uv.lock").read_text("utf-8"))
        return next((str(one["version"]) for one in lock["package"] if one["name"] == package), "")
    return ""
