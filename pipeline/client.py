"""A deployed pipeline, by what people do with it: upload a file, watch it on its way, read what became of it.

Used by the commands about files, by `tap run`, and by the suite. Knows the deployment only by `Outputs`.
"""

import csv
import hashlib
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, Self

from deployer.console.view import View
from deployer.errors import FileStopped, NoProgress, NotDeployed, UsageError
from deployer.targets.targets import Target
from pipeline import diagnosis, stopped, version_status
from pipeline.deployed import FAILED, SILENCE_S, STAGES, Deployed, FileState
from pipeline.domain import INCOMING, Upload, report_key
from pipeline.objects import SINGLE_PUT, absent_is_none, get_json, put_file, version_in
from stack.outputs import Outputs, OutputsError

_POLL_FIRST, _POLL_MOST = 0.1, 1.0
_ASK_FIRST, _ASK_MOST = 1.5, 30.0  # seconds without news until AWS is asked what became of a file, and at most between
_CONNECTIONS = 16


class Clock(Protocol):
    """What `watch` tells time by, and waits by; Python's `time` is one."""

    def monotonic(self) -> float:
        """Seconds since some moment."""

    def sleep(self, seconds: float, /) -> None:
        """Return when they are over."""


@dataclass(frozen=True)
class Pipeline(Deployed):
    """What people do with a deployed pipeline."""

    @classmethod
    def of(cls, target: Target, outputs: Mapping[str, Any]) -> Self:
        """That of a deployment's outputs, by name. Raises NotDeployed where one is missing."""
        try:
            return cls(target, Outputs.parse(outputs))
        except OutputsError as error:
            raise NotDeployed(
                "the outputs of the deployment are not whole",
                remedy="`tap deploy` with the same --target, --suffix and --region writes them",
                details=(str(error),),
            ) from error

    def upload(self, path: Path, key: str, view: View | None = None) -> Upload:
        """Put a file below `incoming/`; returns the version that this made. Raises UsageError for a bad key.

        A `view` shows the bytes of a large file as they are sent.
        """
        refuse_bad_key(key)
        s3, place, size = self.target.client("s3"), f"{INCOMING}{key}", path.stat().st_size
        if view is None or size <= SINGLE_PUT:
            return Upload(key, put_file(s3, self.bucket, place, path))
        with view.stage("upload"):
            done, one_by_one = 0, Lock()

            def sent(count: int) -> None:
                nonlocal done
                with one_by_one:  # parts go by several threads
                    done += count
                    view.detail(f"bytes of {key}", done, size)

            return Upload(key, put_file(s3, self.bucket, place, path, sent))

    def newest(self, key: str) -> Upload:
        """The newest version of a file. Raises UsageError if there is no such file."""
        with absent_is_none():
            head = self.target.client("s3").head_object(Bucket=self.bucket, Key=f"{INCOMING}{key}")
            return Upload(key, version_in(head))
        raise no_such_file(key)

    def sent_at(self, upload: Upload) -> datetime:
        """When a file version was uploaded, by S3's clock, to the second."""
        which = {"VersionId": upload.version_id} if upload.version_id else {}
        head = self.target.client("s3").head_object(Bucket=self.bucket, Key=upload.key, **which)
        sent: datetime = head["LastModified"]
        return sent

    def state(self, upload: Upload) -> FileState:
        """Where a file version is: by the file's report or, if that tells of another version, by what lies around it.

        Raises:
            UsageError: there is no such file version.
        """
        report = get_json(self.target.client("s3"), self.bucket, upload.report)
        if report and report["source"]["version_id"] == upload.version:
            return self._with_progress(upload, _of_report(report))
        if facts := version_status.status_of(self, upload):
            return FileState(upload.name, **facts)
        raise no_such_file(upload.name)

    def _with_progress(self, upload: Upload, state: FileState) -> FileState:
        """Of a load under way, also how many of its parts are done."""
        if state.stage != "loading" or state.ended or not (progress := stopped.parts_done(self, upload)):
            return state
        return replace(state, evidence={**state.evidence, "progress": progress})

    def states(self, known: Sequence[FileState] = ()) -> list[FileState]:
        """Where every file is, by key. Of the `known` ones, those that have ended since they were sent are not asked
        for again.
        """
        pages = self.target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=INCOMING)
        sent = {
            one["Key"].removeprefix(INCOMING): one["LastModified"] for page in pages for one in page.get("Contents", [])
        }
        ended = {one.key: one for one in known if one.ended}

        def state(key: str) -> FileState:
            found = ended.get(key)  # S3 tells whole seconds of the time of an upload
            if found and datetime.fromisoformat(found.since) > sent[key] + timedelta(seconds=1):
                return found
            return self.state(self.newest(key))

        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            return list(pool.map(state, sent))

    def watch(self, upload: Upload, silence_s: float = SILENCE_S, clock: Clock = time) -> Iterator[FileState]:
        """Each state that a file version comes to, as it comes, until it ends.

        Raises:
            FileStopped: AWS says that it goes no further: its load failed, it is a dead letter, its tries are over.
            NoProgress: nothing moved for `silence_s`, and nothing says why; it may go on later.
        """
        last: FileState | None = None
        begun = datetime.now(UTC)
        moved, asked, wait, pause = clock.monotonic(), clock.monotonic(), _POLL_FIRST, _ASK_FIRST
        while True:
            now = self.state(upload)
            if last is None or _news(now) != _news(last):
                yield now
                if last is None or now.stage != last.stage:
                    wait = _POLL_FIRST
                last, moved, asked, pause = now, clock.monotonic(), clock.monotonic(), _ASK_FIRST
            if now.ended:
                if now.stage == "loading":
                    raise self._stopped(upload, stopped.Stop(now.stage, now.since, "since its load failed"))
                return
            if clock.monotonic() - asked > pause:
                self._ask(upload, now, begun, clock.monotonic() - moved, silence_s)
                asked, pause = clock.monotonic(), min(pause * 2, _ASK_MOST)
            clock.sleep(wait)
            wait = min(wait * 1.5, _POLL_MOST)

    def _ask(self, upload: Upload, now: FileState, begun: datetime, silent_s: float, silence_s: float) -> None:
        """Raises FileStopped or NoProgress when waiting longer makes no sense."""
        stop = stopped.stop_of(self, upload, now, begun)
        if stop and _news(self.state(upload)) == _news(now):  # otherwise it moved while we asked
            raise self._stopped(upload, stop)
        if silent_s > silence_s:
            raise NoProgress(
                f"no news of {upload.name} for {silent_s / 60:.0f} min: it is at `{now.stage}` since {now.since}, "
                "and nothing says that it failed",
                where=f"s3://{self.bucket}/{upload.key} (version {upload.version})",
                remedy="`tap watch` waits on; to send it again, upload it: nothing is loaded twice",
                details=tuple(diagnosis.diagnose(self, upload, now.stage)),
            )

    def _stopped(self, upload: Upload, stop: stopped.Stop) -> FileStopped:
        stage, since, why = stop
        return FileStopped(
            f"{upload.name} stopped: it reached `{stage}` at {since}, and not `{_after(stage)}` {why}",
            where=f"s3://{self.bucket}/{upload.key} (version {upload.version})",
            remedy="fix what is named above, then upload the file again: nothing is loaded twice",
            details=tuple(diagnosis.diagnose(self, upload, stage)),
        )

    def rejects(self, key: str) -> list[dict[str, str]]:
        """The rejected rows of a file's newest report: line, record, column, code, value, message.

        Raises:
            UsageError: there is no report of such a file yet.
        """
        report = get_json(self.target.client("s3"), self.bucket, report_key(key))
        if report is None:
            raise no_such_file(key)
        return self.rejected(_of_report(report))

    def rejected(self, state: FileState) -> list[dict[str, str]]:
        """The same of a state, as far as its evidence knows them; of a file that could not be judged, why."""
        quarantined = state.evidence.get("rejected")
        if quarantined is None:
            return [_as_text(error) for error in state.evidence.get("errors", [])]
        body = self.target.client("s3").get_object(Bucket=self.bucket, Key=quarantined)["Body"].read()
        return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))

    def conflicts(self, key: str) -> list[dict[str, Any]]:
        """The rows of a file's newest report that contradict what the table has of the same id: the `line`, the `row`,
        and of the one in the table, the `first`, where it came from and when.

        Raises:
            UsageError: there is no report of such a file yet.
        """
        s3, report = self.target.client("s3"), get_json(self.target.client("s3"), self.bucket, report_key(key))
        if report is None:
            raise no_such_file(key)
        prefix = Upload(key, report["source"]["version_id"]).all_conflicts
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        parts = [one["Key"] for page in pages for one in page.get("Contents", [])]
        bodies = (s3.get_object(Bucket=self.bucket, Key=part)["Body"].read() for part in parts)
        rows = [json.loads(line) for body in bodies for line in body.splitlines()]
        return [{"line": row.pop("source_line"), **row} for row in rows]

    def raw_rejects(self, key: str, path: Path) -> None:
        """Write a file's rejected rows to `path`: its header and their original bytes, ready to repair and resubmit.

        Raises:
            UsageError: there is no report of such a file yet, or it could not be judged by rows.
        """
        report = get_json(self.target.client("s3"), self.bucket, report_key(key))
        if report is None:
            raise no_such_file(key)
        if "raw" not in report["evidence"]:
            raise UsageError(f"{key} could not be judged by rows", remedy="fix the file itself and upload it again")
        self.target.client("s3").download_file(self.bucket, report["evidence"]["raw"], str(path))

    def resubmit(self, path: Path, key: str) -> Upload:
        """Send the repaired rows of `key`, as a file of its own beside it, named after what is in it."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
        return self.upload(path, f"{key}.repaired-{digest}")

    def items(self, upload: Upload, limit: int) -> list[dict[str, Any]]:
        """The first rows of a file version that are in the table, as they are there."""
        from boto3.dynamodb.types import TypeDeserializer

        answer = self.target.client("dynamodb").query(
            TableName=self.outputs.table_name, IndexName="by-source", Limit=limit,
            KeyConditionExpression="source_part = :part",
            ExpressionAttributeValues={":part": {"S": upload.source_part(0)}},
        )  # fmt: skip
        read = TypeDeserializer().deserialize
        return [{name: read(value) for name, value in item.items()} for item in answer["Items"]]


def _news(state: FileState) -> tuple[Any, ...]:
    """What counts as a move."""
    return state.stage, state.state, state.rows, state.evidence.get("progress")


def _after(stage: str) -> str:
    """The stage that a file comes to next. A load that began is not told by parts: it is `loaded` or not."""
    return STAGES[STAGES.index(stage) + 1]


def refuse_bad_key(key: str) -> None:
    """Raises UsageError for a key that can't be asked for again, through the API or on a command line."""
    if not key.isprintable() or {"", ".", ".."} & set(key.split("/")) or Upload(key, "").too_long:
        raise UsageError(
            f"{key!r} can't be the key of a file",
            remedy="name one with --key: no empty, `.` or `..` parts, not too long",
        )


def no_such_file(key: str) -> UsageError:
    return UsageError(f"there is no file {key!r}", remedy="`tap status` lists the files")


def _of_report(report: Mapping[str, Any]) -> FileState:
    return FileState(
        key=report["key"],
        stage=report["stage"],
        since=report["since"],
        state=report["state"],
        rows=report["rows"],
        totals=report["totals"],
        reconciled=report["reconciled"],
        evidence={**report["evidence"], **_told(report)},
    )


def _told(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a report says went wrong, if anything."""
    told = {"errors_by_code": report.get("errors_by_code"), "problems": report.get("problems")}
    if report["stage"] == FAILED:
        told["errors"] = report.get("errors")
    return {name: value for name, value in told.items() if value}


def _as_text(error: Mapping[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in error.items()}
