"""Where an older version of a file is, when `reports/KEY.json` tells of another: found out from what lies around it.

Used by pipeline/client.py, so that one can watch an upload to its end though the file was overwritten meanwhile.
"""

import json
from typing import Any

from pipeline.deployed import Deployed
from pipeline.domain import Upload
from pipeline.objects import absent_is_none, get_json
from pipeline.stopped import execution

Status = dict[str, Any]


def status_of(pipeline: Deployed, upload: Upload) -> Status:
    """The fields of this version's `FileState`: by its execution, else its parts, its manifest, the upload itself."""
    return (
        _by_execution(pipeline, upload)
        or _by_object(pipeline, upload, "transformed", upload.parts)
        or _by_object(pipeline, upload, "validated", upload.manifest)
        or _by_object(pipeline, upload, "uploaded", upload.key, upload.version_id)
        or {}
    )


def _by_execution(pipeline: Deployed, upload: Upload) -> Status:
    told = execution(pipeline, upload)
    if told is None:
        return {}
    since = told.get("stopDate") or told["startDate"]
    facts = {"since": since.isoformat(timespec="seconds"), "evidence": {"execution": told["executionArn"]}}
    if told["status"] == "SUCCEEDED":
        figures = json.loads(told["output"])["reconciliation"]["figures"]
        names = ("rows", "totals", "reconciled")
        return {**facts, "stage": "loaded", **{name: figures[name] for name in names}}
    return {**facts, "stage": "loading", "state": "ok" if told["status"] == "RUNNING" else "failed"}


def _by_object(pipeline: Deployed, upload: Upload, stage: str, key: str, version: str | None = None) -> Status:
    s3 = pipeline.target.client("s3")
    which = {"VersionId": version} if version else {}
    with absent_is_none():
        head = s3.head_object(Bucket=pipeline.bucket, Key=key, **which)
        facts = {"stage": stage, "since": head["LastModified"].isoformat(timespec="seconds")}
        manifest = None if stage == "uploaded" else get_json(s3, pipeline.bucket, upload.manifest)
        return {**facts, **({name: manifest[name] for name in ("rows", "totals")} if manifest else {})}
    return {}
