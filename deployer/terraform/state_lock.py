"""Who holds Terraform's lock on a state in S3: `tap deploy` waits for them, `tap cleanup` too and then
holds it itself, and `tap unlock` frees what nobody holds.

The lock is an object beside the state, written by Terraform with a conditional write:
https://developer.hashicorp.com/terraform/language/backend/s3#state-locking

Terraform itself waits too (`-lock-timeout`, in deployer/deploy/working_directory.py), without a word on who is at work,
and only as it plans: adoption looks at the account earlier. Its `force-unlock` does not free a lock that nobody can
read.
"""

import getpass
import json
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import CONDITION_FAILED, LOST_RACE, NO_BUCKET, NO_OBJECT, code_of
from deployer.errors import StateLocked
from deployer.json_text import json_object
from deployer.terraform.state_bucket import StateBucket, delete_as_read

SUFFIX = ".tflock"
_POLL = 1.0  # seconds


@dataclass(frozen=True)
class Holder:
    """Who holds a lock, as Terraform wrote it: its id, user and machine, what they do, and since when (UTC).

    A lock that nobody can read has its object's ETag for an id.
    """

    id: str
    who: str
    operation: str
    since: datetime
    created: str = ""  # when, by the clock of the machine that took it, ISO 8601

    @classmethod
    def of(cls, document: dict[str, Any], written: datetime, etag: str = "") -> "Holder":
        """From Terraform's document; the object's own time and ETag are there also where a field is not."""
        return cls(
            document.get("ID") or etag.strip('"'),
            document.get("Who", "somebody"),
            document.get("Operation", "something"),
            written,
            document.get("Created", ""),
        )

    def was_here_before(self, moment: datetime) -> bool:
        """Whether this machine took the lock before `moment`, by its own clock."""
        try:
            created = datetime.fromisoformat(self.created)
        except ValueError:
            return False
        return self.who.endswith(f"@{platform.node()}") and created.tzinfo is not None and created < moment

    def age(self, now: datetime) -> str:
        """How long they have held it."""
        seconds = max(0, int((now - self.since).total_seconds()))
        units = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
        size, unit = next(((size, unit) for size, unit in units if seconds >= size), units[-1])
        return f"{seconds // size} {unit}"

    def told(self) -> str:
        """One line for people."""
        now = datetime.now(UTC)
        since = f"{self.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return f"{self.who} ({self.operation}) since {since}, {self.age(now)} ago; lock {self.id}"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "since": self.since.isoformat(), "age": self.age(datetime.now(UTC))}


def holder_of(bucket: StateBucket) -> Holder | None:
    """Who holds the lock of the state, or None."""
    try:
        answer = bucket.s3.get_object(Bucket=bucket.name, Key=bucket.key + SUFFIX)
    except ClientError as error:
        if code_of(error) in NO_OBJECT | NO_BUCKET:
            return None
        raise
    return _holder(answer)


def _holder(answer: dict[str, Any]) -> Holder:
    return Holder.of(json_object(answer["Body"].read()), answer["LastModified"], answer["ETag"])


def wait_until_free(bucket: StateBucket, seconds: float, tell: Callable[[str], None]) -> None:
    """Wait for whoever holds the lock; raises StateLocked where they still do after `seconds`."""
    deadline, told = time.monotonic() + seconds, ""
    while holder := holder_of(bucket):
        if seconds and holder.id != told:  # before the time is looked at: however slow this is, who waited was told
            tell(f"the state is locked by {holder.told()}; waiting up to {seconds:.0f} s")
            told = holder.id
        if time.monotonic() >= deadline:
            raise locked(holder, bucket, seconds)
        time.sleep(min(_POLL, max(0.0, deadline - time.monotonic())))


@contextmanager
def holding(bucket: StateBucket, operation: str, seconds: float, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock as Terraform does while the block runs, so that neither it nor another `tap` begins meanwhile.

    A bucket that is not there holds no state, and needs no lock.

    Raises:
        StateLocked: somebody else still holds it after `seconds`.
    """
    wait_until_free(bucket, seconds, tell)
    document = {"ID": str(uuid.uuid4()), "Operation": operation, "Who": f"{getpass.getuser()}@{platform.node()}"}
    if not _written(bucket, {**document, "Created": datetime.now(UTC).isoformat()}, seconds):
        yield
        return
    try:
        yield
    finally:
        free(bucket, Holder.of(document, datetime.now(UTC)))


def _written(bucket: StateBucket, document: dict[str, Any], seconds: float) -> bool:
    """Whether the lock is there now; False where its bucket is not. Raises StateLocked where somebody was faster."""
    body = json.dumps(document).encode()
    try:
        bucket.s3.put_object(Bucket=bucket.name, Key=bucket.key + SUFFIX, Body=body, IfNoneMatch="*")
    except ClientError as error:
        if code_of(error) in LOST_RACE:
            raise locked(holder_of(bucket), bucket, seconds) from error
        if code_of(error) in NO_BUCKET:
            return False
        raise
    return True


def locked(holder: Holder | None, bucket: StateBucket, seconds: float) -> StateLocked:
    """The error for a lock that was not freed in time."""
    return StateLocked(
        f"the state is locked by another deployment, which did not end within {seconds:.0f} s",
        where=f"s3://{bucket.name}/{bucket.key}{SUFFIX}",
        remedy="wait for it; if nobody is at work any more: `tap unlock`",
        details=(holder.told(),) if holder else (),
    )


def free(bucket: StateBucket, holder: Holder) -> bool:
    """Remove the lock if it is still this holder's; whether it was."""
    key = bucket.key + SUFFIX
    try:
        answer = bucket.s3.get_object(Bucket=bucket.name, Key=key)
        if _holder(answer).id != holder.id:
            return False
        delete_as_read(bucket, key, answer["ETag"])
    except ClientError as error:
        if code_of(error) in NO_OBJECT | CONDITION_FAILED:
            return False
        raise
    return True
