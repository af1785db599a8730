"""Tells, when a load fails for good, so in the file's report: a person who asks must not read that it is loading.

Called by `steps`, from the state machine's way of failure, before the failed load is kept for a redrive.
"""

from collections.abc import Mapping

from loading import Loader

from aws_io import objects, reports
from transactions.manifest import Manifest
from transactions.reports import of_manifest

_SHOWN = 500  # characters of a cause, which may hold a whole traceback


def tell_failure(loader: Loader, manifest_key: str, error: Mapping[str, str]) -> None:
    """Write that the load ended, and why. A report that says more, because a repeat was done, stays.

    Args:
        error: `Error` and `Cause`, as Step Functions gives them.
    """
    manifest = Manifest.of_json(objects.get_json(loader.s3, loader.bucket, manifest_key))
    report = of_manifest(manifest, "loading", objects.now(), {"parts": manifest.source.upload.parts})
    report["state"] = "failed"
    report["problems"] = [f"{error.get('Error', 'unknown')}: {error.get('Cause', '')[:_SHOWN]}"]
    reports.publish(loader.s3, loader.bucket, report)
