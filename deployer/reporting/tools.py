"""Which versions a run was made with: of Tap, of what it is made of, and of what answered."""

import platform
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from deployer import process
from deployer.doctor import PROVIDERS
from deployer.errors import ToolMissing
from deployer.paths import Paths
from deployer.process import tools
from deployer.process.environments import definition

_LIBRARIES = {"CDKTF": "cdktf", "boto3": "boto3"}
_LOCKED = {"Checkov": ("policy", "checkov"), "MiniStack": ("embedded", "ministack")}


def tool_versions(paths: Paths) -> dict[str, str]:
    """By name, in the order in which people ask; what can't be told is left out."""
    told = {"Tap": version("tap"), "commit": _commit(paths), "Python": platform.python_version()}
    told |= {name: _installed(package) for name, package in _LIBRARIES.items()}
    told["Terraform"] = _terraform(paths)
    told["AWS provider"] = next(iter(PROVIDERS.values()))
    told |= {name: _locked(paths, *where) for name, where in _LOCKED.items()}
    return {name: value for name, value in told.items() if value}


def _installed(package: str) -> str:
    with suppress(PackageNotFoundError):
        return version(package)
    return ""


def _commit(paths: Paths) -> str:
    """Of the checkout, with `-dirty` where files are changed; blank where there is no git."""
    command = ["git", "-C", str(paths.root), "describe", "--always", "--dirty", "--exclude", "*"]
    with suppress(ToolMissing):
        return process.run(command).stdout.strip()
    return ""


def _terraform(paths: Paths) -> str:
    found = tools.find("terraform", paths)
    return found.told if found else ""


def _locked(paths: Paths, environment: str, package: str) -> str:
    """What the lock of one of our own environments says; blank without one."""
    with suppress(OSError, ValueError, KeyError):
        lock = tomllib.loads((definition(environment, paths) / "uv.lock").read_text("utf-8"))
        return next((str(one["version"]) for one in lock["package"] if one["name"] == package), "")
    return ""
