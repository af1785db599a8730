"""The validator's work on one file version: download, judge, write what came of it, the manifest last.

Called by `app`. A repeat writes the same objects again; dying in between leaves no manifest, so nothing follows.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from aws_io import objects, reports, uploads
from aws_io.events import Notice
from aws_io.faults import reason
from aws_io.logs import about
from transactions.codes import DataError, file_error
from transactions.dialect import Dialect
from transactions.errors import TapError
from transactions.judge import judge
from transactions.layout import MAX_KEY_BYTES, Upload, version_of
from transactions.manifest import Manifest, SourceObject
from transactions.quarantine import RejectedCsv, RejectedRaw
from transactions.records import Record
from transactions.reports import of_verdict
from transactions.rules import to_line
from transactions.schema import Schema
from transactions.scratch import free_bytes, is_full, scratch
from transactions.verdict import FileFacts, Verdict

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Bytes on disk for each byte of a file whose rows are right: itself, its flat copy, and what is written of it. It was
# measured: 2.4 for rows as banks send them, 3.6 at most (UTF-16 in Chinese characters). A file in a code page of other
# letters than Latin ones takes more, as it becomes UTF-8: it may be found too large only once the room is full.
ROOM = 4


@dataclass(frozen=True, slots=True)
class Validator:
    """What the work needs: the client, the bucket, the rules, and how many errors are told in detail."""

    s3: "S3Client"
    bucket: str
    schema: Schema
    max_details: int


class UploadsFailed(TapError):  # noqa: N818 - the event as a whole is retried
    """Some files of an event could not be worked on; the others were."""


def validate_all(validator: Validator, found: Iterable[Notice], logger: Logger, metrics: Metrics) -> dict[str, int]:
    """Validate each file of an event, also when one of them fails.

    Raises:
        UploadsFailed: some failed, so that the event comes again; the others' repeat changes nothing.
    """
    failed: list[str] = []
    answers = {"judged": 0, "refused": 0}
    metrics.add_metric("Events", MetricUnit.Count, 1)
    for notice in found:
        if not notice.is_upload:
            continue
        logger.append_keys(**about(Upload.of(notice.key, version_of(notice.version_id, notice.etag))))
        logger.info("judging the file")
        try:
            verdict = validate(validator, notice)
        except Exception as error:
            logger.exception("the file could not be worked on")
            failed.append(f"{notice.key} ({reason(error)})")
            continue
        answers["judged" if verdict.judged else "refused"] += 1
        _tell(verdict, logger)
        metrics.add_metric("RowsRead", MetricUnit.Count, verdict.rows.read)
        metrics.add_metric("RowsRejected", MetricUnit.Count, verdict.rows.rejected)
    metrics.add_metric("FilesJudged", MetricUnit.Count, answers["judged"])
    metrics.add_metric("FilesRefused", MetricUnit.Count, answers["refused"])
    if failed:
        raise UploadsFailed(f"{len(failed)} files could not be worked on: {', '.join(failed)}")
    return answers


def _tell(verdict: Verdict, logger: Logger) -> None:
    """A refused file is an error in the log; no values of the file go there."""
    figures = {"rows": verdict.rows.to_json(), "errors_by_code": dict(verdict.errors_by_code)}
    if verdict.judged:
        logger.info("the file was judged", extra=figures)
    else:
        logger.error("the file can't be judged", extra=figures)


def validate(validator: Validator, notice: Notice) -> Verdict:
    """Judge one file version and write the results."""
    with scratch() as folder, closing(uploads.find(validator.s3, notice)) as found:
        outputs = _Outputs(folder, validator.max_details)
        verdict = _verdict(validator, found, outputs, free_bytes(folder))
        source = SourceObject(
            bucket=validator.bucket,
            key=found.upload.key,
            version_id=found.upload.version,
            bytes=found.bytes,
            sha256=verdict.file.sha256 or "",
            etag=found.etag,
            last_modified=found.last_modified,
            sequencer=notice.sequencer,
        )
        _publish(validator, source, verdict, outputs)
    return verdict


def _verdict(validator: Validator, found: uploads.Found, outputs: "_Outputs", free: int) -> Verdict:
    """The answer about a file; also about one that is not read, or not to its end, as no retry would help it."""
    if found.upload.too_long:
        message = f"the key is longer than {MAX_KEY_BYTES} bytes: give the file a shorter name"
        return Verdict.refused(FileFacts.unread(found.bytes), [file_error("file-key", message)])
    if found.bytes * ROOM > free:
        return _too_large(found, free)
    try:
        return _judge(validator, found, outputs)
    except Exception as error:
        if is_full(error):
            return _too_large(found, free)
        raise


def _too_large(found: uploads.Found, free: int) -> Verdict:
    message = (
        f"the file has {found.bytes:,} bytes, and takes {ROOM} times as many while it is judged, or more if many rows "
        f"are wrong; the function's temporary storage has {free:,}: send it in pieces of up to {free // ROOM:,} bytes"
    )
    return Verdict.refused(FileFacts.unread(found.bytes), [file_error("file-too-large", message)])


def _judge(validator: Validator, found: uploads.Found, outputs: "_Outputs") -> Verdict:
    found.copy(outputs.original)
    with outputs:
        return judge(outputs.original, validator.schema, outputs, max_details=validator.max_details)


def _publish(validator: Validator, source: SourceObject, verdict: Verdict, outputs: "_Outputs") -> None:
    """The objects, the report, and last of all the manifest; of a file that can't be judged, the report alone."""
    s3, bucket, upload = validator.s3, validator.bucket, source.upload
    keys = {"accepted": upload.accepted, "rejected": upload.rejected, "raw": upload.raw} if verdict.judged else {}
    with ThreadPoolExecutor(len(_CONTENT_TYPES)) as pool:  # at once, as each takes S3 a while
        written = [
            pool.submit(objects.upload, s3, bucket, key, outputs.paths[name], _CONTENT_TYPES[name])
            for name, key in keys.items()
        ]
    for each in written:
        each.result()
    evidence = {**keys, "manifest": upload.manifest} if keys else {}
    reports.publish(s3, bucket, of_verdict(source, verdict, evidence, objects.now()))
    if verdict.judged:
        objects.put_json(s3, bucket, upload.manifest, _manifest(validator, source, verdict, keys).to_json())


_CONTENT_TYPES = {"accepted": objects.JSON_LINES, "rejected": "text/csv", "raw": "application/octet-stream"}


def _manifest(validator: Validator, source: SourceObject, verdict: Verdict, keys: dict[str, str]) -> Manifest:
    return Manifest(
        source=source,
        file=verdict.file.to_json(),
        rows=verdict.rows.to_json(),
        totals=verdict.totals,
        errors_by_code=verdict.errors_by_code,
        schema_sha256=validator.schema.sha256,
        objects=keys,
    )


class _Outputs(ExitStack):
    """The sink of the judgement: three files of a temporary folder, beside the original."""

    def __init__(self, folder: Path, max_details: int) -> None:
        super().__init__()
        self.original = folder / "original"
        self.paths = {name: folder / name for name in ("accepted", "rejected", "raw")}
        self._max_details = max_details

    def begin(self, header: Record, dialect: Dialect, columns: Sequence[str]) -> None:
        """Open the files, and forget what they may hold."""
        self.close()
        rejected = self.paths["rejected"].open("w", encoding="utf-8", newline="")
        self._accepted = self.enter_context(self.paths["accepted"].open("wb"))
        self._accepted.write(to_line(columns))
        self._csv = RejectedCsv(self.enter_context(rejected), self._max_details)
        raw = self.enter_context(self.paths["raw"].open("wb"))
        self._raw = self.enter_context(closing(RejectedRaw(raw, self.original, dialect, header)))

    def accepted(self, lines: bytes) -> None:
        """Lines of JSON, as they are."""
        self._accepted.write(lines)

    def rejected(self, record: Record, errors: Sequence[DataError]) -> None:
        """To people, and to be resubmitted."""
        self._csv.add(errors)
        self._raw.add(record)
