"""How a field says that its cells are written: what is read as what, in both ways of judging, and what is refused."""

import csv
import io
import json
from decimal import Decimal

import pytest

from tests.unit.rows import make_cells
from transactions import vectorised
from transactions.constraints import plain_number
from transactions.judge import NoSink, judge
from transactions.rules import RowRules
from transactions.schema import SHIPPED, parse

from .test_vectorised import assert_same

WRONG = None
GERMAN = {"type": "number", "decimalChar": ",", "groupChar": "."}
AROUND = {"type": "number", "bareNumber": False}
FORMS = {
    "decimal comma": (
        GERMAN,
        {
            "1.000": "1000", "2.500": "2500", "1,5": "1.5", "1234,5": "1234.5", "-1.234.567,89": "-1234567.89",
            "1.234,5678": "1234.5678", "12.345.678.901.234,5": "12345678901234.5", ",5": "0.5", "5,": "5", "+1": "1",
            "-0,00": "0.00", "1.00": WRONG, "1.0000": WRONG, "0.123": WRONG, "00.123": WRONG, "1,234.5": WRONG,
            "1234.567": WRONG, "1.,5": WRONG, "1,2.345": WRONG, "1.5": WRONG, ".5": WRONG, ".500": WRONG,
            "1..000": WRONG,
        },
    ),
    "groups with a blank": (
        {"type": "number", "groupChar": " ", "decimalChar": ","},
        {"1 234,50": "1234.50", "1 23": WRONG, " 123": WRONG, "1\u00a0234": WRONG, "1,5 ": WRONG},
    ),
    "groups with an apostrophe": (
        {"type": "number", "groupChar": "'"}, {"1'234.50": "1234.50", "12'34": WRONG, "1\u2019234": WRONG},
    ),
    "groups of a whole number": (
        {"type": "integer", "groupChar": ","},
        {"1,000": "1000", "-1,000": "-1000", "1000": "1000", "1,000,000,000,000,000,000": "1" + "0" * 18, "1,00": WRONG,
         "01,000": WRONG, "1,000.0": WRONG, "1,000" + ",000" * 11: "1" + "0" * 36, "1,000" + ",000" * 12: WRONG},
    ),
    "a number with something around it": (
        AROUND,
        {
            "$5.00": "5.00", "-$5": "-5", "$-5": "-5", "- 5": "-5", "5 %": "5", "95%": "95", "EUR 5.5": "5.5",
            "5 USD": "5", "-5\u00a0€": "-5", "+5": "5", "kg 5": "5", "£0.00": "0.00", "-0 EUR": "0", "Zł 5": "5",
            "(5)": WRONG, "($5.00)": WRONG, "5-": WRONG, "5 -": WRONG, "--5": WRONG, "-$-5": WRONG, "-5-": WRONG,
            "5 CR": WRONG, "5 dr": WRONG, "S 5": WRONG, "5 Haben": WRONG, "5k": WRONG, "5 Mio": WRONG, "5e": "5",
            "5e3": WRONG, "1,000": WRONG, "€": WRONG, "\u22125": WRONG, "5/6": WRONG, "5 6": WRONG, "~5": WRONG,
            "<5": WRONG, "minus 5": WRONG, "\u0665": WRONG, "5.": "5", "$.5": "0.5", "a" * 99_999: WRONG,
        },
    ),
    "a number with all of these": (
        {**GERMAN, "bareNumber": False, "constraints": {"minimum": "-1.000,5"}},
        {"1.234,50 €": "1234.50", "-1.000,5 EUR": "-1000.5", "-€1.000,50": "-1000.50", "EUR -1.001": WRONG},
    ),
    "booleans turned round": (
        {"type": "boolean", "trueValues": ["0"], "falseValues": ["1"]}, {"0": "true", "1": "false", "true": WRONG},
    ),
    "true values alone": (
        {"type": "boolean", "trueValues": ["yes", "1"]},
        {"yes": "true", "1": "true", "0": "false", "FALSE": "false", "true": WRONG, "no": WRONG},
    ),
    "a boolean that may be nothing": ({"type": "boolean", "missingValues": ["0"]}, {"0": "", "1": "true", "": WRONG}),
    "only one boolean": (
        {"type": "boolean", "trueValues": ["+", "ja, gern"], "constraints": {"enum": [True]}},
        {"+": "true", "ja, gern": "true", "false": WRONG, "0": WRONG},
    ),
    "a German date": (
        {"type": "date", "format": "%d.%m.%Y",
         "constraints": {"minimum": "01.01.2020", "exclusiveMaximum": "01.01.2026"}},
        {"31.01.2025": "2025-01-31", "1.2.2025": "2025-02-01", "01.01.2020": "2020-01-01", "31.12.2019": WRONG,
         "01.01.2026": WRONG, "31.02.2025": WRONG, "2025-01-31": WRONG, " 1.2.2025": WRONG, "01.01.25": WRONG,
         "\u0661.1.2025": WRONG, "31.12.2025\n": WRONG},
    ),
    "a year of two digits": (
        {"type": "date", "format": "%m/%d/%y"},
        {"01/31/68": "2068-01-31", "01/31/69": "1969-01-31", "1/1/00": "2000-01-01", "13/01/00": WRONG},
    ),
    "a date without separators": (
        {"type": "date", "format": "%Y%m%d"}, {"20250131": "2025-01-31", "2025131": WRONG, "20250230": WRONG},
    ),
    "a date among letters": (
        {"type": "date", "format": "%Y年%m月%d日%%"},
        {"2025年01月31日%": "2025-01-31", "2025年1月31日%": "2025-01-31", "2025年01月31日": WRONG},
    ),
    "a day of the year": (
        {"type": "date", "format": "%Y-%j"},
        {"2024-366": "2024-12-31", "2025-1": "2025-01-01", "2025-366": WRONG, "2025-000": WRONG},
    ),
    "a date long ago": ({"type": "date", "format": "%d.%m.%Y"}, {"01.01.0001": "0001-01-01", "01.01.0000": WRONG}),
    "local times": (
        {"type": "datetime", "format": "%d.%m.%Y %H:%M", "tap": {"offset": "+01:00"}},
        {"31.01.2025 23:30": "2025-01-31T22:30:00+00:00", "1.1.2025 0:30": "2024-12-31T23:30:00+00:00",
         "31.01.2025 24:00": WRONG, "31.01.2025": WRONG, "31.01.2025 23:30:00": WRONG, "01.01.0001 00:00": WRONG},
    ),
    "days as times": (
        {"type": "datetime", "format": "%d.%m.%Y", "tap": {"offset": "-05:00"},
         "constraints": {"minimum": "01.01.2025"}},
        {"01.01.2025": "2025-01-01T05:00:00+00:00", "31.12.2024": WRONG},
    ),
    "fractions and a Z": (
        {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%fZ"},
        {"2025-01-31T12:00:00.5Z": "2025-01-31T12:00:00.500000+00:00",
         "2025-01-31T12:00:00.123456Z": "2025-01-31T12:00:00.123456+00:00",
         "2025-01-31T12:00:00.000Z": "2025-01-31T12:00:00+00:00",
         "2025-01-31T12:00:00Z": WRONG, "2025-01-31T12:00:00.1234567Z": WRONG},
    ),
    "fractions and an offset": (
        {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%f%z"},
        {"2025-01-31T12:00:00.123Z": "2025-01-31T12:00:00.123000+00:00",
         "2025-01-31T12:00:00.5+0100": "2025-01-31T11:00:00.500000+00:00", "2025-01-31T12:00:00.Z": WRONG},
    ),
    "an offset": (
        {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S%z"},
        {"2025-01-31 12:00:00+0100": "2025-01-31T11:00:00+00:00",
         "2025-01-31 12:00:00+01:00": "2025-01-31T11:00:00+00:00", "2025-01-31 12:00:00Z": "2025-01-31T12:00:00+00:00",
         "2025-01-31 12:00:00+0160": WRONG, "2025-01-31 12:00:00+1500": WRONG, "2025-01-31 12:00:00": WRONG},
    ),
    "ISO times with or without an offset": (
        {"type": "datetime", "tap": {"offset": "-05:30"}},
        {"2025-01-31T12:00:00": "2025-01-31T17:30:00+00:00", "2025-01-31T12:00:00Z": "2025-01-31T12:00:00+00:00",
         "2025-01-31T12:00:00.25": "2025-01-31T17:30:00.250000+00:00", "2025-01-31 12:00:00": WRONG},
    ),
    "times of a list": (
        {"type": "datetime", "constraints": {"enum": ["2025-01-31T12:00:00+01:00"]}},
        {"2025-01-31T11:00:00Z": "2025-01-31T11:00:00+00:00", "2025-01-31T12:00:00Z": WRONG},
    ),
    "a time of day": (
        {"type": "time", "format": "%H:%M", "constraints": {"exclusiveMinimum": "08:00"}},
        {"08:01": "08:01:00", "8:5": "08:05:00", "08:00": WRONG, "24:00": WRONG, "08:01:00": WRONG},
    ),
    "fractions of a second": (
        {"type": "time", "format": "%H.%M.%S,%f"},
        {"12.00.00,5": "12:00:00.500000", "12.00.00,000": "12:00:00", "12.00.00,123456": "12:00:00.123456"},
    ),
    "years": (
        {"type": "year", "constraints": {"minimum": 2000, "maximum": "2100"}},
        {"2000": "2000", "2100": "2100", "1999": WRONG, "2101": WRONG, "02000": WRONG, "20": WRONG, "+2000": WRONG},
    ),
    "months": (
        {"type": "yearmonth", "constraints": {"minimum": "2000-02"}},
        {"2000-02": "2000-02", "2000-01": WRONG, "2001-01": "2001-01", "2001-13": WRONG, "2001-1": WRONG},
    ),
    "addresses": (
        {"format": "email"},
        {"a@b.example": "a@b.example", "a.b+c@d-e": "a.b+c@d-e", "a b@c": WRONG, "@b": WRONG, "a@b.": WRONG, "a": WRONG,
         "a@b,c": WRONG, "a@-b": WRONG},
    ),
    "links": (
        {"format": "uri"},
        {"https://x.example/a,b?c=d#e": "https://x.example/a,b?c=d#e", "mailto:a@b": "mailto:a@b", "x": WRONG,
         "http://x/a b": WRONG, "http://x/%zz": WRONG, "1x:y": WRONG, "http:": WRONG, 'http://x/"': WRONG},
    ),
    "identifiers": (
        {"format": "uuid"},
        {"123e4567-E89B-12d3-a456-426614174000": "123e4567-E89B-12d3-a456-426614174000",
         "123e4567e89b12d3a456426614174000": WRONG, "{123e4567-e89b-12d3-a456-426614174000}": WRONG},
    ),
    "numbers of a list": (
        {"type": "number", "constraints": {"enum": [Decimal("1e3"), "2000.50"]}},
        {"1000": "1000", "1000.0": "1000.0", "2000.5": "2000.5", "01000": "1000", "1001": WRONG},
    ),
    "numbers of a list with a comma": (
        {"type": "number", "decimalChar": ",", "constraints": {"enum": ["1,5", Decimal("2.5")]}},
        {"1,5": "1.5", "2,50": "2.50", "1.5": WRONG, "2": WRONG},
    ),
    "limits with exponents": (
        {"type": "number", "constraints": {"minimum": Decimal("1e3"), "exclusiveMaximum": Decimal("1.00001E3")}},
        {"1000": "1000", "1000.00999": "1000.00999", "1000.01": WRONG, "1000.0099": "1000.0099", "999.9999": WRONG},
    ),
    "limits between what the engine reads": (
        {"type": "number", "constraints": {"exclusiveMinimum": Decimal("0.00005"), "exclusiveMaximum": 1}},
        {"0.0001": "0.0001", "0": WRONG, "0.00005": WRONG, "0.00006": "0.00006", "0.9999": "0.9999", "1": WRONG},
    ),
    "categories": (
        {"categories": [{"value": "a", "label": "A"}, "b"], "tap": {"ignoreCase": True}},
        {"a": "a", "A": "a", "B": "b", "c": WRONG},
    ),
    "categories that are numbers": (
        {"type": "integer", "categories": [{"value": 1, "label": "low"}, {"value": 2}], "constraints": {"enum": [2]}},
        {"2": "2", "02": "2", "1": WRONG},
    ),
    "nothing of its own": ({"type": "number", "missingValues": ["-", "n"]}, {"-": "", "n": "", "": WRONG, "1": "1"}),
    "nothing that is a value elsewhere": ({"missingValues": ["0"]}, {"0": "", "": "", "00": "00"}),
    "a value that is nothing elsewhere": ({"missingValues": []}, {"": "", "0": "0"}),
}  # fmt: skip


def _judged(field, cells):
    """The verdict of a file with a row for each cell, and the canonical texts by cell; both ways give them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([["at", "a"], *enumerate(cells)])
    schema = parse({"fields": [{"name": "at", "type": "integer"}, {"name": "a", **field}]})
    document, _, rows, _ = assert_same(out.getvalue().encode(), schema)
    found = {int(row["at"]): row["a"] or "" for row in rows}
    return document, {cell: found.get(at, WRONG) for at, cell in enumerate(cells)}


@pytest.mark.parametrize("name", FORMS)
def test_cells_are_read_as_their_field_says(name):
    """In both ways of judging; and what would lose a sign, a factor of a thousand or a part is no value."""
    field, cells = FORMS[name]
    document, found = _judged(field, cells)

    assert found == cells
    assert document["rows"]["rejected"] == list(cells.values()).count(WRONG)


PLAIN = {
    "decimal comma": ["1.234,50", "1234", "-0,5"],
    "groups with a blank": ["1 234 567,8"],
    "groups of a whole number": ["-1,000"],
    "a number with something around it": ["$5.00", "-€ 5", "5 EUR", "5%", "USD 5"],
    "a number with all of these": ["1.234,50 €"],
    "booleans turned round": ["0", "1"],
    "only one boolean": ["+"],
    "a German date": ["31.01.2025"],
    "a year of two digits": ["01/31/69"],
    "a date without separators": ["20250131"],
    "a date among letters": ["2025年01月31日%"],
    "local times": ["31.01.2025 23:30"],
    "days as times": ["01.02.2025"],
    "fractions and a Z": ["2025-01-31T12:00:00.5Z"],
    "an offset": ["2025-01-31 12:00:00+0100", "2025-01-31 12:00:00Z"],
    "ISO times with or without an offset": ["2025-01-31T12:00:00"],
    "times of a list": ["2025-01-31T11:00:00Z"],
    "a time of day": ["08:01"],
    "fractions of a second": ["12.00.00,5"],
    "years": ["2000"],
    "months": ["2000-02"],
    "addresses": ["a.b+c@d-e"],
    "links": ["https://x.example/ab?c=d#e"],
    "identifiers": ["123e4567-E89B-12d3-a456-426614174000"],
    "numbers of a list": ["2000.5"],
    "limits between what the engine reads": ["0.0001", "0.9999"],
}


class _NoRules(RowRules):
    def judge(self, record):
        pytest.fail(f"left to the exact rules: {record.text}")


@pytest.mark.parametrize("name", PLAIN)
def test_the_engine_itself_passes_what_is_plainly_right(monkeypatch, tmp_path, name):
    """A file of such cells is judged as fast as one in the default writing."""
    monkeypatch.setattr(vectorised, "RowRules", _NoRules)
    path = tmp_path / "file.csv"
    path.write_text("a;b\n" + "".join(f"{cell};\n" for cell in PLAIN[name]))
    verdict = judge(
        path, parse({"fields": [{"name": "a", **FORMS[name][0]}, {"name": "b"}]}), NoSink(), way="vectorised"
    )

    assert verdict.rows.accepted == len(PLAIN[name])


@pytest.mark.parametrize(
    ("field", "cell", "message"),
    [
        ({"type": "date", "format": "%d.%m.%Y"}, "x", "must be a date such as 31.01.2025"),
        ({"type": "time", "format": "%H:%M"}, "x", "must be a time such as 23:59"),
        ({"type": "datetime", "format": "%d.%m.%y %H:%M", "tap": {"offset": "+02:00"}}, "x",
         "must be a time such as 01.02.25 00:59, which is then at +02:00"),
        (GERMAN, "x", "must be a number such as 1.234,50 (38 digits at most)"),
        ({**GERMAN, "constraints": {"minimum": Decimal("0.5")}}, "0,4", "must be at least 0,5"),
        ({"type": "integer", "constraints": {"exclusiveMaximum": 9}}, "9", "must be below 9"),
        ({"type": "boolean", "trueValues": ["ja", "j"], "falseValues": ["nein"]}, "x",
         "must be 'ja' or 'j' for true, 'nein' for false"),
        ({"type": "date", "format": "%d.%m.%Y", "constraints": {"enum": ["31.12.2024"]}}, "x",
         "must be one of 31.12.2024"),
        ({"type": "year", "constraints": {"exclusiveMinimum": 999}}, "0999", "must be above 0999"),
        ({"format": "email", "constraints": {"pattern": ".*x"}}, "x",
         "must be an e-mail address such as name@example.org"),
        ({"format": "email", "constraints": {"pattern": ".*x"}}, "a@b", "must match .*x"),
    ],
)  # fmt: skip
def test_what_would_be_right_is_said_in_the_fields_own_writing(field, cell, message):
    """As it would stand in the file."""
    document, _ = _judged(field, [cell])

    assert [error["message"] for error in document["errors"]] == [message]


def test_amounts_are_money_whatever_their_decimal_mark():
    """Decimals of the currency, exact totals, and nothing lost: those rejected are counted too."""
    document = json.loads(SHIPPED.read_text())
    amount = next(field for field in document["fields"] if field["name"] == "amount")
    amount |= {"decimalChar": ",", "groupChar": ".", "missingValues": ["", "-"]}
    amount["constraints"]["maximum"] = "999.999.999.999,9999"
    header = ";".join(field["name"] for field in document["fields"]) + "\n"
    cells = ["1.234,5", "1,505", "1.000", "7,", "-1,00", "12.34", "-", "1.000.000,00"]
    rows = [_semicolons(number, cell) for number, cell in enumerate(cells)]
    found, _, accepted, _ = assert_same((header + "".join(rows)).encode(), parse(document))

    assert [row["amount"] for row in accepted] == ["1234.50", "1000.00", "7.00", "1000000.00"]
    assert [error["code"] for error in found["errors"]] == [
        "cell-decimals", "cell-minimum", "cell-type", "cell-required",
    ]  # fmt: skip
    assert found["totals"] == {"EUR": {"read": "1002242.005", "accepted": "1002241.50", "rejected": "0.505"}}


def _semicolons(number, amount):
    return ";".join(make_cells(number, amount=amount, currency="eur").values()) + "\n"


@pytest.mark.parametrize(
    ("number", "plain"),
    [
        (Decimal("1e3"), "1000"),
        (Decimal("1E-2"), "0.01"),
        (1.5, "1.5"),
        (10**37, "1" + "0" * 37),
        (Decimal("-0"), "-0"),
    ],
)
def test_a_number_of_a_schema_has_no_exponent(number, plain):
    """However JSON has it."""
    assert plain_number(number) == plain


@pytest.mark.parametrize("number", [Decimal("1e38"), Decimal("1e-39"), 10**38, float("nan"), Decimal("1e999999999")])
def test_a_number_of_a_schema_with_too_many_digits_is_none(number):
    """And it costs no memory to say so."""
    assert plain_number(number) is None
