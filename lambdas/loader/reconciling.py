"""Compares, at the end of a load, what went in with what came of it: rows, and amounts per currency.

Called by `steps`, once all parts are loaded. The report says the outcome before an error does.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError
from loading import CONNECTIONS, OUTCOMES, Loader

from aws_io import objects, reports
from aws_io.faults import is_absent
from transactions.errors import NotReconciled
from transactions.manifest import Manifest
from transactions.money import amount_text, sum_texts
from transactions.parts import Part
from transactions.reports import of_manifest

Result = Mapping[str, Any]


def reconcile(loader: Loader, manifest_key: str) -> dict[str, Any]:
    """Check a load's figures and write the last report.

    Returns:
        The file's key, rows and totals, for the notification.

    Raises:
        NotReconciled: a part has no result, or rows or amounts don't add up; the report says so too.
    """
    manifest = Manifest.of_json(objects.get_json(loader.s3, loader.bucket, manifest_key))
    parts = [Part.of_json(one) for one in objects.get_json(loader.s3, loader.bucket, manifest.source.upload.parts)]
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        results = list(pool.map(lambda part: _result(loader, part), parts))
    present = [result for result in results if result is not None]
    rows = {outcome: sum(result["rows"][outcome] for result in present) for outcome in OUTCOMES}
    totals = _totals(manifest, present)
    problems = _problems(manifest, parts, results, rows, totals)
    _report(loader, manifest, rows, totals, problems)
    if problems:
        raise NotReconciled(f"{manifest.source.key}: {'; '.join(problems)}")
    return {
        "key": manifest.source.upload.name,
        "reconciled": True,
        "rows": {**manifest.rows, **rows},
        "totals": totals,
    }


def _result(loader: Loader, part: Part) -> Result | None:
    """What became of a part, or None if that was never written."""
    try:
        result: Result = objects.get_json(loader.s3, loader.bucket, part.result_key)
    except ClientError as error:
        if is_absent(error):
            return None
        raise
    return result


def _totals(manifest: Manifest, results: Sequence[Result]) -> dict[str, dict[str, str]]:
    """The manifest's totals with the amounts by outcome."""
    sums = {outcome: sum_texts(result["totals"][outcome] for result in results) for outcome in OUTCOMES}
    currencies = sorted({*manifest.totals, *(currency for one in sums.values() for currency in one)})
    return {
        currency: {
            **manifest.totals.get(currency, {}),
            **{outcome: amount_text(sums[outcome].get(currency, Decimal(0)), currency) for outcome in OUTCOMES},
        }
        for currency in currencies
    }


def _problems(
    manifest: Manifest,
    parts: Sequence[Part],
    results: Sequence[Result | None],
    rows: Mapping[str, int],
    totals: Mapping[str, Mapping[str, str]],
) -> list[str]:
    """All that does not add up, in words."""
    lacking = [part.name for part, result in zip(parts, results, strict=True) if result is None]
    problems = [f"{len(lacking)} parts have no result, such as {lacking[0]}"] if lacking else []
    problems += [
        f"{part.name} has {part.rows} rows and its result {sum(result['rows'].values())}"
        for part, result in zip(parts, results, strict=True)
        if result is not None and sum(result["rows"].values()) != part.rows
    ]
    if manifest.rows["read"] != manifest.rows["rejected"] + sum(rows.values()):
        problems.append(f"rows: {manifest.rows['read']} read, {manifest.rows['rejected']} rejected, {dict(rows)}")
    return problems + [f"{currency}: {dict(figures)}" for currency, figures in totals.items() if not _adds_up(figures)]


def _adds_up(figures: Mapping[str, str]) -> bool:
    out = sum((Decimal(figures.get(name, "0")) for name in ("rejected", *OUTCOMES)), Decimal(0))
    return Decimal(figures.get("read", "0")) == out


def _report(
    loader: Loader,
    manifest: Manifest,
    rows: Mapping[str, int],
    totals: Mapping[str, Mapping[str, str]],
    problems: Sequence[str],
) -> None:
    report = of_manifest(manifest, "loaded", objects.now(), {"parts": manifest.source.upload.parts})
    report["rows"] |= rows
    report["totals"] = totals
    report["reconciled"] = not problems
    report["state"] = "failed" if problems else "ok"
    report["problems"] = list(problems)
    reports.publish(loader.s3, loader.bucket, report)
