"""Codes of ISO 4217 that are current no more, or have no minor unit: taken where the schema says so. In both ways."""

import json
from decimal import Decimal

import pytest

from tests.unit.rows import HEADER, make_row
from transactions import currencies
from transactions.errors import SchemaError
from transactions.money import amount_text, canonical
from transactions.schema import SHIPPED, Schema, parse

BOTH = pytest.mark.parametrize("way", ["rows", "vectorised"])
ALL = ("current", "historic", "no-minor-unit")


def taking(*lists: str, **changes) -> Schema:
    """The shipped schema, its currency of these lists."""
    document = json.loads(SHIPPED.read_text())
    field = next(one for one in document["fields"] if one["name"] == "currency")
    del field["constraints"]["enum"]
    field["tap"]["currencies"] = list(lists)
    return parse(document | changes)


@BOTH
@pytest.mark.parametrize(
    ("cells", "amount", "code"),
    [
        ({"currency": "EUR", "amount": "10"}, "10.00", None),
        ({"currency": "hrk", "amount": "10", "timestamp": "2022-12-31T23:00:00Z"}, "10.00", None),
        ({"currency": "HRK", "amount": "10", "timestamp": "2023-01-31T23:59:59Z"}, "10.00", None),
        ({"currency": "HRK", "amount": "10", "timestamp": "2023-02-01T00:00:00Z"}, None, "cell-withdrawn"),
        ({"currency": "HRK", "amount": "10", "timestamp": "2023-02-01T00:30:00+01:00"}, "10.00", None),
        ({"currency": "HRK", "amount": "10.123", "timestamp": "2022-01-01T00:00:00Z"}, None, "cell-decimals"),
        ({"currency": "ZWL", "amount": "1", "timestamp": "2024-09-01T00:00:00Z"}, "1.00", None),
        ({"currency": "ITL", "amount": "1000", "timestamp": "2001-01-01T00:00:00Z"}, "1000", None),
        ({"currency": "ITL", "amount": "1000.5", "timestamp": "2001-01-01T00:00:00Z"}, None, "cell-decimals"),
        ({"currency": "YUN", "amount": "1.2345", "timestamp": "1994-01-01T00:00:00Z"}, "1.2345", None),
        ({"currency": "XAU", "amount": "0.12345678"}, "0.12345678", None),
        ({"currency": "XDR", "amount": "1.50"}, "1.5", None),
        ({"currency": "XTS"}, None, "cell-enum"),
        ({"currency": "XXX"}, None, "cell-enum"),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_a_code_is_taken_until_the_month_of_its_withdrawal(verdict_of, collected, way, cells, amount, code):
    """With the decimals that it had; what has no minor unit keeps its own."""
    verdict = verdict_of(HEADER + make_row(1, **cells), schema=taking(*ALL), way=way)

    assert [error.code for error in verdict.errors] == ([code] if code else [])
    assert [row["amount"] for row in collected.rows] == ([amount] if amount else [])


@BOTH
def test_totals_of_all_kinds_of_codes_are_exact(verdict_of, way):
    """Rows and amounts are conserved, also where a currency has no decimals of its own."""
    rows = [
        make_row(1, currency="XAU", amount="0.00000001"),
        make_row(2, currency="XAU", amount="1.5"),
        make_row(3, currency="XAU", amount="x"),
        make_row(4, currency="HRK", amount="2", timestamp="2022-01-01T00:00:00Z"),
        make_row(5, currency="HRK", amount="3", timestamp="2024-01-01T00:00:00Z"),
        make_row(6, currency="JPY", amount="7"),
    ]
    verdict = verdict_of(HEADER + "".join(rows), schema=taking(*ALL), way=way)

    assert verdict.totals == {
        "HRK": {"read": "5.00", "accepted": "2.00", "rejected": "3.00"},
        "JPY": {"read": "7", "accepted": "7", "rejected": "0"},
        "XAU": {"read": "1.50000001", "accepted": "1.50000001", "rejected": "0"},
    }


@BOTH
def test_only_the_lists_that_are_stated_are_taken(verdict_of, way):
    """Historic codes alone: the euro is none."""
    rows = make_row(1, currency="EUR") + make_row(2, currency="DEM", timestamp="2001-01-01T00:00:00Z")
    verdict = verdict_of(HEADER + rows, schema=taking("historic"), way=way)

    assert [(error.line, error.code) for error in verdict.errors] == [(2, "cell-enum")]


@BOTH
@pytest.mark.parametrize(
    ("currency", "amount", "written"),
    [
        ("XAU", "1.25", "1.25"), ("xau", "1.123456", "1.123456"), ("YUN", "1.50", "1.5"), ("jpy", "1", "1"),
        ("JPY", "1.5", None), ("Jpy", "1.50", None), ("kwd", "1.5", "1.500"), ("\u0131SK", "1.5", "1.50"),
        ("any", "1.5", "1.50"), ("any", "1.505", None),
    ],
)  # fmt: skip
def test_a_column_of_any_text_has_the_decimals_of_its_currency(verdict_of, collected, way, currency, amount, written):
    """In whatever case its code is written, and with two decimals where it is none that is known."""
    fields = [{"name": "n", "type": "number"}, {"name": "c"}]
    for one in fields:
        one["constraints"] = {"required": True}
    schema = parse({"fields": fields, "tap": {"roles": {"amount": "n", "currency": "c"}}})
    verdict = verdict_of(f"n,c\n{amount},{currency}\n1,EUR\n", schema=schema, way=way)

    assert [row["n"] for row in collected.rows] == [*([written] if written else []), "1.00"]
    assert [error.code for error in verdict.errors] == ([] if written else ["cell-decimals"])


@BOTH
def test_a_code_that_the_schema_has_in_lower_case_is_the_same_currency(verdict_of, collected, way):
    """Half a yen is none, and a yen is not written with two decimals."""
    document = json.loads(SHIPPED.read_text())
    field = next(one for one in document["fields"] if one["name"] == "currency")
    field["constraints"]["enum"] = ["eur", "jpy"]
    rows = make_row(1, currency="JPY", amount="7") + make_row(2, currency="jpy", amount="7.50")
    verdict = verdict_of(HEADER + rows, schema=parse(document), way=way)

    assert [(row["amount"], row["currency"]) for row in collected.rows] == [("7", "jpy")]
    assert [error.code for error in verdict.errors] == ["cell-decimals"]


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ({"tap": {"currencies": "historic"}}, "currency': tap.currencies: a list of some of current, historic"),
        ({"tap": {"currencies": []}}, "tap.currencies: a list of some of"),
        ({"tap": {"currencies": ["all"]}}, r"not \['all'\]"),
        ({"type": "number", "tap": {"currencies": ["current"]}}, "does not fit the type number"),
        ({"constraints": {"enum": ["EUR"]}, "tap": {"currencies": ["current"]}}, "as enum and categories do: keep one"),
        ({"tap": {"currencies": ["historic"]}}, "historic currencies need a timestamp"),
    ],
)
def test_a_wrong_setting_is_refused(field, told):
    """With field and reason."""
    with pytest.raises(SchemaError, match=told):
        parse({"fields": [{"name": "currency", **field}]})


def test_the_lists_have_no_code_in_common():
    """A code is current, or was, or has no minor unit."""
    codes = [code for one in currencies.LISTS.values() for code in one]

    assert len(codes) == len(set(codes)) == 165 + 129 + 11
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in codes)
    assert all("1978-01" < month < "2026-12" and len(month) == 7 for month in currencies.WITHDRAWN.values())


def test_the_shipped_schema_takes_what_is_current_and_what_was_until_lately(schema):
    """Its enumeration stays as it is when a code is withdrawn: files of before come after it."""
    enum = set(next(field for field in schema.fields if field.name == "currency").enum)

    assert enum - currencies.CURRENT == {"ANG", "BGN"}
    assert currencies.CURRENT - enum == {"XAD"}


def test_an_amount_without_a_minor_unit_has_one_form():
    """As the table, which keeps numbers, gives it back."""
    assert {canonical(Decimal(text), "XAU") for text in ("1.50", "1.5", "01.500")} == {"1.5"}
    assert canonical(Decimal("100"), "XDR") == "100"
    assert canonical(Decimal("-0.00"), "XAU") == "0"
    assert amount_text(Decimal("0.10"), "XAU") == "0.1"
