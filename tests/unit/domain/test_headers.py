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


THREE = {"fields": [{"name": name} for name in "abc"]}
EXTRA, MISSING = "header-extra-column", "header-missing-column"
MATCHES = [  # a header, the ways of matching that refuse it, and the codes that they give
    ("a,b,c", [], []),
    ("c,a,b", ["exact"], ["header-column-order"]),
    ("a,b,c,d", ["exact", "equal", "superset"], [EXTRA]),
    ("a,b", ["exact", "equal", "subset"], [MISSING]),
    ("d,a", ["exact", "equal", "subset", "superset"], [MISSING, EXTRA]),
    ("d", ["exact", "equal", "subset", "superset", "partial", None], ["header-no-column", MISSING, EXTRA]),
]


@BOTH
@pytest.mark.parametrize("match", ["exact", "equal", "subset", "superset", "partial", None])
@pytest.mark.parametrize(("header", "refusing", "codes"), MATCHES)
def test_the_columns_of_a_file_match_as_the_schema_says(verdict_of, way, match, header, refusing, codes):
    """In order, all of them, all or more, none besides, or any; unstated, what is absent or extra is only noted."""
    schema = parse(THREE if match is None else {**THREE, "fieldsMatch": [match]})
    verdict = verdict_of(f"{header}\n{','.join('1' for _ in header.split(','))}\n", schema=schema, way=way)

    assert verdict.judged is (match not in refusing)
    if not verdict.judged:
        assert {error.code for error in verdict.errors} == set(codes)


def test_why_a_column_is_too_many_or_too_few_is_told(verdict_of):
    """By the way of matching, so that its reader knows what to change."""
    verdict = verdict_of("c,a,d\n1,2,3\n", schema=parse({**THREE, "fieldsMatch": "equal"}))

    assert [error.message for error in verdict.errors] == [
        "the column 'b' is missing: add it",
        "the column 'd' is not in the schema, and fieldsMatch is equal: remove it",
    ]


@pytest.mark.parametrize("match", ["superset", "partial"])
def test_a_required_column_is_missed_also_where_columns_may_be_absent(verdict_of, match):
    """Without it no row can be right."""
    schema = parse({"fields": [{"name": "a"}, {"name": "b", "constraints": {"required": True}}], "fieldsMatch": match})
    verdict = verdict_of("a\n1\n", schema=schema)

    assert (verdict.exit_code, [error.column for error in verdict.errors]) == (2, ["b"])
