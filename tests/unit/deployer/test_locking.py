"""One deployment at a time, and no state is lost: locks that are waited for, and a state that could not be saved."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deployer.deploy import locking
from deployer.deploy.cleanup import cleanup
from deployer.deploy.stages import Run
from deployer.errors import StateLocked, StateUnsaved, UsageError
from deployer.paths import Paths
from deployer.process.file_lock import file_lock
from deployer.settings import Settings
from deployer.targets import targets
from deployer.terraform.cli import UNSAVED
from deployer.terraform.state_bucket import StateBucket
from deployer.terraform.state_lock import SUFFIX, free, holder_of, holding, wait_until_free
from tests.unit.deployer.moto_target import aws
from tests.unit.deployer.test_state_bucket import BACKEND, SETTINGS
from tests.unit.deployer.working_folder import held_by_a_terraform, run_in, terraform_in

LOCK = {"ID": "lock-1", "Operation": "OperationTypeApply", "Who": "ann@build-7", "Created": "2026-11-23T22:00:00Z"}


@pytest.fixture
def bucket() -> Iterator[StateBucket]:
    with mock_aws():
        bucket = StateBucket.of(BACKEND, aws())
        bucket.s3.create_bucket(Bucket=bucket.name, CreateBucketConfiguration={"LocationConstraint": bucket.region})
        yield bucket


def lock(bucket: StateBucket, content: bytes = json.dumps(LOCK).encode()) -> None:
    bucket.s3.put_object(Bucket=bucket.name, Key=bucket.key + SUFFIX, Body=content)


def test_who_is_waited_for_is_told(bucket: StateBucket) -> None:
    """The second of two deployments says once who holds the state and since when, and ends after the stated time."""
    lock(bucket)
    told: list[str] = []

    with pytest.raises(StateLocked, match="did not end within 1 s") as caught:
        wait_until_free(bucket, 1, told.append)
    assert len(told) == 1
    assert "ann@build-7 (OperationTypeApply) since" in told[0]
    assert caught.value.exit_code == 3
    assert "ann@build-7" in caught.value.details[0]


def test_a_deployment_goes_on_as_soon_as_the_other_ends(bucket: StateBucket) -> None:
    """A lock that is given up is not waited for any longer."""
    lock(bucket)
    timer = threading.Timer(0.5, lambda: bucket.s3.delete_object(Bucket=bucket.name, Key=bucket.key + SUFFIX))
    timer.start()
    wait_until_free(bucket, 600, lambda _: None)
    timer.join()

    assert holder_of(bucket) is None


def test_a_lock_is_freed_only_for_the_holder_that_was_shown(bucket: StateBucket) -> None:
    """Between the showing and the freeing, somebody else may have taken it."""
    lock(bucket)
    shown = holder_of(bucket)
    assert shown is not None
    lock(bucket, json.dumps({**LOCK, "ID": "lock-2"}).encode())

    assert not free(bucket, shown)
    assert (now := holder_of(bucket)) is not None
    assert (now.id, free(bucket, now), holder_of(bucket)) == ("lock-2", True, None)


def test_a_lock_is_freed_also_where_a_store_knows_no_conditional_delete(bucket: StateBucket) -> None:
    """Stores that speak S3 without it answer NotImplemented; what was read just before is all there is to go by."""
    lock(bucket)

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if "IfMatch" in params:
            raise ClientError({"Error": {"Code": "NotImplemented", "Message": "a header"}}, "DeleteObject")

    bucket.s3.meta.events.register("provide-client-params.s3.DeleteObject", refuse)
    holder = holder_of(bucket)

    assert holder
    assert free(bucket, holder)
    assert holder_of(bucket) is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}"])
def test_a_lock_that_nobody_can_read_is_held_all_the_same(bucket: StateBucket, content: bytes) -> None:
    """An empty or foreign lock file stops a deployment as any other does."""
    lock(bucket, content)

    assert (holder := holder_of(bucket)) is not None
    assert "somebody (something) since" in holder.told()
    assert holder.id  # by which `tap unlock --id` frees it
    assert free(bucket, holder)


def test_who_works_without_terraform_holds_its_lock(bucket: StateBucket) -> None:
    """While the lock is ours, nobody else takes it, and it says who we are; afterwards, it is free."""
    with holding(bucket, "cleanup", 0, lambda _: None):
        assert (holder := holder_of(bucket)) is not None
        with pytest.raises(StateLocked) as caught, holding(bucket, "cleanup", 0, lambda _: None):
            pass
        assert holder_of(bucket) == holder

    assert "(cleanup) since" in caught.value.details[0]
    assert "tap unlock" in caught.value.remedy
    assert holder_of(bucket) is None


def test_who_was_a_moment_faster_keeps_the_lock(bucket: StateBucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the last look and the taking, somebody else took it: theirs is never written over."""
    lock(bucket)
    monkeypatch.setattr("deployer.terraform.state_lock.wait_until_free", lambda *_: None)

    with pytest.raises(StateLocked, match="another deployment"), holding(bucket, "cleanup", 0, lambda _: None):
        pass
    assert (now := holder_of(bucket)) is not None
    assert now.id == LOCK["ID"]


def test_where_there_is_no_bucket_there_is_nothing_to_hold(bucket: StateBucket) -> None:
    """A state bucket that is gone holds no state: what is left in the account can still be removed."""
    gone = replace(bucket, name="nowhere")

    with holding(gone, "cleanup", 0, lambda _: None):
        assert holder_of(gone) is None


HOLDER = """
import subprocess, sys
from pathlib import Path
from deployer.process.file_lock import file_lock
with file_lock(Path(sys.argv[1])):
    subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"])  # as a Terraform that goes on
    print(1, flush=True)
    sys.stdin.read()
"""


def test_a_process_that_holds_a_lock_is_named_and_its_death_frees_it(tmp_path: Path) -> None:
    """On one machine, the lock says whose it is, and nobody has to remove it; a child that lives on has none of it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        told: list[str] = []
        with pytest.raises(StateLocked) as caught, file_lock(tmp_path / "lock", 0.2, told.append):
            pass
        process.kill()
        process.wait()
        with file_lock(tmp_path / "lock", 600):
            pass

    assert f"process {process.pid}, since" in told[0]
    assert f"process {process.pid}, since" in caught.value.details[0]


@pytest.mark.parametrize(
    ("change", "environment", "refused"),
    [
        ({}, {"CI": "true"}, True),
        ({}, {}, False),
        ({}, {"CI": "false"}, False),
        ({"state_bucket": "b-1"}, {"CI": "true"}, False),
        ({"local_state": True}, {"CI": "true"}, False),
        ({"target": "embedded"}, {"CI": "true"}, False),
    ],
)
def test_in_a_ci_a_live_state_is_not_kept_in_a_file(
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
    environment: dict[str, str],
    refused: bool,
) -> None:
    """Unless that was asked for; what an emulator holds ends with the job anyway."""
    monkeypatch.delenv("CI", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = replace(Settings(target="aws", aws_region="eu-west-1"), **change)

    if refused:
        with pytest.raises(UsageError, match="TERRAFORM_STATE_BUCKET"):
            locking.require_lasting_state(settings, is_remote=bool(settings.state_bucket))
    else:
        locking.require_lasting_state(settings, is_remote=bool(settings.state_bucket))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A working folder with a state of its own and nothing to provide, so that no provider is needed."""
    backend = {"local": {"path": "terraform.tfstate"}}
    terraform = terraform_in(tmp_path, {"terraform": {"backend": backend}, "output": {"a": {"value": "1"}}})
    run = run_in(tmp_path, targets.Target("aws", "eu-west-1", "1", targets.Credentials("", "")), SETTINGS)
    terraform.init()
    terraform.plan()
    terraform.apply()
    return run


def unsaved(run: Run, **changes: Any) -> Path:
    state = json.loads((run.session.work / "terraform.tfstate").read_text())
    path = run.session.work / UNSAVED
    path.write_text(json.dumps({**state, **changes}))
    return path


def test_a_state_that_could_not_be_saved_is_put_in_its_place(run: Run) -> None:
    """What an interrupted apply left is what the next deployment begins with; the file is kept."""
    path = unsaved(run, serial=7, outputs={"a": {"value": "2", "type": "string"}})
    locking.recover_unsaved_state(run)

    state = json.loads((run.session.work / "terraform.tfstate").read_text())
    assert (state["serial"] >= 7, state["outputs"]["a"]["value"]) == (True, "2")
    assert not path.exists()
    assert len(list(run.session.work.glob(f"{UNSAVED}.*"))) == 1


@pytest.mark.parametrize("half", ["", '{"version": 4, "resou'])
def test_what_could_not_be_saved_and_was_cut_off_counts_for_nothing(run: Run, half: str) -> None:
    """The disk was full for it too: the last whole state stays, and nobody has to remove a file."""
    before = (run.session.work / "terraform.tfstate").read_bytes()
    (run.session.work / UNSAVED).write_text(half)
    locking.recover_unsaved_state(run)

    assert (run.session.work / "terraform.tfstate").read_bytes() == before
    (kept,) = run.session.work.glob(f"{UNSAVED}.*")
    assert kept.read_text() == half


@pytest.mark.parametrize("changes", [{"serial": 0}, {"lineage": "another", "serial": 9}])
def test_a_state_that_has_gone_on_since_is_explained_and_nothing_is_overwritten(
    run: Run, changes: dict[str, Any]
) -> None:
    """An older state, or that of something else, is never put over the one that is there."""
    path, before = unsaved(run, **changes), (run.session.work / "terraform.tfstate").read_bytes()

    with pytest.raises(StateUnsaved, match="has gone on since"):
        locking.recover_unsaved_state(run)
    assert path.exists()
    assert (run.session.work / "terraform.tfstate").read_bytes() == before


def test_a_cleanup_leaves_a_deployment_alone_that_is_at_work(run: Run, bucket: StateBucket) -> None:
    """While its lock is held nothing is looked for or removed; a holder that is gone is `tap unlock`'s business."""
    lock(bucket)
    here = replace(
        run,
        backend=BACKEND,
        settings=replace(SETTINGS, lock_seconds=0),
        session=replace(run.session, target=bucket.target),
    )
    with pytest.raises(StateLocked, match="the state is locked by another deployment") as caught:
        _leave(here)

    assert "ann@build-7" in caught.value.details[0]
    assert "`tap unlock`" in caught.value.remedy


def test_a_cleanup_waits_for_a_terraform_that_outlived_its_tap(run: Run) -> None:
    """It holds the state's file as long as it lives, and a cleanup refuses for so long, without a lock to be freed."""
    state = run.session.work / "terraform.tfstate"
    here = replace(run, settings=replace(SETTINGS, state_bucket="", lock_seconds=0))
    with held_by_a_terraform(state), pytest.raises(StateLocked, match="a Terraform process still holds"):
        _leave(here)
    with locking.state_lock_held(here, "cleanup"):
        pass


def test_a_cleanup_takes_its_turn_with_the_other_commands_of_the_checkout(run: Run) -> None:
    """While another `tap` is at the same environment, it does not begin."""
    here = replace(run, settings=replace(SETTINGS, state_bucket="", lock_seconds=0))
    with file_lock(run.session.work.with_name("work.lock")), pytest.raises(StateLocked, match="another `tap`"):
        _leave(here)


def _leave(run: Run) -> None:
    cleanup(replace(run, paths=Paths.here()), data_too=False)
