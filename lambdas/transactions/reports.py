"""The report of a file: its stage and figures, and which of two reports is the newer.

Several functions write the same `reports/KEY.json`, at once and out of order; `supersedes` decides, and
`aws_io.reports` writes by that decision.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from transactions.codes import DataError
from transactions.manifest import Manifest, SourceObject
from transactions.verdict import Verdict

SHOWN_ERRORS = 100
STAGES = {"failed": 0, "validated": 1, "transformed": 2, "loading": 3, "loaded": 4}
Report = dict[str, Any]


def of_verdict(source: SourceObject, verdict: Verdict, objects: Mapping[str, str], now: str) -> Report:
    """The report of a judgement. `now` is ISO 8601 in UTC."""
    stage = "validated" if verdict.judged else "failed"
    judgement = verdict.to_json()
    return {
        "key": source.upload.name,
        "stage": stage,
        "since": now,
        "state": "ok" if verdict.judged else "failed",
        "source": _source(source),
        "file": judgement["file"],
        "rows": judgement["rows"],
        "totals": judgement["totals"],
        "errors_by_code": judgement["errors_by_code"],
        "errors": shown(verdict.errors),
        "errors_truncated": verdict.errors_truncated or len(verdict.errors) > SHOWN_ERRORS,
        "reconciled": None,
        "evidence": dict(objects),
    }


def of_manifest(manifest: Manifest, stage: str, now: str, evidence: Mapping[str, str]) -> Report:
    """The report of a later stage, without the errors: `merge` takes those from the report that is there."""
    return {
        "key": manifest.source.upload.name,
        "stage": stage,
        "since": now,
        "state": "ok",
        "source": _source(manifest.source),
        "file": dict(manifest.file),
        "rows": dict(manifest.rows),
        "totals": {currency: dict(figures) for currency, figures in manifest.totals.items()},
        "errors_by_code": dict(manifest.errors_by_code),
        "reconciled": None,
        "problems": [],
        "evidence": {"manifest": manifest.source.upload.manifest, **manifest.objects, **evidence},
    }


def shown(errors: Sequence[DataError]) -> list[dict[str, Any]]:
    """The errors that a report lists."""
    return [error.to_json() for error in errors[:SHOWN_ERRORS]]


def supersedes(new: Report, old: Report) -> bool:
    """Whether a report takes the place of the one that is there.

    Of two uploads, the later one's does. Of one upload, the later stage's does; at the same stage, a reconciled one
    stays, and any other is written anew.
    """
    if new["source"]["version_id"] != old["source"]["version_id"]:
        return not _is_older(new, old)
    if STAGES[new["stage"]] != STAGES[old["stage"]]:
        return STAGES[new["stage"]] > STAGES[old["stage"]]
    return old["reconciled"] is not True and _without_time(new) != _without_time(old)


def merge(new: Report, old: Report) -> Report:
    """A later stage of the same upload keeps what only an earlier one knew: the listed errors, and the evidence."""
    if new["source"]["version_id"] != old["source"]["version_id"]:
        return new
    return {**old, **new, "evidence": {**old.get("evidence", {}), **new["evidence"]}}


def _source(source: SourceObject) -> dict[str, Any]:
    names = ("bucket", "key", "version_id", "etag", "last_modified", "sequencer")
    return {name: getattr(source, name) for name in names}


def _is_older(one: Report, other: Report) -> bool:
    """Whether an upload came before another of its key: by S3's sequencers, by the time only where one is lacking.

    Of an upload in parts the time is when it began, not when it came:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
    """
    times = [report["source"]["last_modified"] for report in (one, other)]
    sequencers = [report["source"].get("sequencer", "").upper() for report in (one, other)]
    if not all(sequencers):
        return bool(times[0] < times[1])
    width = max(map(len, sequencers))
    first, second = ((each.rjust(width, "0"), time) for each, time in zip(sequencers, times, strict=True))
    return bool(first < second)


def _without_time(report: Report) -> Report:
    return {name: value for name, value in report.items() if name != "since"}
