"""The stack as Terraform JSON, from a cache by content: unchanged inputs cost a few hashes, not seconds of Node.

`tap synth`, the deployer's stages and the suite call it. On a hit nothing of CDKTF, boto3 or Rich is imported; keep it
so, since half of a hit's time is imports.
"""

import filecmp
import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from deployer import process
from deployer.console import explained
from deployer.errors import SynthesisFailed, ToolMissing, UsedWrongly
from deployer.places import Places

if TYPE_CHECKING:
    from stack.settings import Settings

FORMAT = "1"  # bumped when this module changes what lies in the cache
INPUT_FILES = ("tap.py", "cdktf.json", "metadata.json", "uv.lock")
INPUT_FOLDERS = ("stack", "lambdas")
NOT_INPUTS = {"__pycache__", "tests", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
# settings that never reach the stack
DEPLOYER_ONLY = {"TAP_TARGET", "TAP_PROVIDER_MIRROR", "TAP_ALLOWED_ACCOUNTS", "TAP_LOCK_SECONDS", "TAP_LOCAL_STATE"}
_KEPT = 30
_YOUNG_S = 24 * 3600
_LINES_SHOWN = 12


def synth(settings: "Settings", places: Places, out: Path) -> Path:
    """Synthesise into `out`; returns the folder of cdk.tf.json. What an earlier synthesis left in `out` is replaced.

    Raises:
        UsedWrongly: `out` can't be written.
        SynthesisFailed: see `synthesised`.
    """
    cached = synthesised(settings, places)
    try:
        shutil.rmtree(out / "stacks", ignore_errors=True)
        _copy(cached, out)
    except OSError as error:
        if explained(error):
            raise
        raise UsedWrongly(
            f"the stack can't be written: {error}", where=str(out), remedy="name another folder with --out"
        ) from error
    return out / "stacks" / settings.construct_id


def _copy(folder: Path, out: Path) -> None:
    """As `shutil.copytree`, which would tell every file's error in one, and of none what it is."""
    for file in sorted(folder.rglob("*")):
        target = out / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            shutil.copy2(file, target)


def synthesised(settings: "Settings", places: Places) -> Path:
    """The cached synthesis of these settings, made if it is not there: a folder holding `stacks/`, not to be changed.

    Raises:
        UsedWrongly: there is no stack.
        ToolMissing: Node is not there.
        SynthesisFailed: with the stack's own message.
    """
    found = places.cache / "synth" / key(settings, places)
    if found.is_dir():
        os.utime(found)
        return found
    from deployer.locks import held

    with held(places.cache / "locks" / f"synth-{found.name}"):  # of several that want the same, one makes it
        if not found.is_dir():
            _make(settings, places, found)
    return found


def key(settings: "Settings", places: Places) -> str:
    """SHA-256 of everything that the synthesised stack depends on."""
    digest = hashlib.sha256(f"{FORMAT} {sys.version}\n".encode())
    told = {name: value for name, value in settings.environment().items() if name not in DEPLOYER_ONLY}
    digest.update(json.dumps(told, sort_keys=True).encode())
    for path in inputs(places.root):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(places.root).as_posix()}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def inputs(root: Path) -> Iterator[Path]:
    """Every file that the synthesis reads, sorted."""
    for name in INPUT_FILES:
        if (root / name).is_file():
            yield root / name
    for name in INPUT_FOLDERS:
        for folder, inner, files in os.walk(root / name):
            inner[:] = sorted(set(inner) - NOT_INPUTS)
            yield from (Path(folder) / file for file in sorted(files) if not file.endswith(".pyc"))


def _make(settings: "Settings", places: Places, target: Path) -> None:
    """Beside the target, then moved in one step: a crash leaves nothing that looks like a result."""
    if not (places.root / "tap.py").is_file():
        raise UsedWrongly(
            "there is no stack here: no tap.py",
            where=str(places.root),
            remedy="go to the project's folder; other Terraform is judged by `tap comply PATH`",
        )
    process.require("node")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=target.parent) as scratch:
        out = Path(scratch) / "out"
        out.mkdir()
        _run(settings, places, out)
        if not (out / "stacks" / settings.construct_id / "cdk.tf.json").is_file():
            raise SynthesisFailed(
                "the synthesis ended without a stack", where="tap.py", remedy="see stack/tap_stack.py"
            )
        _share(out, places.cache / "packages")
        out.rename(target)
    _prune(target.parent)
    _forget_packages(places.cache / "packages")


def _share(out: Path, packages: Path) -> None:
    """Of a function's package there is one copy, however many results hold it; a result is never written to."""
    for file in out.rglob("*.zip"):
        for package in packages.glob(f"*/{file.name}"):
            if filecmp.cmp(file, package, shallow=False):
                with suppress(OSError):  # no links here, or as many as there may be
                    link = file.with_suffix(".link")
                    link.hardlink_to(package)
                    link.replace(file)
                break


def _run(settings: "Settings", places: Places, out: Path) -> None:
    environment = process.environment({**settings.environment(), "CDKTF_OUTDIR": str(out)})
    result = process.run([sys.executable, "tap.py"], folder=places.root, env=environment)
    if result.returncode:
        _require_node()
        raise _failure(result.stderr or result.stdout, places)


def _require_node() -> None:
    """CDKTF's runtime tells of a Node that does not start as a broken pipe; so Node itself is asked."""
    result = process.run(["node", "-e", "0"])
    if result.returncode:
        raise ToolMissing(
            "node does not start",
            where=shutil.which("node") or "",
            remedy="mend what it says; NODE_OPTIONS is what it is told from outside",
            details=tuple((result.stderr.strip() or f"exit code {result.returncode}").splitlines()[-_LINES_SHOWN:]),
        )


def _failure(said: str, places: Places) -> SynthesisFailed:
    """The stack's own message. A traceback goes to the log; of it, only what is not a frame is for people."""
    places.logs.mkdir(parents=True, exist_ok=True)
    log = places.logs / "synth.log"
    log.write_text(said)
    lines = [line for line in said.strip().splitlines() if line.strip()]
    if "Traceback (most recent call last)" in said:
        lines = [line for line in lines if not line.startswith((" ", "Traceback "))]
    return SynthesisFailed(
        "the stack can't be synthesised",
        where=str(log),
        remedy="fix what the message names, then try again",
        details=tuple(line for line in lines[-_LINES_SHOWN:] if line != "The stack can't be synthesised."),
    )


def _prune(folder: Path) -> None:
    """Keep the results used last."""
    results = sorted(
        (entry for entry in folder.iterdir() if len(entry.name) == 64), key=lambda one: one.stat().st_mtime
    )
    for entry in results[:-_KEPT]:
        shutil.rmtree(entry, ignore_errors=True)


def _forget_packages(packages: Path) -> None:
    """Those that no result holds any more; not the youngest, which a synthesis may be about to take."""
    for package in packages.glob("*/*.zip"):
        with suppress(OSError):  # somebody else was faster
            told = package.stat()
            if told.st_nlink == 1 and told.st_mtime < time.time() - _YOUNG_S:
                shutil.rmtree(package.parent, ignore_errors=True)
