"""The judgement of whole files: figures that add up, duplicates, headers, and what the sink is given."""

import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rows import HEADER, NAMES, make_row
from transactions.errors import ConservationBroken
from transactions.judge import NoSink, judge
from transactions.rules import Control
from transactions.verdict import Tally

from .conftest import Collected

# a row's way of being wrong, and the code that tells it; None is right
WAYS = [
    ({}, None),
    ({"amount": "12", "currency": "JPY"}, None),
    ({"amount": "1.234", "currency": "KWD"}, None),
    ({"description": '"a, ""b""\nc"'}, None),
    ({"amount": "-1.00"}, "cell-minimum"),
    ({"amount": "x"}, "cell-type"),
    ({"amount": "1.5", "currency": "JPY"}, "cell-decimals"),
    ({"currency": "XXX"}, "cell-enum"),
    ({"account_id": ""}, "cell-required"),
    ({"description": "a,b"}, "row-extra-cells"),
    ({"description": '"a" b'}, "row-bad-quote"),
    ({"description": "\0"}, "row-nul-byte"),
]


@settings(deadline=None)
@given(
    plan=st.lists(st.tuples(st.sampled_from(WAYS), st.decimals(0, 10**11, places=2)), max_size=30),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_the_verdict_of_each_row_is_the_plan_and_nothing_is_lost(schema, plan, encoding, ending):
    """Rows and amounts read are those accepted plus those rejected, and each row has the verdict that was planted."""
    rows = [make_row(n, **{"amount": str(a), **way}) for n, ((way, _), a) in enumerate(plan)]
    collected = Collected()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes((HEADER + "".join(rows)).replace("\n", ending).encode(encoding))
        verdict = judge(path, schema, collected)

    assert [error.code for error in verdict.errors] == [code for (_, code), _ in plan if code]
    assert [row["transaction_id"] for row in collected.rows] == [f"T{n}" for n, ((_, c), _) in enumerate(plan) if not c]
    assert verdict.rows.read == len(plan) == verdict.rows.accepted + verdict.rows.rejected
    for figures in verdict.totals.values():
        assert Decimal(figures["read"]) == Decimal(figures["accepted"]) + Decimal(figures["rejected"])
    euros = [Decimal(row["amount"]) for row in collected.rows if row["currency"] == "EUR"]
    assert Decimal(verdict.totals.get("EUR", {}).get("accepted", "0")) == sum(euros, Decimal(0))


def test_a_lost_row_is_found_by_the_count_of_what_was_read():
    """What was read is counted on its own: a row that is neither accepted nor rejected breaks the judgement."""
    tally = Tally(10)
    tally.read(None)

    with pytest.raises(ConservationBroken, match="1 rows read, 0 accepted, 0 rejected"):
        tally.check()


def test_a_changed_amount_is_found_by_the_totals():
    """An amount that is accepted as another one breaks the judgement."""
    tally = Tally(10)
    tally.read(Control("EUR", Decimal("1.00")))
    tally.accept(Control("EUR", Decimal("1.01")))

    with pytest.raises(ConservationBroken, match=r"EUR: 1\.00 read, 1\.01 accepted"):
        tally.check()


def test_sums_are_exact_beyond_the_default_precision(verdict_of):
    """A sum of many digits is not rounded."""
    big, small = "999999999999.99", "0.01"
    verdict = verdict_of(HEADER + "".join(make_row(n, amount=big) for n in range(100)) + make_row(100, amount=small))

    assert verdict.totals["EUR"]["accepted"] == "99999999999999.01"


def test_a_row_whose_amount_or_currency_cannot_be_read_counts_in_rows_only(verdict_of):
    """What can't be read adds to no total."""
    verdict = verdict_of(HEADER + make_row(1, amount="x") + make_row(2, currency="XXX") + make_row(3, amount="-2"))

    assert verdict.rows.rejected == 3
    assert verdict.totals == {"EUR": {"read": "-2.00", "accepted": "0.00", "rejected": "-2.00"}}


def test_a_duplicate_names_the_line_of_the_first(verdict_of):
    """The second row of an id is rejected, counted as a duplicate, and says where the first stands."""
    verdict = verdict_of(HEADER + make_row(7) + make_row(8) + make_row(7, amount="9") + make_row(7))

    assert [(error.line, error.code) for error in verdict.errors] == [(4, "cell-duplicate"), (5, "cell-duplicate")]
    assert all("line 2" in error.message for error in verdict.errors)
    assert (verdict.rows.rejected, verdict.rows.duplicates) == (2, 2)


def test_counts_stay_exact_when_details_are_capped(verdict_of, collected):
    """The cap limits what is listed, not what is counted, nor what is quarantined."""
    verdict = verdict_of(HEADER + "".join(make_row(n, amount="x") for n in range(25)), max_details=10)

    assert (len(verdict.errors), verdict.errors_truncated) == (10, True)
    assert verdict.errors_by_code == {"cell-type": 25}
    assert len(collected.refused) == 25


def test_details_that_just_fit_are_not_truncated(verdict_of):
    """Ten errors under a cap of ten are all."""
    verdict = verdict_of(HEADER + "".join(make_row(n, amount="x") for n in range(10)), max_details=10)

    assert (len(verdict.errors), verdict.errors_truncated) == (10, False)


def test_columns_may_stand_in_any_order(verdict_of, collected):
    """The header says which cell is which."""
    order = [7, 2, 0, 5, 1, 3, 6, 4]
    lines = [line.split(",") for line in (HEADER + make_row(1)).splitlines()]
    verdict_of("".join(",".join(line[at] for at in order) + "\n" for line in lines))

    assert list(collected.rows[0])[:3] == ["transaction_id", "account_id", "timestamp"]
    assert collected.rows[0]["amount"] == "1.50"


def test_an_extra_column_is_named_and_the_rows_are_judged(verdict_of, collected):
    """A column that the schema does not know is told, and costs no row."""
    verdict = verdict_of(HEADER.replace("\n", ",notes\n") + make_row(1).replace("\n", ",x\n"))

    assert [(error.line, error.record, error.column) for error in verdict.errors] == [(1, None, "notes")]
    assert verdict.errors_by_code == {"header-extra-column": 1}
    assert "notes" not in collected.rows[0]
    assert verdict.exit_code == 0


def test_an_absent_optional_column_is_named_and_the_rows_are_judged(verdict_of, collected):
    """A column that no row needs may be absent; that is told."""
    strip = [line.rsplit(",", 1)[0] + "\n" for line in (HEADER + make_row(1)).splitlines()]
    verdict = verdict_of("".join(strip))

    assert [(error.code, error.column) for error in verdict.errors] == [("header-missing-column", NAMES[-1])]
    assert collected.rows[0][NAMES[-1]] is None


def test_a_file_without_a_required_column_is_refused_with_all_that_is_wrong(verdict_of):
    """A header that no row can be judged under is refused once, not once a row."""
    verdict = verdict_of(HEADER.replace("amount", "Amount").replace("type", "type,type") + make_row(1))

    assert not verdict.judged
    assert verdict.errors_by_code == {
        "header-duplicate-column": 1,
        "header-extra-column": 1,
        "header-missing-column": 1,
    }
    assert any("rename 'Amount'" in error.message for error in verdict.errors)
    assert verdict.exit_code == 2


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (HEADER.replace("\n", ",\n"), "header-blank-column"),
        ('"' + HEADER, "header-broken"),
        ("\0" + HEADER, "header-broken"),
    ],
    ids=["blank", "quote", "nul"],
)
def test_a_header_that_cannot_be_read_is_refused(verdict_of, header, code):
    """Without a header no cell has a column."""
    verdict = verdict_of(header + make_row(1))

    assert code in verdict.errors_by_code
    assert verdict.exit_code == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf", "file-empty"),
        (b"\r\n\r\n  \n", "file-empty"),
        (b"PK\x03\x04rest", "file-not-csv"),
        (b"\x1f\x8brest", "file-not-csv"),
        (HEADER.encode("utf-16-le"), "file-encoding"),
        (HEADER.encode("utf-32"), "file-encoding"),
    ],
)
def test_what_is_no_table_is_refused_by_its_code(verdict_of, content, code):
    """A file that can't be judged says why, in the file's one error."""
    verdict = verdict_of(content)

    assert [(error.line, error.record, error.column, error.code) for error in verdict.errors] == [
        (None, None, None, code)
    ]
    assert verdict.to_json()["rows"] == {"read": 0, "accepted": 0, "rejected": 0, "duplicates": 0}


def test_the_json_of_a_verdict_has_the_fields_that_programs_rely_on(verdict_of):
    """`tap validate --json` is a contract."""
    document = verdict_of(HEADER + make_row(1) + make_row(2, amount="-1")).to_json()

    assert list(document) == ["file", "rows", "totals", "errors", "errors_by_code", "errors_truncated"]
    assert list(document["file"]) == ["encoding", "bom", "delimiter", "line_ending", "sha256", "bytes"]
    assert list(document["errors"][0]) == ["line", "record", "column", "code", "value", "message"]
    assert document["totals"] == {"EUR": {"read": "0.50", "accepted": "1.50", "rejected": "-1.00"}}


def test_the_judgement_of_a_file_is_the_same_each_time(verdict_of):
    """Judging twice gives the same verdict, hash included."""
    content = HEADER + make_row(1) + make_row(1, amount="x")

    assert verdict_of(content) == verdict_of(content)


def test_nothing_is_kept_without_a_sink(tmp_path, schema):
    """A verdict can be had alone."""
    path = tmp_path / "file.csv"
    path.write_text(HEADER + make_row(1) + make_row(2, type="?"))

    assert judge(path, schema, NoSink()).rows.rejected == 1
