"""The costs that are told are what the capacity model gives."""

import pytest

from deployer.paths import Paths
from pipeline.documents import scale

PLACES = Paths.here()


def test_the_bill_of_a_million_rows_is_the_sum_of_its_lines() -> None:
    """Computed from the page's own table, to the cent."""
    rows = [line.split("|")[1:-1] for line in scale.costs_page(PLACES).splitlines() if line.startswith("| ")][1:]
    total = float(scale.costs_page(PLACES).split("**$")[1].split("**")[0])

    assert sum(float(row[-1]) for row in rows) == pytest.approx(total, abs=0.01)
    for _, quantity, _, price, dollars in rows[:-1]:
        assert float(quantity.replace(",", "")) * float(price) == pytest.approx(float(dollars), rel=0.01)
