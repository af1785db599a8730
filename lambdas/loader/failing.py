"""Tells, when a load fails for good, so in the file's report: a person who asks must not read that it is loading.

Called by `steps`: from the state machine's way of failure, which has kept the load for a redrive by then, and when
AWS says that an execution ended badly. That may be in a way which no state can catch: then the letter and the news are
sent from here as well.

A map that failed does not say what its parts met, so each failed try of a part leaves its reason beside the results.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from loading import Loader

from aws_io import objects, reports
from aws_io.faults import is_absent, reason, retryable
from aws_io.logs import line
from transactions.errors import DocumentRefused, Throttled
from transactions.layout import Upload, reason_of, result_of
from transactions.manifest import Manifest
from transactions.parts import Part
from transactions.reports import Report, of_manifest

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

KEPT = "LoadFailed"  # the error with which stack/workflow.asl.json ends once the letter rests
_SHOWN = 500  # characters of a cause, which may hold a whole traceback
_NAMES = ("bucket", "key", "version_id", "manifest_key", "parts_key")


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where a load that failed is kept for a redrive, and told."""

    queues: "SQSClient"
    topics: "SNSClient"
    queue_url: str
    topic_arn: str


def keep_reason(loader: Loader, part: Part, error: Exception) -> None:
    """Write why a try of a part failed. If that fails too, the error itself is the more important one."""
    with suppress(BotoCoreError, ClientError, Throttled):
        why = {"part": part.name, "error": reason(error)[:_SHOWN]}
        objects.put_json(loader.s3, loader.bucket, reason_of(part.result_key), why)


def tell_failure(loader: Loader, manifest_key: str, error: Mapping[str, str]) -> None:
    """Write that the load ended, and why. A report that says more, because a repeat was done, stays.

    Args:
        error: `Error` and `Cause`, as Step Functions gives them.
    """
    manifest = Manifest.of_json(objects.get_json(loader.s3, loader.bucket, manifest_key))
    report = of_manifest(manifest, "loading", objects.now(), {"parts": manifest.source.upload.parts})
    report["state"] = "failed"
    met = next(_met(loader, manifest.source.upload), None)
    report["problems"] = [
        f"{error.get('Error', 'unknown')}: {error.get('Cause', '')[:_SHOWN]}",
        *([met] if met else []),
    ]
    reports.publish(loader.s3, loader.bucket, report)


def _met(loader: Loader, upload: Upload) -> Iterator[str]:
    """What the parts met that have no result, in their order: of the first thousand that left a reason."""
    with retryable():
        page = loader.s3.list_objects_v2(Bucket=loader.bucket, Prefix=upload.reasons)
    for key in (found["Key"] for found in page.get("Contents", ())):
        try:
            objects.get(loader.s3, loader.bucket, result_of(key))
        except ClientError as error:
            if not is_absent(error):
                raise
            why = objects.get_json(loader.s3, loader.bucket, key)
            yield f"{why.get('part') or why['part_key']}: {why['error']}"


def tell_end(loader: Loader, outlets: Outlets, detail: Mapping[str, Any]) -> None:
    """Do what the state machine could not do itself when its execution ended; nothing if it did.

    The letter comes last, and may come twice where that fails half-way: a redrive loads nothing twice.

    Args:
        detail: of the event, as DescribeExecution tells it:
            https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html

    Raises:
        DocumentRefused: the execution's input is no load of this bucket.
    """
    start = _start_of(loader, detail)
    kept, told = detail.get("error") == KEPT, _report(loader, upload_of(loader, detail))
    if told.get("reconciled") or (kept and told.get("state") == "failed"):
        return
    error = {"Error": detail.get("error") or detail["status"], "Cause": detail.get("cause") or detail["executionArn"]}
    try:
        tell_failure(loader, start["manifest_key"], error)
    except ClientError as missing:
        if not is_absent(missing):  # without a manifest there is no report to write
            raise
    if not kept:
        letter = line({**start, "error": error})  # a mail, too
        outlets.topics.publish(TopicArn=outlets.topic_arn, Subject="Transactions not loaded", Message=letter)
        outlets.queues.send_message(QueueUrl=outlets.queue_url, MessageBody=letter)


def upload_of(loader: Loader, detail: Mapping[str, Any]) -> Upload:
    """The file version whose load ended; `detail` and what is raised as of `tell_end`."""
    start = _start_of(loader, detail)
    return Upload.of(start["key"], start["version_id"])


def _start_of(loader: Loader, detail: Mapping[str, Any]) -> dict[str, str]:
    """The input that the transformer gave the execution; far smaller than what AWS would leave out of the event."""
    try:
        given = json.loads(detail.get("input") or "null")
        start = {name: str(given[name]) for name in _NAMES}
    except (ValueError, TypeError, KeyError) as error:
        raise DocumentRefused(f"the input of {detail.get('executionArn')} is not that of a load") from error
    if start["bucket"] != loader.bucket:
        raise DocumentRefused(f"{start['key']} is of bucket {start['bucket']}, not of {loader.bucket}")
    return start


def _report(loader: Loader, upload: Upload) -> Report:
    """The report of this file version; empty if there is none, or of another version."""
    try:
        report: Report = objects.get_json(loader.s3, loader.bucket, upload.report)
    except ClientError as error:
        if is_absent(error):
            return {}
        raise
    return report if report["source"]["version_id"] == upload.version else {}
