"""The steps of the loader, with what is logged and counted of them. Called by `app`."""

from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from failing import Outlets, keep_reason, tell_end, tell_failure, upload_of
from loading import OUTCOMES, Loader, load_part
from reconciling import reconcile

from aws_io.logs import about
from transactions.errors import DocumentRefused
from transactions.layout import Upload
from transactions.parts import Part


def run(loader: Loader, outlets: Outlets, event: dict[str, Any], logger: Logger, metrics: Metrics) -> dict[str, Any]:
    """Do one step.

    Returns:
        For "reconcile", the file's figures. For "load", nothing: the figures are in the part's result object. For
        a failure or an end, nothing.

    Raises:
        DocumentRefused: the event, or what it points to, is not what it should be.
        Throttled: a service was busy, broken or silent; a retry helps.
        NotReconciled: the figures of the load don't add up.
    """
    metrics.add_metric("Steps", MetricUnit.Count, 1)
    try:
        return _step(loader, outlets, event, logger, metrics)
    except Exception:
        logger.exception("the step failed")  # what Lambda itself logs of it names no file
        raise


def _step(loader: Loader, outlets: Outlets, event: dict[str, Any], logger: Logger, metrics: Metrics) -> dict[str, Any]:
    match event:
        case {"step": "load", "part": part}:
            return _load(loader, Part.of_json(part), logger, metrics)
        case {"step": "reconcile", "input": {"manifest_key": str(manifest_key)}}:
            logger.append_keys(manifest_key=manifest_key, **about(Upload.of_manifest(manifest_key)))
            figures = reconcile(loader, manifest_key)
            logger.info("the load is reconciled", extra={"rows": figures["rows"]})
            metrics.add_metric("FilesReconciled", MetricUnit.Count, 1)
            return figures
        case {"step": "fail", "input": {"manifest_key": str(manifest_key), "error": dict(error)}}:
            logger.append_keys(manifest_key=manifest_key, **about(Upload.of_manifest(manifest_key)))
            logger.error("the load failed", extra={"error": error.get("Error")})
            metrics.add_metric("FilesFailed", MetricUnit.Count, 1)
            tell_failure(loader, manifest_key, error)
            return {}
        case {"source": "aws.states", "detail": {"status": str(status), "executionArn": str(execution)} as detail}:
            logger.append_keys(execution=execution, **about(upload_of(loader, detail)))
            logger.error("the load ended", extra={"status": status})
            tell_end(loader, outlets, detail)
            return {}
    raise DocumentRefused(
        "the event is no step of the loader: load with a part; reconcile or fail with an input; an execution's end"
    )


def _load(loader: Loader, part: Part, logger: Logger, metrics: Metrics) -> dict[str, Any]:
    logger.append_keys(part=part.name, **about(part.upload))
    try:
        result = load_part(loader, part)
    except Exception as error:
        keep_reason(loader, part, error)
        raise
    logger.info("the part is loaded", extra={"rows": result["rows"]})
    for outcome in OUTCOMES:
        metrics.add_metric(f"Rows{outcome.capitalize()}", MetricUnit.Count, result["rows"][outcome])
    return {}
