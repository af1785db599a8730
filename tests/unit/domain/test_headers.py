"""The header: under which one no row can be judged, and what is only noted. In both ways of judging."""

import pytest

from tests.unit.rows import HEADER, make_row
from transactions.schema import parse

BOTH = pytest.mark.parametrize("way", ["rows", "vectorised"])
OPTIONAL = parse({"fields": [{"name": "a"}, {"name": "b"}]})


@BOTH
def test_a_header_without_any_column_of_the_schema_is_refused(verdict_of, way):
    """Also where no column is required: rows of which no cell is read are not accepted."""
    verdict = verdict_of("a^b\n1^2\n3^4\n", schema=OPTIONAL, way=way)

    assert (verdict.exit_code, verdict.rows.read) == (2, 0)
    assert (verdict.errors[0].line, verdict.errors[0].code) == (1, "header-no-column")
    assert "which has a, b" in verdict.errors[0].message


@BOTH
def test_one_column_of_the_schema_is_enough_where_none_is_required(verdict_of, way):
    """What the others hold is told as missing."""
    verdict = verdict_of("b,c\n1,2\n", schema=OPTIONAL, way=way)

    assert verdict.exit_code == 0
    assert [(error.code, error.column) for error in verdict.errors] == [
        ("header-missing-column", "a"),
        ("header-extra-column", "c"),
    ]


@BOTH
def test_two_columns_of_one_name_outside_the_schema_are_noted_once(verdict_of, collected, way):
    """Their cells are not loaded, so nothing can be taken for something else."""
    verdict = verdict_of(HEADER.replace("\n", ",x,x\n") + make_row(1).replace("\n", ",1,2\n"), way=way)

    assert (verdict.exit_code, verdict.rows.accepted) == (0, 1)
    assert [(error.code, error.column) for error in verdict.errors] == [("header-extra-column", "x")]
    assert "2 columns are called 'x'" in verdict.errors[0].message
    assert collected.rows[0]["description"] == "text"


@BOTH
def test_two_columns_of_one_name_in_the_schema_are_an_error(verdict_of, way):
    """Which one is meant is not guessed, also where the column is not required."""
    verdict = verdict_of(HEADER.replace("\n", ",merchant\n") + make_row(1).replace("\n", ",1\n"), way=way)

    assert verdict.exit_code == 2
    assert [(error.code, error.column) for error in verdict.errors] == [("header-duplicate-column", "merchant")]


def test_what_may_be_missing_is_not_asked_for(verdict_of):
    """A note on an optional column names the one that seems to be it, and does not ask for more."""
    verdict = verdict_of(HEADER.replace(",description", ",Description") + make_row(1))

    missing = next(error for error in verdict.errors if error.code == "header-missing-column")
    assert missing.message == "the column 'description' is missing, and may be: rename 'Description' if that is it"
