"""One Lambda folder and its locked dependencies become one reproducible ZIP, at synthesis.

Called by `stack/function.py`. The wheels are those of the Lambda's platform, not of the machine that packages,
so a laptop and a CI make the same bytes. Results are kept by content below `.tap/cache/packages`: an unchanged
function costs one hash. So are the unpacked wheels, as the beginning of a ZIP: a changed line costs a copy of it and
the function's own files. Nothing of CDKTF is imported, so that a deployment of code alone waits for no Node.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from stack.errors import StackError

# The python3.11 runtime is Amazon Linux 2, with glibc 2.26: wheels for it and for each one before.
GLIBC = ("2_26", "2_24", "2_17", "2_12", "2_5")
PLATFORMS = (*(f"manylinux_{version}_x86_64" for version in GLIBC), "manylinux2014_x86_64", "manylinux2010_x86_64")
PYTHON = "3.11"
RUNTIME = f"python{PYTHON}"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can hold
REGULAR_FILE = 0o644 << 16
SHARED = ("transactions", "aws_io")  # packages below lambdas/ that every function carries
LAMBDAS = Path(__file__).parent.parent / "lambdas"
CACHE = Path(__file__).parent.parent / ".tap" / "cache" / "packages"

# The services that the functions call, and the one that their tracer makes a client of outside a Lambda: of botocore,
# whose models of all services are 25 MB, these alone are packaged.
SERVICES = ("dynamodb", "s3", "sns", "sqs", "stepfunctions", "xray")

# Bumped when this module changes what a ZIP looks like; the content's hash covers everything else.
FORMAT = f"4 {PLATFORMS} {PYTHON} {SERVICES}"
_LEFT_OUT = {"__pycache__", "bin", "requirements.in"}


class PackagingError(StackError):
    """A function could not be packaged; the message says which and why."""


def package(lambdas: Path, source: str, cache: Path = CACHE) -> Path:
    """The ZIP of the function in `lambdas/source`, from the cache if nothing in it changed.

    Returns:
        `cache/HASH/source.zip`, where HASH is of every file that goes into it.

    Raises:
        PackagingError: the folder, its `app.py` or `requirements.txt` is missing, or the wheels can't be had.
    """
    folder = lambdas / source
    for needed in ("app.py", "requirements.txt"):
        if not (folder / needed).is_file():
            raise PackagingError(f"{folder / needed} is missing: a function needs it to be packaged")
    code, requirements = dict(_code(lambdas, source)), folder / "requirements.txt"
    target = cache / _digest(code, requirements.read_bytes()) / f"{source}.zip"
    if target.exists():
        os.utime(target)  # who clears up sees that it is wanted
    else:
        _build(code, _wheels(requirements, cache), target)
    return target


def packages(lambdas: Path = LAMBDAS, cache: Path = CACHE) -> list[Path]:
    """The ZIP of each function, by the folders that hold one. Raises PackagingError as `package` does."""
    return [package(lambdas, app.parent.name, cache) for app in sorted(lambdas.glob("*/app.py"))]


def _code(lambdas: Path, source: str) -> Iterator[tuple[str, Path]]:
    """The names in the ZIP of the function's own files, with where they are."""
    roots = [(lambdas / source, lambdas / source), *((lambdas / name, lambdas) for name in SHARED)]
    for folder, base in roots:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(base)
            if path.is_file() and not _LEFT_OUT & set(name.parts):
                yield name.as_posix(), path


def _digest(code: dict[str, Path], requirements: bytes) -> str:
    digest = hashlib.sha256(FORMAT.encode() + requirements)
    for name, path in sorted(code.items()):
        content = path.read_bytes()
        digest.update(f"\n{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:32]


def _build(code: Mapping[str, Path], wheels: Path, target: Path) -> None:
    """What the wheels hold, and the function's own files behind it."""
    with _made(target) as archive:
        shutil.copyfile(wheels, archive)
        _add(code, archive)


def _wheels(requirements: Path, cache: Path) -> Path:
    """The locked wheels as a ZIP, packed once for all functions that lock the same."""
    locked = hashlib.sha256(FORMAT.encode() + requirements.read_bytes()).hexdigest()[:32]
    target = cache / locked / "wheels.zip"
    if target.exists():
        os.utime(target)
        return target
    with tempfile.TemporaryDirectory() as scratch, _made(target) as archive:
        folder = Path(scratch) / "wheels"
        _install(requirements, folder)
        _add(
            {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _belongs(path, folder)}, archive
        )
    return target


@contextmanager
def _made(target: Path) -> Iterator[Path]:
    """Written beside the target and moved in one step, so that two at once, or a crash, leave no half ZIP."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        archive = Path(scratch) / target.name
        yield archive
        archive.replace(target)


def _belongs(path: Path, root: Path) -> bool:
    """Installers write into RECORD and its neighbours what differs by machine; Python needs none of them to import."""
    parts = path.relative_to(root).parts
    unstable = path.name in {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", ".lock"}
    return path.is_file() and not unstable and not _LEFT_OUT & set(parts) and not _of_another_service(parts)


def _of_another_service(parts: tuple[str, ...]) -> bool:
    """Whether a file of boto3 or botocore is about a service that no function calls; what is about all stays."""
    in_a_folder = parts[:1] in {("boto3",), ("botocore",)} and parts[1:2] == ("data",) and len(parts) > 3
    return in_a_folder and (parts[2] not in SERVICES or parts[-1].startswith("examples-"))


def _install(requirements: Path, folder: Path) -> None:
    """Unpack the locked wheels for the Lambda's platform; hashes are checked, nothing is built.

    By pip, as uv knows of no platform between glibc 2.17 and 2.28.
    """
    if not any(line.strip() and not line.startswith("#") for line in requirements.read_text().splitlines()):
        folder.mkdir()
        return
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", str(folder)),
        *(option for platform in PLATFORMS for option in ("--platform", platform)),
        *("--python-version", PYTHON, "--implementation", "cp", "--only-binary", ":all:", "--no-deps"),
        *("--require-hashes", "--no-compile", "-r", str(requirements)),
    ]
    result = subprocess.run(command, capture_output=True, text=True, env=_quiet_environment(), check=False)
    if result.returncode:
        raise PackagingError(f"the dependencies in {requirements} could not be installed:\n{result.stderr.strip()}")


def _quiet_environment() -> dict[str, str]:
    """Without the caller's virtual environment or uv project, which are not what is packaged.

    With the index that uv is set to, where pip is set to none of its own.
    """
    kept = {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "UV_PROJECT", "PYTHONPATH"}
    }
    index = kept.get("PIP_INDEX_URL") or kept.get("UV_DEFAULT_INDEX") or kept.get("UV_INDEX_URL")
    return {**kept, **({"PIP_INDEX_URL": index} if index else {})}


def _add(files: Mapping[str, Path], archive: Path) -> None:
    """Sorted names, one date, one mode: the bytes depend on the content alone."""
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as out:
        if twice := files.keys() & set(out.namelist()):
            raise PackagingError(f"both a dependency and the function have a file {min(twice)}: rename the function's")
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr, entry.create_system, entry.compress_type = REGULAR_FILE, 3, zipfile.ZIP_DEFLATED
            with path.open("rb") as content, out.open(entry, "w") as place:
                shutil.copyfileobj(content, place)
