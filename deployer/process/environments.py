"""Python environments of their own, made when first needed: MiniStack and Checkov each pin another botocore.

Called by the embedded target, the compliance gate and `tap doctor`. In sync already costs one hash. The main one is
made by the same means, from the Makefile.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

from deployer import process
from deployer.errors import ToolMissing
from deployer.paths import Paths, digest_of
from deployer.process.file_lock import file_lock

LOCKED = Path(__file__).parents[1] / "locked"  # a folder for each, with its pyproject.toml and uv.lock
STAMP = "tap.stamp"  # inside the environment, so that removing it removes the claim too
_OTHERS = re.compile("VIRTUAL_ENV|UV_PROJECT(_ENVIRONMENT)?|PYTHON(PATH|HOME)")  # uv would work on the caller's own
_LINES_SHOWN = 8
_UNKNOWN_ISSUER = "UnknownIssuer"  # as where a network ends TLS itself, and signs anew


def ensure(name: str, paths: Paths) -> Path:
    """The interpreter of the environment `name`, after bringing it in line with its lock file.

    Raises:
        ToolMissing: it can't be made; with what uv said.
    """
    project, folder = definition(name, paths), paths.environment(name)
    wanted = wanted_stamp(project)
    if not in_sync(folder, wanted):
        with file_lock(paths.cache / "locks" / f"environment-{name}"):
            if not in_sync(folder, wanted):
                _make(project, folder)
                (folder / STAMP).write_text(wanted)
    return interpreter(folder)


def is_made(name: str, paths: Paths) -> bool:
    """Whether the environment is there and in line with its lock file. Raises ToolMissing where that is lost."""
    return in_sync(paths.environment(name), wanted_stamp(definition(name, paths)))


def definition(name: str, paths: Paths) -> Path:
    """The folder of its pyproject.toml and uv.lock: Tap's own are part of it, a checkout may have more."""
    own = LOCKED / name
    return own if own.is_dir() else paths.root / "environments" / name


def interpreter(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def wanted_stamp(project: Path) -> str:
    """What a synchronised environment is stamped with: the content of its lock, and the Python that it stands on."""
    try:
        return f"{digest_of([project / 'pyproject.toml', project / 'uv.lock'])} {_home()}"
    except FileNotFoundError as error:
        raise ToolMissing(f"{error.filename} is missing", remedy="restore it, or install Tap anew") from error


def in_sync(folder: Path, wanted: str) -> bool:
    stamp = folder / STAMP
    return interpreter(folder).exists() and stamp.is_file() and stamp.read_text() == wanted


def _make(project: Path, folder: Path) -> None:
    try:
        if not _is_of_our_python(folder):
            _uv("venv", "--clear", "--no-project", "--python", sys.executable, str(folder))
        install(project, interpreter(folder))
    except process.Failed as error:
        raise _not_made(project.name, folder, error.stderr) from error


def _is_of_our_python(folder: Path) -> bool:
    """Whether the environment is there, and stands on the Python that this one stands on."""
    try:
        told = (folder / "pyvenv.cfg").read_text()
    except FileNotFoundError:
        return False
    homes = [Path(line.partition("=")[2].strip()) for line in told.splitlines() if line.startswith("home")]
    return interpreter(folder).exists() and [home.resolve() for home in homes] == [_home().resolve()]


def _home() -> Path:
    return Path(getattr(sys, "_base_executable", sys.executable)).parent


def install(project: Path, python: Path) -> None:
    """Bring the environment of `python` in line with the project's lock, every package by its hash.

    `uv sync` would take the addresses that stand in the lock; this asks the index that uv is set to
    (https://docs.astral.sh/uv/concepts/indexes/), so that a mirror is enough.

    Raises:
        process.Failed: with what uv said, in `stderr`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        locked = str(Path(scratch) / "requirements.txt")
        _uv("export", "--frozen", "--no-emit-project", "--project", str(project), "--output-file", locked)
        _uv("pip", "sync", "--require-hashes", "--python", str(python), locked)


def _uv(*arguments: str) -> None:
    """Run uv: with its own list of authorities, and where the one that signs is none of them, with the system's."""
    command = [sys.executable, "-m", "uv", *arguments, "--quiet", "--no-progress"]
    result = process.run(command, env=process.environment({}, without=_OTHERS))
    if result.returncode and _UNKNOWN_ISSUER in result.stderr:
        result = process.run(command, env=process.environment({"UV_SYSTEM_CERTS": "1"}, without=_OTHERS))
    result.check_returncode()


def _not_made(name: str, where: Path, said: str) -> ToolMissing:
    details = tuple(said.strip().splitlines()[-_LINES_SHOWN:])
    if _UNKNOWN_ISSUER in said:
        return ToolMissing(
            "an unknown authority signs for the package index, as where a network ends TLS itself",
            where=str(where),
            remedy="add the network's authority to the system's store, or name its file with SSL_CERT_FILE",
            details=details,
        )
    return ToolMissing(
        f"the Python environment `{name}` could not be made",
        where=str(where),
        remedy="uv needs a package index once: check the network, or name a mirror with UV_DEFAULT_INDEX",
        details=details,
    )


def main() -> None:
    """Make the main environment, which this runs in: for `make setup`, with nothing there yet but uv."""
    root = Paths.here().root
    try:
        install(root, Path(sys.executable))
        _uv("pip", "install", "--no-deps", "--no-build-isolation", "--python", sys.executable, "--editable", str(root))
    except process.Failed as error:
        told = _not_made("tap", root, error.stderr)
        print(told, file=sys.stderr)
        sys.exit(told.exit_code)


if __name__ == "__main__":
    main()
