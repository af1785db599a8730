"""The transformer's work on one manifest: enrich the accepted rows, cut them into parts, start the load once.

Called by `app`. A repeat writes the same parts and finds the load already started.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import ClientError

from aws_io import objects, reports
from aws_io.events import Notice
from aws_io.faults import code, reason, retryable
from transactions.errors import DocumentRefused, TapError
from transactions.identity import execution_name
from transactions.layout import Upload
from transactions.manifest import Manifest
from transactions.parts import Item, Part, items, rows_of, to_lines
from transactions.reports import of_manifest
from transactions.schema import Schema

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

CONNECTIONS = 10  # parts written at once: as many connections as a client of boto3 keeps


@dataclass(frozen=True, slots=True)
class Transformer:
    """What the work needs: clients, the bucket, the workflow, the columns, and the size of a part."""

    s3: "S3Client"
    workflow: "SFNClient"
    bucket: str
    state_machine_arn: str
    schema: Schema
    rows_per_part: int


class ManifestsFailed(TapError):  # noqa: N818 - the event as a whole is retried
    """Some manifests of an event could not be worked on; the others were."""


def transform_all(
    transformer: Transformer, found: Iterable[Notice], logger: Logger, metrics: Metrics
) -> dict[str, int]:
    """Transform for each manifest of an event, also when one of them fails.

    Raises:
        ManifestsFailed: some failed, so that the event comes again; the others' repeat changes nothing.
    """
    failed: list[str] = []
    done = rows = 0
    metrics.add_metric("Events", MetricUnit.Count, 1)
    for notice in found:
        if not notice.is_manifest:
            continue
        logger.append_keys(manifest_key=notice.key)
        try:
            manifest = transform(transformer, notice.key)
        except Exception as error:
            logger.exception("the manifest could not be worked on")
            failed.append(f"{notice.key} ({reason(error)})")
            continue
        done, rows = done + 1, rows + manifest.rows["accepted"]
        logger.info("the load is started", extra={"file_key": manifest.source.key, "rows": dict(manifest.rows)})
    metrics.add_metric("FilesTransformed", MetricUnit.Count, done)
    metrics.add_metric("RowsTransformed", MetricUnit.Count, rows)
    if failed:
        raise ManifestsFailed(f"{len(failed)} manifests could not be worked on: {', '.join(failed)}")
    return {"transformed": done, "rows": rows}


def transform(transformer: Transformer, manifest_key: str) -> Manifest:
    """Write the parts of one file version, then their list, then start the load.

    Raises:
        DocumentRefused: the manifest is none, or the accepted rows are not those that it counts.
    """
    s3, bucket = transformer.s3, transformer.bucket
    manifest = Manifest.of_json(objects.get_json(s3, bucket, manifest_key))
    upload = manifest.source.upload
    if manifest.source.bucket != bucket or upload.manifest != manifest_key:
        raise DocumentRefused(f"{manifest_key} is the manifest of {manifest.source.bucket}/{upload.key}")
    parts = _write_parts(transformer, manifest)
    if sum(part.rows for part in parts) != manifest.rows["accepted"]:
        raise DocumentRefused(f"{upload.accepted} does not hold the {manifest.rows['accepted']} rows of its manifest")
    objects.put_json(s3, bucket, upload.parts, [part.to_json() for part in parts])
    reports.publish(s3, bucket, of_manifest(manifest, "transformed", objects.now(), {"parts": upload.parts}))
    _start(transformer, manifest)
    return manifest


def _write_parts(transformer: Transformer, manifest: Manifest) -> list[Part]:
    """Some parts are written while the next ones are made, and never more than memory holds at any file's size."""
    upload, parts, writing = manifest.source.upload, list[Part](), deque[Future[Part]]()
    rows = _rows(transformer, upload.accepted)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for number, batch in enumerate(items(rows, transformer.schema, upload, transformer.rows_per_part)):
            writing.append(pool.submit(_write_part, transformer, upload, number, batch))
            if len(writing) > CONNECTIONS:
                parts.append(writing.popleft().result())
        return parts + [each.result() for each in writing]


def _write_part(transformer: Transformer, upload: Upload, number: int, batch: list[Item]) -> Part:
    part = Part.of(transformer.bucket, upload, number, len(batch))
    objects.put(transformer.s3, transformer.bucket, part.part_key, to_lines(batch), objects.JSON_LINES)
    return part


def _rows(transformer: Transformer, key: str) -> Iterator[dict[str, Any]]:
    """The accepted rows, a line at a time."""
    with retryable():
        body = transformer.s3.get_object(Bucket=transformer.bucket, Key=key)["Body"]
        yield from rows_of(body.iter_lines(chunk_size=1 << 18), transformer.schema)


def _start(transformer: Transformer, manifest: Manifest) -> None:
    """Start the load; that it was started before is as good."""
    upload = manifest.source.upload
    request = {
        "bucket": transformer.bucket,
        "key": upload.key,
        "version_id": upload.version,
        "manifest_key": upload.manifest,
        "parts_key": upload.parts,
    }
    try:
        with retryable():
            transformer.workflow.start_execution(
                stateMachineArn=transformer.state_machine_arn,
                name=execution_name(transformer.bucket, upload),
                input=json.dumps(request, ensure_ascii=False),
            )
    except ClientError as error:
        if code(error) != "ExecutionAlreadyExists":
            raise
