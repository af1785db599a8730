"""docs/scale.md and the README's costs are what the capacity model gives."""

from pathlib import Path

import pytest

from deployer.documents import scale

ROOT = Path(__file__).parents[3]


def test_the_document_is_what_the_model_gives() -> None:
    """After a change of the stack, a price or a measurement: `.venv/bin/python -m deployer.documents.scale`."""
    assert (ROOT / scale.NAME).read_text("utf-8") == scale.scale_document()


def test_the_costs_in_the_readme_are_the_models() -> None:
    """The whole section, so that no figure in it is typed."""
    readme = (ROOT / "README.md").read_text("utf-8")

    assert readme.split("\n## Costs\n\n")[1].split("\n## ")[0] == scale.costs_section()


def test_the_bill_of_a_million_rows_is_the_sum_of_its_lines() -> None:
    """Computed from the README's own table, to the cent."""
    rows = [line.split("|")[1:-1] for line in scale.costs_section().splitlines() if line.startswith("| ")][1:]
    total = float(scale.costs_section().split("**$")[1].split("**")[0])

    assert sum(float(row[-1]) for row in rows) == pytest.approx(total, abs=0.01)
    for _, quantity, _, price, dollars in rows[:-1]:
        assert float(quantity.replace(",", "")) * float(price) == pytest.approx(float(dollars), rel=0.01)
