"""Amounts keep every digit, and have one form."""

from decimal import Decimal, Inexact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.money import MINOR_UNITS, Totals, amount_text, canonical, minor_units, read_number, sum_texts

CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "CLF"])


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=4))
def test_a_plain_number_is_read_as_it_stands(value):
    """Reading the text of a number gives the number."""
    assert read_number(format(value, "f")) == value


@given(st.integers(-(10**20), 10**20), CURRENCIES)
def test_the_canonical_form_of_an_amount_is_stable_and_exact(units, currency):
    """Writing and reading an amount changes nothing, the second writing included."""
    amount = Decimal(units).scaleb(-minor_units(currency))
    text = canonical(amount, currency)

    assert Decimal(text) == amount
    assert canonical(Decimal(text), currency) == text
    assert len(text.partition(".")[2]) == minor_units(currency)


@given(st.text(max_size=12))
def test_what_is_read_is_a_finite_number(text):
    """No text gives NaN, infinity or a number of an exponent."""
    value = read_number(text)

    assert value is None or (value.is_finite() and set(text) <= set("+-.0123456789"))


@pytest.mark.parametrize(
    "text", ["", ".", "+", "1e3", "NaN", "1_000", "1,000", "0x1", "\u0661", " 1", "1 ", "9" * 39, "1.\n"]
)
def test_what_is_no_plain_number_is_none(text):
    """No exponents, separators, other scripts' digits, or spaces."""
    assert read_number(text) is None


def test_a_number_may_have_38_digits():
    """As many as the table takes."""
    assert read_number("-" + "9" * 36 + ".99") == Decimal("-" + "9" * 36 + ".99")


def test_an_amount_is_never_rounded():
    """More decimals than the currency has are an error, not a rounding."""
    with pytest.raises(Inexact):
        canonical(Decimal("0.005"), "EUR")


@given(st.lists(st.tuples(CURRENCIES, st.decimals(-(10**12), 10**12, places=4)), max_size=30))
def test_sums_do_not_depend_on_the_order(entries):
    """The same amounts give the same totals in any order."""
    forward, backward = Totals(), Totals()
    for entry in entries:
        forward.add(*entry)
    for entry in reversed(entries):
        backward.add(*entry)

    assert forward.to_json() == backward.to_json()
    assert {currency: Decimal(text) for currency, text in forward.to_json().items()} == sum_texts([forward.to_json()])


def test_sums_show_the_decimals_they_have():
    """A total of amounts that do not fit their currency shows all of them."""
    assert amount_text(Decimal("100.5"), "JPY") == "100.5"
    assert amount_text(Decimal(100), "KWD") == "100.000"


def test_each_currency_of_the_schema_has_a_minor_unit(schema):
    """The table of exceptions names currencies that exist in the schema."""
    currencies = next(field for field in schema.fields if field.name == schema.role("currency")).enum

    assert set(MINOR_UNITS) <= set(currencies)
    assert len(set(currencies)) == len(currencies)
