"""The stack as Terraform JSON, from a cache by content: unchanged inputs cost a few hashes, not seconds of Node.

`tap synth`, the deployer's stages and the suite call it. On a hit nothing of CDKTF, boto3 or Rich is imported; keep it
so, since half of a hit's time is imports.
"""

import filecmp
import hashlib
import json
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deployer import process
from deployer.console.streams import explained
from deployer.deploy.bindings import loaded_when_used
from deployer.errors import SynthesisFailed, ToolMissing, UsageError
from deployer.paths import PROJECT_FILE, Paths
from deployer.process import tools
from deployer.project import TABLE, Project, resolved
from deployer.settings import Settings
from deployer.stack_file import STACK_FILE

FORMAT = "3"  # bumped when this module changes what lies in the cache
# What no synthesis reads: what is made of the project, and its tests. Hidden folders neither, nor Python environments.
NOT_INPUTS = {"__pycache__", "tests", "build", "dist", "cdktf.out", "node_modules", "terraform.tfstate.d"}
_VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
_KEPT = 30
_YOUNG_S = 24 * 3600
_LINES_SHOWN = 12


def synth(settings: Settings, paths: Paths, out: Path) -> Path:
    """Synthesise into `out`; returns the folder of cdk.tf.json. What an earlier synthesis left in `out` is replaced.

    Raises:
        UsageError: `out` can't be written.
        SynthesisFailed: see `cached_synthesis`.
    """
    cached = stack_folder(settings, paths)
    try:
        shutil.rmtree(out / "stacks", ignore_errors=True)
        _copy(cached.parent.parent, out)
    except OSError as error:
        if explained(error):
            raise
        raise UsageError(
            f"the stack can't be written: {error}", where=str(out), remedy="name another folder with --out"
        ) from error
    return out / "stacks" / cached.name


def _copy(folder: Path, out: Path) -> None:
    """As `shutil.copytree`, which would tell every file's error in one, and of none what it is."""
    for file in sorted(folder.rglob("*")):
        target = out / file.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.is_file():
            shutil.copy2(file, target)


def stack_folder(settings: Settings, paths: Paths) -> Path:
    """The folder of the stack's cdk.tf.json in the cached synthesis of these settings, not to be changed.

    Raises:
        UsageError: the project is of several stacks, and does not say which. And as `cached_synthesis`.
    """
    return _only_stack(cached_synthesis(settings, paths), Project.at(paths.root))


def cached_synthesis(settings: Settings, paths: Paths) -> Path:
    """The cached synthesis of these settings, made if it is not there: a folder holding `stacks/`, not to be changed.

    The stack reads the variables of the environment, and those of the settings before them.

    Raises:
        UsageError: there is no stack.
        ToolMissing: Node is not there.
        SynthesisFailed: with the stack's own message.
    """
    found = paths.cache / "synth" / key(settings, paths)
    if found.is_dir():
        os.utime(found)
        return found
    if not _made(settings, paths, found):  # somebody types: what was made may be of either text
        found = paths.cache / "synth" / key(settings, paths)
        _made(settings, paths, found, for_sure=True)  # or the stack writes what it reads, each time
    return found


def _made(settings: Settings, paths: Paths, found: Path, *, for_sure: bool = False) -> bool:
    """Whether it is there now: of several that want the same, one makes it. As `_make`."""
    from deployer.process.file_lock import file_lock

    with file_lock(paths.cache / "locks" / f"synth-{found.name}"):
        return found.is_dir() or _make(settings, paths, found, for_sure=for_sure)


def key(settings: Settings, paths: Paths, *, code: bool = True) -> str:
    """SHA-256 of everything that the synthesised stack depends on; without `code`, but the code of functions."""
    project = Project.at(paths.root)
    command = project.command(paths.root)
    digest = hashlib.sha256(f"{FORMAT} {sys.version} {json.dumps([command, project.stack])}\n".encode())
    told = {**variables(settings, project), **settings.environment(for_stack=True)}
    digest.update(json.dumps(told, sort_keys=True).encode())
    for path in inputs(paths.root, project):
        name = path.relative_to(paths.root)
        if code or not project.is_code(name):
            content = path.read_bytes()
            digest.update(f"\n{name.as_posix()}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def variables(settings: Settings, project: Project) -> dict[str, str]:
    """The variables of the environment that the stack reads, and the settings do not tell."""
    told = settings.variables()
    return {name: value for name, value in os.environ.items() if name not in told and project.reads(name)}


def inputs(root: Path, project: Project) -> Iterator[Path]:
    """Every file that the synthesis reads, sorted. Raises UsageError for one that is named and not there."""
    for path in sorted(project.inputs) or [Path()]:
        if (root / path).is_file():
            yield root / path
        elif (root / path).is_dir():
            yield from _files_below(root / path)
        else:
            raise UsageError(
                f"an input of the synthesis is not there: {path}",
                where=str(root),
                remedy=f"mend `inputs` in {TABLE} of {PROJECT_FILE}",
            )


def _files_below(top: Path) -> Iterator[Path]:
    for folder, inner, files in os.walk(top):
        inner[:] = sorted(name for name in inner if not _is_left_out(Path(folder, name)))
        file_paths = (Path(folder, name) for name in sorted(files) if not name.endswith(".pyc"))
        yield from (path for path in file_paths if path.is_file())


def _is_left_out(folder: Path) -> bool:
    return folder.name in NOT_INPUTS or folder.name.startswith(".") or (folder / _VIRTUAL_ENVIRONMENT).is_file()


def _only_stack(out: Path, project: Project) -> Path:
    """The folder of the stack that the project names, or of the only one."""
    found = {path.parent.name: path.parent for path in out.glob(f"stacks/*/{STACK_FILE}")}
    if project.stack in found:
        return found[project.stack]
    if not found or project.stack:
        raise SynthesisFailed(
            f"the synthesis ended without {f'the stack {project.stack}' if project.stack else 'a stack'}",
            where=f"the folder {out.name}, which CDKTF_OUTDIR names",
            remedy=f"a stack is a folder below `stacks` with {STACK_FILE} in it; there is {', '.join(found) or 'none'}",
        )
    if len(found) > 1:
        raise UsageError(
            f"the project is of several stacks: {', '.join(sorted(found))}",
            where=PROJECT_FILE,
            remedy=f"say which one with `stack` in {TABLE}",
        )
    return next(iter(found.values()))


def _make(settings: Settings, paths: Paths, target: Path, *, for_sure: bool) -> bool:
    """Beside the target, then moved in one step: a crash leaves nothing that looks like a result.

    False, and nothing is made, where an input changed meanwhile; unless it is wanted for sure.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    alike = paths.cache / "synth-but-code" / key(settings, paths, code=False)
    with tempfile.TemporaryDirectory(prefix="making-", dir=target.parent) as scratch:
        out = Path(scratch) / "out"
        if not _derived(alike, paths, out):
            out.mkdir()
            _run(settings, paths, out)
            _only_stack(out, Project.at(paths.root))
            _share(out, paths.cache / "packages")
        if key(settings, paths) != target.name and not for_sure:
            return False
        out.rename(target)
    _point(alike, target)
    _prune(target.parent)
    _forget_packages(paths.cache / "packages")
    return True


def _derived(alike: Path, paths: Paths, out: Path) -> bool:
    """Whether `out` was made of an earlier synthesis that differs in code alone; what stands against it, the stack's
    own synthesis tells."""
    project = Project.at(paths.root)
    if not project.packages or not alike.is_file():
        return False
    from deployer.deploy.derived import derive

    try:
        base = alike.parent.with_name("synth") / alike.read_text()
        return base.is_dir() and derive(base, out, resolved(project.packages, paths.root)())
    except Exception:  # of the project's own code, for one
        shutil.rmtree(out, ignore_errors=True)
        return False


def _point(alike: Path, result: Path) -> None:
    """From what the stack is but for its code to its newest synthesis; of those that point nowhere, none is kept."""
    alike.parent.mkdir(parents=True, exist_ok=True)
    for other in alike.parent.iterdir():
        if not (result.parent / other.read_text()).is_dir():
            other.unlink(missing_ok=True)
    new = alike.with_name(f"{alike.name}.{os.getpid()}")
    new.write_text(result.name)
    new.replace(alike)


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


def _run(settings: Settings, paths: Paths, out: Path) -> None:
    from deployer.deploy import kept_synthesis

    tools.provide("node", paths)
    environment = loaded_when_used(process.environment({**settings.environment(), "CDKTF_OUTDIR": str(out)}))
    project = Project.at(paths.root)
    command = project.command(paths.root)
    try:
        result = kept_synthesis.run(project, paths.root, environment, settings.variables()) or process.run(
            command, folder=paths.root, env=environment
        )
    except ToolMissing as error:
        raise ToolMissing(
            f"the stack can't be synthesised by `{shlex.join(command)}`: {error}",
            where=str(paths.root),
            remedy=f"mend `app` in {TABLE} of {PROJECT_FILE}, or in cdktf.json",
        ) from error
    if result.returncode:
        said = result.stderr or result.stdout
        _require_node()
        raise _failure(said, paths)


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


def _failure(said: str, paths: Paths) -> SynthesisFailed:
    """The stack's own message. A traceback goes to the log; of it, only what is not a frame is for people."""
    paths.logs.mkdir(parents=True, exist_ok=True)
    log = paths.logs / "synth.log"
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
