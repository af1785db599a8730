"""`tap run`: the whole story with one file, from nothing to reconciled figures, and nothing left behind."""

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deployer.console.view import View
from deployer.deploy.deployment import Run
from deployer.deploy.destroy import destroy
from deployer.deploy.stages import deploy
from deployer.errors import UsageError
from deployer.paths import Paths
from deployer.settings import Settings
from deployer.targets import embedded
from deployer.targets.connect import aws_errors_told, open_target
from pipeline import tables
from pipeline.client import Pipeline
from pipeline.csv_files import require_judgeable
from pipeline.deployed import FileState
from pipeline.domain import Upload
from pipeline.given import Given

SAMPLE = Path("tests") / "data" / "transactions.csv"
_REJECTS_SHOWN = 100
_ITEMS_SHOWN = 5


@dataclass(frozen=True)
class Demo:
    """What `tap run` found, for the exit code and `--json`; `seconds` by stage of the deployment and of the file."""

    state: FileState
    rejects: list[dict[str, str]]
    items: list[dict[str, object]]
    seconds: dict[str, float]


@dataclass
class SoFar:
    """How far a run has come: where it deploys, and the file that it sent."""

    run: Run | None = None
    sent: Upload | None = None


def run_demo(settings: Settings, paths: Paths, file: Given, view: View, out: IO[str] | None, *, keep: bool) -> Demo:
    """Deploy, send the file through, and show on `out` (None: nowhere) what became of it.

    What this run deployed is removed again unless `keep`; what was there before stays.

    Raises:
        TapError: the file can't be judged, the environment is not fit, or a stage stopped.
    """
    if settings.target == "aws":
        raise UsageError(
            "`tap run` shows the way on an emulator, and removes what it made",
            remedy="on a live account: `tap deploy`, `tap upload FILE`, `tap watch KEY`",
        )
    require_judgeable(file)
    so_far = SoFar()
    try:
        return _told(settings, paths, file, view, out, so_far, keep=keep)
    except KeyboardInterrupt:
        if not (so_far.run and so_far.run.standing is not None):
            view.note(f"interrupted: {left(settings, so_far, keep=keep, started=embedded.local(paths) is not None)}")
        raise


def _told(
    settings: Settings, paths: Paths, file: Given, view: View, out: IO[str] | None, so_far: SoFar, *, keep: bool
) -> Demo:
    if keep and settings.target == "embedded":
        embedded.local_start(paths)
    with open_target(settings, paths) as session:
        run = so_far.run = Run(settings, paths, session, view)
        with _tidied(run, keep=keep), aws_errors_told(settings):
            view.note(f"{_target_told(run)}; the file is {file.name}")
            pipeline = Pipeline.of(session.target, deploy(run))
            upload, state, seconds = followed(pipeline, file.path, view, so_far)
            story = Demo(
                state, pipeline.rejects(upload.name), pipeline.items(upload, _ITEMS_SHOWN), run.seconds | seconds
            )
            if out:
                show(story, out)
                print(_next(settings, upload, keep=keep or not run.changes.from_nothing), file=out)
            return story


def left(settings: Settings, so_far: SoFar, *, keep: bool, started: bool) -> str:
    """What an interrupted run leaves, and the one thing to do about it.

    Args:
        started: whether an embedded AWS is kept running.
    """
    run, sent, tap, options = so_far.run, so_far.sent, _tap(), settings.options()
    if run is None:
        if keep and started:
            return f"the embedded AWS stays, and nothing was deployed on it; `{tap} local stop` ends it"
        return "nothing was deployed, and nothing is left; the same command begins anew"
    if not run.session.lasting:
        return "the embedded AWS ended with this command, and all that was on it; the same command begins anew"
    if sent is None:
        return "what is deployed stays as it is, and no file was sent; the same command goes on from there"
    if keep or not run.changes.from_nothing:
        watch = f"{tap} watch {shlex.quote(sent.name)}{options}"
        return f"the deployment stays, and {sent.name} goes on its way in it; `{watch}` follows it"
    return f"the deployment stays, with {sent.name} on its way; `{tap} destroy --data-too{options}` removes both"


def followed(
    pipeline: Pipeline, file: Path, view: View, so_far: SoFar | None = None
) -> tuple[Upload, FileState, dict[str, float]]:
    """Upload a file and see it to its end, telling each stage; seconds are those until each stage was reached."""
    begun = time.monotonic()
    with view.stage("file"):
        upload = pipeline.upload(file, file.name)
        if so_far:
            so_far.sent = upload
        reached: dict[str, float] = {}
        for state in pipeline.watch(upload):
            reached.setdefault(state.stage, time.monotonic() - begun)
            figures = ", ".join(
                [*tables.parts_told(state), *(f"{count:,} {name}" for name, count in state.rows.items())]
            )
            view.note(f"  {state.stage:<12} {reached[state.stage]:5.1f} s  {figures}".rstrip())
    return upload, state, reached


def show(story: Demo, out: IO[str]) -> None:
    """The result for people: rejected rows, items read back, and last the figures with their sums."""
    print(file=out)
    if story.rejects:
        tables.show_rejects(out, story.rejects, _REJECTS_SHOWN)
    if story.items:
        tables.show_items(out, f"read back from the table: {len(story.items)} of them", story.items)
    tables.show_figures(out, story.state)
    for line in tables.sums(story.state):
        print(line, file=out)
    print(
        "\nreconciled: every row and every amount is accounted for" if story.state.reconciled else "\nNOT reconciled",
        file=out,
    )


@contextmanager
def _tidied(run: Run, *, keep: bool) -> Iterator[None]:
    """Remove at the end what this run deployed to where it would stay; an emulator of its own ends by itself."""
    try:
        yield
    finally:
        if run.session.lasting and not keep and run.changes.from_nothing and sys.exc_info()[0] is not KeyboardInterrupt:
            destroy(run, data_too=True)


def _target_told(run: Run) -> str:
    kept = "" if run.session.lasting else ", for this run alone"
    return f"{run.session.target.name} AWS at {run.session.target.endpoint}{kept}"


def _next(settings: Settings, upload: Upload, *, keep: bool) -> str:
    """What to type next."""
    tap, options = _tap(), settings.options()
    if not keep:
        return _listed(
            ("make run CSV=FILE", "the same with your own file"),
            ("make run KEEP=1", f"the same, and it stays for `{tap} upload`, `status`, `rejects`"),
            (f"{tap} validate FILE", "judge a file on this machine alone"),
            ("make test-local", "the whole suite"),
        )
    end = f"{tap} local stop" if settings.target == "embedded" else f"{tap} destroy --data-too{options}"
    return _listed(
        (f"{tap} upload FILE{options}", "another file"),
        (f"{tap} status{options}", "where every file is"),
        (f"{tap} rejects {shlex.quote(upload.name)}{options}", "its rejected rows"),
        (f"{tap} outputs{options}", "what the deployment is reached by"),
        (end, "end it, with all that is deployed on it"),
    )


def _tap() -> str:
    """How `tap` was called, so that what is printed can be typed."""
    called = Path(sys.argv[0])
    on_path = shutil.which("tap")
    if called.name != "tap" or (on_path and Path(on_path).samefile(called)):
        return "tap"
    return os.path.relpath(called)


def _listed(*lines: tuple[str, str]) -> str:
    width = max(len(command) for command, _ in lines)
    return "\nNext:\n" + "\n".join(f"  {command:<{width}}  {meaning}" for command, meaning in lines)
