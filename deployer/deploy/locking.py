"""One deployment at a time, and no state lost on the way: what `stages` does around Terraform's own work."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from deployer.deploy.deployment import Run
from deployer.errors import StateLocked, StateUnsaved, TerraformFailed, UsageError
from deployer.json_text import json_object
from deployer.process.file_lock import file_lock, taken
from deployer.settings import Settings
from deployer.terraform.cli import UNSAVED
from deployer.terraform.state_bucket import StateBucket
from deployer.terraform.state_lock import free, holder_of, holding, locked, wait_until_free
from deployer.terraform.state_migration import FILE

# The heading stands over any failure of the lock's call; a denied one is nobody's lock.
_TAKEN = re.compile(r"state lock.*(PreconditionFailed|ConditionalRequestConflict)", re.DOTALL)
_POLL = 0.5  # seconds


def require_lasting_state(settings: Settings, *, is_remote: bool) -> None:
    """A CI's disk is gone after the job: on AWS, what it deployed would be known to nobody. Raises UsageError."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    if settings.target == "aws" and in_ci and not is_remote and not settings.local_state:
        raise UsageError(
            "in a CI, the state of a live deployment can't stay in a local file: it would be lost with the job",
            where="CI is set, and the stack's backend is a local file",
            remedy="TERRAFORM_STATE_BUCKET=... (`tap bootstrap` makes it); if it is meant, TAP_LOCAL_STATE=true",
        )


@contextmanager
def exclusive(run: Run) -> Iterator[None]:
    """No other `tap` of this checkout is at the same environment while the block runs, and the state's lock is told.

    Raises:
        StateLocked: another deployment is at work, and did not end in time.
    """
    work = run.session.work
    with file_lock(work.with_name(work.name + ".lock"), run.settings.lock_seconds, run.view.note):
        try:
            yield
        except TerraformFailed as error:
            told = f"{error.what} {' '.join(error.details)}"
            if not run.backend or not _TAKEN.search(told):
                raise
            bucket = _bucket(run)
            raise locked(holder_of(bucket), bucket, run.settings.lock_seconds) from error


def wait_for_lock(run: Run) -> None:
    """Until nobody holds the state's lock; Terraform itself would wait without a word. Raises StateLocked."""
    if run.backend:
        _free_what_we_left(run)
        wait_until_free(_bucket(run), run.settings.lock_seconds, run.view.note)


def _free_what_we_left(run: Run) -> None:
    """Who could not save the state, as its credentials had ended, could not give back the lock either.

    It held the lock when it wrote the state to a file here. So a lock that this machine took before that moment, and
    that is still there, is the same one.
    """
    unsaved = run.session.work / UNSAVED
    if not unsaved.is_file():
        return
    bucket = _bucket(run)
    written = datetime.fromtimestamp(unsaved.stat().st_mtime, UTC)
    if (holder := holder_of(bucket)) and holder.was_here_before(written) and free(bucket, holder):
        run.view.note(f"the lock that an earlier deployment from here could not give back is freed: {holder.told()}")


@contextmanager
def state_lock_held(run: Run, operation: str) -> Iterator[None]:
    """The state's own lock is ours while the block runs: for who changes the account without Terraform.

    Raises:
        StateLocked: somebody else, or a Terraform whose `tap` was killed, still holds it after the stated time.
    """
    if run.backend:
        with holding(_bucket(run), operation, run.settings.lock_seconds, run.view.note):
            yield
    else:
        with _file_held(run):
            yield


@contextmanager
def _file_held(run: Run) -> Iterator[None]:
    """As Terraform locks a state in a file: the system ends the lock with the process, and nobody has to free it."""
    path = run.session.work / FILE
    if not path.is_file():
        yield
        return
    with path.open("r+b") as state:
        deadline = time.monotonic() + run.settings.lock_seconds
        while not taken(state.fileno()):
            if time.monotonic() >= deadline:
                raise StateLocked(
                    f"a Terraform process still holds the state, and did not end within {run.settings.lock_seconds} s",
                    where=str(path),
                    remedy="wait for it, then try again; its lock ends with it",
                )
            time.sleep(_POLL)
        yield


def recover_unsaved_state(run: Run) -> None:
    """A state that Terraform could not save when it was interrupted is put in its place.

    Raises:
        StateUnsaved: it can't be, as the state has gone on since.
    """
    unsaved = run.session.work / UNSAVED
    if not unsaved.is_file():
        return
    kept = unsaved.with_name(f"{UNSAVED}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    if not json_object(unsaved.read_bytes()):  # the disk was full for it too
        shutil.move(unsaved, kept)
        run.view.note(
            f"what an earlier deployment could not save was cut off, and is kept as {kept.name}: the last "
            "whole state counts, and what it lacks is adopted"
        )
        return
    try:
        run.terraform.push(unsaved)
    except TerraformFailed as error:
        raise StateUnsaved(
            "an earlier deployment could not save its state, and the state in its place has gone on since",
            where=str(unsaved),
            remedy=f"compare the two: `terraform -chdir={run.session.work} state pull`; to go on with the one in its "
            f"place, move this file away, and `tap deploy` adopts what only this file knows",
            details=error.details,
        ) from error
    shutil.move(unsaved, kept)
    run.view.note(f"the state that an earlier deployment could not save is in its place now; kept as {kept.name}")


def _bucket(run: Run) -> StateBucket:
    return StateBucket.of(run.backend, run.session.target)
