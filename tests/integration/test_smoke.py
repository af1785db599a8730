"""The one journey that a live account is asked for each night: a small file, from upload to table."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.client import Pipeline
from tests.integration.journeys import Travel
from tests.integration.reading import items_of

pytestmark = pytest.mark.smoke


def test_a_csv_moves_from_upload_to_table(
    travel: Travel, pipeline: Pipeline, csv_file: Callable[..., Path], tag: str
) -> None:
    """Good rows arrive as items with decimal amounts and UTC times; the way passes each stage and reconciles."""
    path = csv_file([{"amount": "10.25"}, {"amount": "0.05", "currency": "eur"}, {"amount": "7", "currency": "JPY"}])

    state = travel(path, f"{tag}.csv").reconciles()

    assert (state.stage, state.rows["loaded"]) == ("loaded", 3)
    items = items_of(pipeline, f"acc-{tag}")
    assert [(item["amount"], item["currency"]) for item in items] == [
        (Decimal("10.25"), "EUR"),
        (Decimal("0.05"), "EUR"),
        (Decimal("7"), "JPY"),
    ]
    assert items[0]["timestamp"].startswith("2025-03-01T09:00:00")
    assert {item["source_file"] for item in items} == {f"incoming/{tag}.csv"}
