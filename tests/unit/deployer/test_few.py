"""Counts and tables in what people read."""

import io

import pytest

from deployer.console.table import show
from deployer.few import counted


@pytest.mark.parametrize(("number", "told"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests"), (1200, "1,200 tests")])
def test_a_count_has_its_noun_in_the_right_number(number: int, told: str) -> None:
    """Of one thing in the singular, thousands grouped."""
    assert counted(number, "test") == told


@pytest.mark.parametrize("rows", [[], iter(())], ids=["list", "iterator"])
def test_a_table_without_rows_is_its_title(rows: object) -> None:
    """No header stands over nothing."""
    show(stream := io.StringIO(), "0 dead letters", ("step", "file"), rows)  # type: ignore[arg-type]

    assert stream.getvalue() == "0 dead letters\n"


def test_a_table_with_a_row_has_its_header() -> None:
    """And the row, though it came from an iterator."""
    show(stream := io.StringIO(), "1 dead letter", ("step", "file"), iter([("load", "a.csv")]))

    assert all(word in stream.getvalue() for word in ("1 dead letter", "step", "load", "a.csv"))
