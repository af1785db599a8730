"""The transformer's work on one manifest: cut the accepted rows into parts, list them, start the load once.

Called by `app`. A repeat writes the same list and finds the load already started.
"""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import ClientError

from aws_io import objects, reports
from aws_io.events import Notice
from aws_io.faults import code, reason, retryable
from aws_io.logs import about
from transactions.errors import DocumentRefused, TapError
from transactions.identity import execution_name
from transactions.layout import Upload
from transactions.manifest import Manifest
from transactions.parts import parts_of
from transactions.reports import of_manifest
from transactions.schema import Schema

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

_CHUNK_BYTES = 1 << 18


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
        logger.append_keys(manifest_key=notice.key, **about(Upload.of_manifest(notice.key)))
        logger.info("preparing the load")
        try:
            manifest = transform(transformer, notice.key)
        except Exception as error:
            logger.exception("the manifest could not be worked on")
            failed.append(f"{notice.key} ({reason(error)})")
            continue
        done, rows = done + 1, rows + manifest.rows["accepted"]
        logger.info("the load is started", extra={"rows": dict(manifest.rows)})
    metrics.add_metric("FilesTransformed", MetricUnit.Count, done)
    metrics.add_metric("RowsTransformed", MetricUnit.Count, rows)
    if failed:
        raise ManifestsFailed(f"{len(failed)} manifests could not be worked on: {', '.join(failed)}")
    return {"transformed": done, "rows": rows}


def transform(transformer: Transformer, manifest_key: str) -> Manifest:
    """List the parts of one file version, then start the load.

    Raises:
        DocumentRefused: the manifest is none, or the accepted rows are not those that it counts.
    """
    s3, bucket = transformer.s3, transformer.bucket
    manifest = Manifest.of_json(objects.get_json(s3, bucket, manifest_key))
    upload = manifest.source.upload
    if manifest.source.bucket != bucket or upload.manifest != manifest_key:
        raise DocumentRefused(f"{manifest_key} is the manifest of {manifest.source.bucket}/{upload.key}")
    objects.put(s3, bucket, upload.parts, _parts(transformer, manifest), objects.JSON)
    report = of_manifest(manifest, "transformed", objects.now(), {"parts": upload.parts})
    with ThreadPoolExecutor(1) as pool:  # the load need not wait for the report, which that of a later stage supersedes
        published = pool.submit(reports.publish, s3, bucket, report)
        _start(transformer, manifest)
        published.result()
    return manifest


def _parts(transformer: Transformer, manifest: Manifest) -> bytes:
    """The list of parts as JSON, a line for each, which is all that memory holds of them."""
    upload, rows, lines = manifest.source.upload, 0, list[bytes]()
    chunks = _chunks(transformer, upload.accepted)
    for part in parts_of(chunks, transformer.schema, transformer.bucket, upload, transformer.rows_per_part):
        rows += part.rows
        lines.append(part.to_line())
    if rows != manifest.rows["accepted"]:
        raise DocumentRefused(f"{upload.accepted} holds {rows} rows, and its manifest {manifest.rows['accepted']}")
    return b"[" + b",\n".join(lines) + b"]\n"


def _chunks(transformer: Transformer, key: str) -> Iterator[bytes]:
    """The accepted rows, some of them at a time."""
    with retryable():
        body = transformer.s3.get_object(Bucket=transformer.bucket, Key=key)["Body"]
        yield from body.iter_chunks(_CHUNK_BYTES)


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
