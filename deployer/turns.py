"""One deployment at a time, and no state lost on the way: what `stages` does around Terraform's own work."""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deployer.errors import StateLocked, StateUnsaved, TerraformFailed, UsedWrongly
from deployer.locks import held
from deployer.statebucket import StateBucket
from deployer.statelock import holder_of, holding, locked, wait_until_free
from deployer.terraform import UNSAVED
from stack.settings import Settings

if TYPE_CHECKING:
    from deployer.stages import Run

# The heading stands over any failure of the lock's call; a denied one is nobody's lock.
_TAKEN = re.compile(r"state lock.*(PreconditionFailed|ConditionalRequestConflict)", re.DOTALL)
_POLL = 0.5  # seconds


def require_lasting_state(settings: Settings) -> None:
    """A CI's disk is gone after the job: on AWS, what it deployed would be known to nobody. Raises UsedWrongly."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    if settings.target == "aws" and in_ci and not settings.state_bucket and not settings.local_state:
        raise UsedWrongly(
            "in a CI, the state of a live deployment can't stay in a local file: it would be lost with the job",
            where="CI is set, and TERRAFORM_STATE_BUCKET is not",
            remedy="TERRAFORM_STATE_BUCKET=... (`tap bootstrap` makes it); if it is meant, TAP_LOCAL_STATE=true",
        )


@contextmanager
def alone(run: "Run") -> Iterator[None]:
    """No other `tap` of this checkout is at the same environment while the block runs, and the state's lock is told.

    Raises:
        StateLocked: another deployment is at work, and did not end in time.
    """
    work = run.site.work
    with held(work.with_name(work.name + ".lock"), run.settings.lock_seconds, run.view.note):
        try:
            yield
        except TerraformFailed as error:
            told = f"{error.what} {' '.join(error.details)}"
            if not run.settings.state_bucket or not _TAKEN.search(told):
                raise
            bucket = _bucket(run)
            raise locked(holder_of(bucket), bucket, run.settings.lock_seconds) from error


def wait_for_turn(run: "Run") -> None:
    """Until nobody holds the state's lock; Terraform itself would wait without a word. Raises StateLocked."""
    if run.settings.state_bucket:
        wait_until_free(_bucket(run), run.settings.lock_seconds, run.view.note)


@contextmanager
def state_held(run: "Run", operation: str) -> Iterator[None]:
    """The state's own lock is ours while the block runs: for who changes the account without Terraform.

    Raises:
        StateLocked: somebody else, or a Terraform whose `tap` was killed, still holds it after the stated time.
    """
    if run.settings.state_bucket:
        with holding(_bucket(run), operation, run.settings.lock_seconds, run.view.note):
            yield
    else:
        with _file_held(run):
            yield


@contextmanager
def _file_held(run: "Run") -> Iterator[None]:
    """As Terraform locks a state in a file: the system ends the lock with the process, and nobody has to free it."""
    path = run.site.work / "terraform.tfstate"
    if not path.is_file():
        yield
        return
    with path.open("r+b") as state:
        deadline = time.monotonic() + run.settings.lock_seconds
        while not _taken(state.fileno()):
            if time.monotonic() >= deadline:
                raise StateLocked(
                    f"a Terraform still works on the state, and did not end within {run.settings.lock_seconds} s",
                    where=str(path),
                    remedy="wait for it, then try again; its lock ends with it",
                )
            time.sleep(_POLL)
        yield


def _taken(file: int) -> bool:
    with suppress(BlockingIOError, PermissionError):
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def recover(run: "Run") -> None:
    """A state that Terraform could not save when it was interrupted is put in its place.

    Raises:
        StateUnsaved: it can't be, as the state has gone on since.
    """
    unsaved = run.site.work / UNSAVED
    if not unsaved.is_file():
        return
    kept = unsaved.with_name(f"{UNSAVED}.{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    try:
        run.terraform.push(unsaved)
    except TerraformFailed as error:
        raise StateUnsaved(
            "an earlier deployment could not save its state, and the state in its place has gone on since",
            where=str(unsaved),
            remedy=f"compare the two: `terraform -chdir={run.site.work} state pull`; to go on with the one in its "
            f"place, move this file away, and `tap deploy` adopts what only this file knows",
            details=error.details,
        ) from error
    shutil.move(unsaved, kept)
    run.view.note(f"the state that an earlier deployment could not save is in its place now; kept as {kept.name}")


def _bucket(run: "Run") -> StateBucket:
    return StateBucket.of(run.settings, run.site.target)
