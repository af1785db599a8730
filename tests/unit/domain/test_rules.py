"""One cell at a time: what is right, what is wrong, and what is said of it."""

import pytest

from tests.unit.rows import HEADER, make_row
from transactions.codes import VALUE_LENGTH

WRONG = [
    ("amount", "1,50", "row-extra-cells"),
    ("amount", '"1,50"', "cell-type"),
    ("amount", " 1.50", "cell-type"),
    ("amount", "1e3", "cell-type"),
    ("amount", "NaN", "cell-type"),
    ("amount", "Infinity", "cell-type"),
    ("amount", "١٢", "cell-type"),
    ("amount", "9" * 39, "cell-type"),
    ("amount", "-0.01", "cell-minimum"),
    ("amount", "9" * 13, "cell-maximum"),
    ("amount", "1.505", "cell-decimals"),
    ("currency", "XXX", "cell-enum"),
    ("currency", " EUR", "cell-enum"),
    ("type", "gift", "cell-enum"),
    ("timestamp", "2025-03-01T12:00:00", "cell-type"),
    ("timestamp", "2025-03-01 12:00:00+00:00", "cell-type"),
    ("timestamp", "2025-03-01T12:00:00+24:00", "cell-type"),
    ("timestamp", "2025-02-29T12:00:00Z", "cell-type"),
    ("timestamp", "0001-01-01T00:00:00+14:00", "cell-type"),
    ("timestamp", "20250301T120000Z", "cell-type"),
    ("timestamp", "2200-01-01T00:00:00Z", "cell-maximum"),
    ("transaction_id", "", "cell-required"),
    ("transaction_id", "T" * 65, "cell-pattern"),
    ("transaction_id", "T1\u200b", "cell-pattern"),
    ("account_id", "-1", "cell-pattern"),
    ("merchant", "m" * 201, "cell-max-length"),
]


@pytest.mark.parametrize(("column", "cell", "code"), WRONG)
def test_a_wrong_cell_has_its_code_column_and_value(verdict_of, column, cell, code):
    """Each wrong cell is told by its own code, at its column, with its value."""
    verdict = verdict_of(HEADER + make_row(1, **{column: cell}) + make_row(2))

    (error,) = verdict.errors
    assert (error.line, error.record, error.code) == (2, 1, code)
    assert error.column == (None if code.startswith("row") else column)
    assert len(error.value) <= VALUE_LENGTH
    assert error.message
    assert (verdict.rows.accepted, verdict.rows.rejected) == (1, 1)


def test_a_row_with_a_negative_amount_is_rejected_and_the_rest_of_the_file_goes_on(verdict_of, collected):
    """A row with a negative amount is quarantined, and the rest of the file goes on."""
    verdict_of(HEADER + make_row(1) + make_row(2, amount="-1.00") + make_row(3))

    assert [row["transaction_id"] for row in collected.rows] == ["T1", "T3"]
    assert [error.code for error in collected.refused[0][1]] == ["cell-minimum"]


def test_all_errors_of_a_row_are_told(verdict_of):
    """A row that is wrong in four cells has four errors, in the order of the columns."""
    verdict = verdict_of(HEADER + make_row(1, account_id="", timestamp="?", amount="x", currency="?"))

    assert [error.column for error in verdict.errors] == ["account_id", "timestamp", "amount", "currency"]
    assert verdict.rows.rejected == 1


def test_a_cell_that_breaks_two_rules_has_two_errors(verdict_of):
    """A negative amount with too many decimals is both."""
    verdict = verdict_of(HEADER + make_row(1, amount="-5.005"))

    assert verdict.errors_by_code == {"cell-minimum": 1, "cell-decimals": 1}


@pytest.mark.parametrize(
    ("amount", "currency", "canonical"),
    [
        ("12", "EUR", "12.00"),
        ("12.5", "eur", "12.50"),
        ("+007.10", "USD", "7.10"),
        (".5", "GBP", "0.50"),
        ("-0.00", "EUR", "0.00"),
        ("150", "JPY", "150"),
        ("1.5", "KWD", "1.500"),
        ("1.2345", "CLF", "1.2345"),
        ("999999999999.99", "EUR", "999999999999.99"),
    ],
)
def test_an_amount_is_written_with_its_currencys_decimals(verdict_of, collected, amount, currency, canonical):
    """Normalised amounts have one form: the currency's decimals, no signs, no leading zeros."""
    verdict_of(HEADER + make_row(1, amount=amount, currency=currency))

    assert (collected.rows[0]["amount"], collected.rows[0]["currency"]) == (canonical, currency.upper())


@pytest.mark.parametrize(
    ("amount", "currency"), [("100.5", "JPY"), ("100.0", "JPY"), ("1.2345", "KWD"), ("0.001", "EUR")]
)
def test_decimals_that_do_not_fit_the_currency_are_rejected(verdict_of, amount, currency):
    """JPY has no decimals, KWD three, EUR two."""
    verdict = verdict_of(HEADER + make_row(1, amount=amount, currency=currency))

    assert [error.code for error in verdict.errors] == ["cell-decimals"]
    assert currency in verdict.errors[0].message


def test_timestamps_become_utc_and_sort_as_text(verdict_of, collected):
    """A time's text sorts as the time does, with and without fractions of a second."""
    times = ("2025-03-01T12:00:00.5+01:00", "2025-03-01T11:00:00Z", "2025-03-01T23:30:00-05:30")
    verdict_of(HEADER + "".join(make_row(number, timestamp=time) for number, time in enumerate(times)))

    written = [row["timestamp"] for row in collected.rows]
    assert written[1:] == ["2025-03-01T11:00:00+00:00", "2025-03-02T05:00:00+00:00"]
    assert sorted(written) == [written[1], written[0], written[2]]


def test_an_optional_cell_may_be_empty(verdict_of, collected):
    """Nothing is None, not an empty text."""
    verdict_of(HEADER + make_row(1, merchant="", description=""))

    assert (collected.rows[0]["merchant"], collected.rows[0]["description"]) == (None, None)


def test_an_enumeration_is_written_as_the_schema_spells_it(verdict_of, collected):
    """The case of a currency and a type does not matter in the file, and is always the same afterwards."""
    verdict_of(HEADER + make_row(1, currency="eUr", type="DEBIT"))

    assert (collected.rows[0]["currency"], collected.rows[0]["type"]) == ("EUR", "debit")


@pytest.mark.parametrize("way", ["rows", "vectorised"])
@pytest.mark.parametrize(
    ("offset", "right"),
    [
        ("+14:00", True), ("-12:00", True), ("-14:00", True), ("+05:45", True), ("+13:59", True), ("-00:00", True),
        ("+05:60", False), ("-00:99", False), ("+14:01", False), ("+15:00", False), ("-15:00", False),
        ("+24:00", False), ("+0100", False), ("+01", False),
    ],
)  # fmt: skip
def test_an_offset_has_at_most_14_hours_and_59_minutes(verdict_of, way, offset, right):
    """Python would add up +05:60 to six hours; ISO 8601 has no such minute, and no zone lies beyond 14 hours."""
    verdict = verdict_of(HEADER + make_row(1, timestamp=f"2025-03-01T12:00:00{offset}"), way=way)

    assert [error.code for error in verdict.errors] == ([] if right else ["cell-type"])
