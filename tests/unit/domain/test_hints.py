"""Advice on what is refused or rejected: it says what seems to be meant, alike in both ways of judging."""

import json
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rows import HEADER, make_row
from transactions.hints import on_type
from transactions.schema import SHIPPED, parse

BOTH = pytest.mark.parametrize("way", ["rows", "vectorised"])
ROWS = make_row(1) + make_row(2)


def numbers(**settings):
    """A schema of one column of numbers, and one of text."""
    return parse({"fields": [{"name": "v", "type": "number", **settings}, {"name": "t"}]})


@BOTH
@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"amount": "1.000"}, "EUR has 2 decimals: if the point stands between thousands, write 1000.00; if it is a "
                              "decimal point, write 1.00"),
        ({"amount": "1.234"}, "write 1234.00; if it is a decimal point, 0.004 would be lost by rounding"),
        ({"amount": "0.125"}, "EUR has 2 decimals: 0.005 would be lost by rounding, so correct it where it comes from"),
        ({"amount": "1.2300"}, "EUR has 2 decimals: write 1.23; nothing is lost by it"),
        ({"amount": "1.000", "currency": "JPY"}, "write 1000; if it is a decimal point, write 1"),
        ({"amount": "705.00", "currency": "JPY"}, "JPY has no decimals: write 705; nothing is lost by it"),
        ({"amount": "1.5", "currency": "JPY"}, "JPY has no decimals: 0.5 would be lost"),
        ({"amount": "1." + "0" * 30}, "write 1.00; nothing is lost by it"),
    ],
)  # fmt: skip
def test_what_would_be_lost_of_an_amount_is_told(verdict_of, way, cells, told):
    """To round is no advice where a factor of a thousand is at stake, or a part of the amount."""
    (error,) = verdict_of(HEADER + make_row(1, **cells), way=way).errors

    assert error.code == "cell-decimals"
    assert told in error.message
    assert ": round" not in error.message


@BOTH
def test_an_amount_of_three_decimals_is_no_question_where_its_currency_has_three(verdict_of, way):
    """The dinar of Kuwait has a thousand fils."""
    assert verdict_of(HEADER + make_row(1, amount="1.000", currency="KWD"), way=way).exit_code == 0


@BOTH
@pytest.mark.parametrize(
    ("cell", "settings", "told"),
    [
        ("12,5", {}, '"decimalChar": "," (a decimal comma) if it is 12.5'),
        ("1.488,69", {}, '"decimalChar": "," (a decimal comma) and "groupChar": "." (points between thousands) if it'),
        ("1,488.69", {}, 'state "groupChar": "," (commas between thousands) if it is 1488.69'),
        ("1,000", {}, 'state "decimalChar": "," (a decimal comma) if it is 1.000, or "groupChar": "," (commas between '
                      "thousands) if it is 1000"),
        ("1'488.69", {}, "apostrophes between thousands"),
        ("12.50 EUR", {}, 'state "bareNumber": false if it is 12.50'),
        (" 12.50", {}, "remove the blanks around it"),
        ("12.50", {"decimalChar": ","}, '"decimalChar": "." (a decimal point) if it is 12.50'),
        ("1.00", {"decimalChar": ",", "groupChar": "."}, '"decimalChar": "." (a decimal point) and no "groupChar"'),
        ("12,50", {"bareNumber": False}, 'state "decimalChar": "," (a decimal comma) if it is 12.50'),
    ],
)  # fmt: skip
def test_the_marks_of_a_number_are_told_with_the_key_that_takes_them(verdict_of, way, cell, settings, told):
    """And with the number that it then is, as two may be possible."""
    (error,) = verdict_of(f"v;t\n{cell};x\n", schema=numbers(**settings), way=way).errors

    assert error.code == "cell-type"
    assert told in error.message


@BOTH
@pytest.mark.parametrize("cell", ["x", "1e3", "9" * 39, "1,2,3", "x" * 81])
def test_of_what_is_no_number_in_any_writing_nothing_is_advised(verdict_of, way, cell):
    """What would be right is all that can be said."""
    (error,) = verdict_of(f"v;t\n{cell};x\n", schema=numbers(), way=way).errors

    assert error.message == "must be a plain decimal number such as 1234.50 (38 digits at most)"


GROUPS = st.lists(st.text("019", min_size=1, max_size=3), min_size=1, max_size=3)


@settings(deadline=None)
@given(
    GROUPS,
    st.text(".,' ", min_size=2, max_size=2),
    st.sampled_from([{}, {"decimalChar": ","}, {"groupChar": ","}, {"bareNumber": False}]),
)
def test_what_is_advised_by_the_shape_of_a_number_is_right_of_its_digits(groups, marks, stated):
    """To look at the cell itself, each time, would advise the same."""
    (field, _) = numbers(**stated).fields
    cell = "".join(one for pair in zip(groups, [*marks, ""], strict=False) for one in pair) + " EUR"
    by_shape = on_type(field)(cell)

    with patch("transactions.hints._shape", str):
        assert on_type(field)(cell) == by_shape


@BOTH
@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("2025-03-01 09:00:00Z", "it lacks the T between date and time: write 2025-03-01T09:00:00Z"),
        ("2025-03-01T09:00:00+0100", "it lacks the colon of its offset: write 2025-03-01T09:00:00+01:00"),
        ("2025-03-01 09:00:00.5 +01", "and the colon and the minutes of its offset: write 2025-03-01T09:00:00.5+01:00"),
        ("2025-03-01T09:00Z", "it lacks its seconds: write 2025-03-01T09:00:00Z"),
        ("2025-03-01T09:00:00", "it lacks an offset such as Z or +01:00"),
        ("2025-03-01", "it lacks its time of day and an offset such as Z or +01:00"),
        ("2025-03-01T09:00:00+05:60", "an offset has minutes of 00 to 59, and 14 hours at most"),
        ("2025-03-01T09:00:00-15:00", "14 hours at most"),
        ("01.03.2025 09:00", 'state the "format" of the field, which begins with %d.%m.%Y'),
        ("01/03/2025", "begins with %d/%m/%Y or %m/%d/%Y"),
        ("1.3.25 9:00", "begins with %d.%m.%y"),
        ("2025-02-30T09:00:00Z", "such as 2025-01-31T23:59:59+01:00"),
    ],
)
def test_what_a_time_lacks_is_told(verdict_of, way, cell, told):
    """With the time as it would be right, where that is known."""
    (error,) = verdict_of(HEADER + make_row(1, timestamp=cell), way=way).errors

    assert error.code == "cell-type"
    assert error.message.removesuffix(' ("tap": {"offset": ...} of the field)').endswith(told)


@BOTH
def test_a_field_with_an_offset_of_its_own_asks_for_none(verdict_of, way):
    """Its times are local ones."""
    schema = parse({"fields": [{"name": "t", "type": "datetime", "tap": {"offset": "+01:00"}}]})
    (error,) = verdict_of("t\n2025-03-01 09:00:00\n", schema=schema, way=way).errors

    assert error.message.endswith("it lacks the T between date and time: write 2025-03-01T09:00:00")


@BOTH
@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("EURO", "the nearest is EUR"),
        (" EUR", "EUR is, without the blanks around it"),
        ("HRK", 'HRK was withdrawn in 2023-01: to take it, state "tap": {"currencies": ["current", "historic"]}'),
        ("ZWL", "ZWL was withdrawn in 2024-09"),
        ("XAU", 'XAU has no minor unit: to take it, state "tap": {"currencies": ["current", "no-minor-unit"]}'),
        ("\u20ac", "must be one of 166 values"),
        ("E" * 41, "must be one of 166 values"),
    ],
)
def test_a_wrong_currency_names_the_nearest_or_what_it_is(verdict_of, way, cell, told):
    """And not the first of the alphabet."""
    (error,) = verdict_of(HEADER + make_row(1, currency=cell), way=way).errors

    assert error.code == "cell-enum"
    assert told in error.message
    assert "AED" not in error.message


@BOTH
def test_a_wrong_value_of_few_names_all_and_the_nearest(verdict_of, way):
    """So that people need not look into the schema."""
    (error,) = verdict_of(HEADER + make_row(1, type="debits"), way=way).errors

    assert error.message.startswith("must be one of debit, credit, payment")
    assert "the nearest" in error.message
    assert "debit" in error.message.rpartition(";")[2]


def test_to_look_for_the_nearest_value_is_bounded_and_alike_in_both_ways(verdict_of):
    """The first thousand wrong values have advice; that the others have none depends on their order alone."""
    content = HEADER + "".join(make_row(number, currency=f"EUR{number % 1500:03x}") for number in range(3000))
    by_way = [verdict_of(content, way=way).errors for way in ("rows", "vectorised")]

    assert by_way[0] == by_way[1]
    advised = [error for error in by_way[0] if "nearest" in error.message]
    assert {int(error.value[3:], 16) for error in advised} == set(range(1000))


@BOTH
@pytest.mark.parametrize(
    ("before", "line", "told"),
    [
        ('"Konto:","DE00 / Giro"\n"Saldo:","812,11 EUR"\n\n', 4, "or remove the lines before it"),
        ("Export\n", 2, "or remove the lines before it"),
        ("# exported 2025-03-02\n", 2, 'or "commentChar": "#" for the lines before it'),
        ('"open\n', 2, "or remove the lines before it"),
        (",\n", 2, "or remove the lines before it"),
    ],
)
def test_a_header_that_seems_to_stand_in_a_later_line_is_told(verdict_of, way, before, line, told):
    """With the key of the dialect that says so."""
    verdict = verdict_of(before + HEADER + ROWS, way=way)

    assert (verdict.exit_code, verdict.rows.read) == (2, 0)
    hint = f'the header seems to be in line {line}: state "dialect": {{"headerRows": [{line}]}}'
    assert hint in verdict.errors[0].message
    assert verdict.errors[0].message.endswith(told)
    assert not any("seems" in error.message for error in verdict.errors[1:])


@BOTH
@pytest.mark.parametrize("stated", [1, 4])
def test_a_header_that_is_stated_in_the_wrong_line_is_found(verdict_of, way, stated):
    """Before the stated line or behind it; lines are counted from the file's first."""
    document = json.loads(SHIPPED.read_text()) | {"dialect": {"headerRows": [stated]}}
    verdict = verdict_of("Export\n" + HEADER + ROWS + ROWS, schema=parse(document), way=way)

    assert (verdict.exit_code, verdict.errors[0].line) == (2, stated)
    assert 'seems to be in line 2: state "dialect": {"headerRows": [2]}' in verdict.errors[0].message


@BOTH
def test_the_sep_line_of_excel_is_told(verdict_of, way):
    """It says the delimiter to Excel, and is no header."""
    verdict = verdict_of("sep=;\n" + (HEADER + ROWS).replace(",", ";"), way=way)

    assert verdict.exit_code == 2
    assert "line 1 is Excel's sep= line, and the header is in line 2" in verdict.errors[0].message
    assert '"headerRows": [2]' in verdict.errors[0].message


@BOTH
@pytest.mark.parametrize("delimiter", ["^", "~", ":"])
def test_a_delimiter_that_is_not_looked_for_is_told(verdict_of, way, delimiter):
    """A header of which the parts between another character are columns."""
    verdict = verdict_of(HEADER.replace(",", delimiter) + ROWS.replace(",", delimiter), way=way)

    assert verdict.exit_code == 2
    assert f"the delimiter seems to be {delimiter!r}" in verdict.errors[0].message


def test_a_header_that_only_lacks_a_column_is_not_sought_elsewhere(verdict_of):
    """A row is not taken for the header because it holds a word of it."""
    verdict = verdict_of(HEADER.replace("amount,", "") + "merchant,description,x,x,x,x,x\n")

    assert verdict.exit_code == 2
    assert not any("seems" in error.message for error in verdict.errors)


@BOTH
def test_a_delimiter_at_the_end_of_the_header_is_told(verdict_of, way):
    """As some exports write it in each line."""
    verdict = verdict_of((HEADER + ROWS).replace("\n", ",\n"), way=way)

    assert [error.code for error in verdict.errors] == ["header-blank-column"]
    assert "the delimiter stands at the end of the header" in verdict.errors[0].message


@BOTH
def test_a_delimiter_at_the_end_of_each_row_is_told(verdict_of, way):
    """Where the header has none."""
    verdict = verdict_of(HEADER + ROWS.replace("\n", ",\n"), way=way)

    assert [error.code for error in verdict.errors] == ["row-extra-cells"] * 2
    assert all("the delimiter stands at the end of the line" in error.message for error in verdict.errors)


@BOTH
def test_a_line_of_comment_among_the_rows_is_told(verdict_of, way):
    """It has too few cells."""
    verdict = verdict_of(HEADER + make_row(1) + "# page 2\n" + make_row(2), way=way)

    assert [(error.line, error.code) for error in verdict.errors] == [(3, "row-missing-cells")]
    assert '"commentChar": "#"' in verdict.errors[0].message


@BOTH
def test_what_may_be_a_footer_is_told_at_the_files_end_alone(verdict_of, way):
    """A row that lacks cells in the middle of a file is no footer."""
    filler = "".join(make_row(number) for number in range(10, 60))
    content = f"{HEADER}early,row\n{filler}\nTotal,,,20.00,,,,\n2 rows exported\n"
    verdict = verdict_of(content, way=way)

    told = {error.line: "footers" in error.message for error in reversed(verdict.errors)}
    assert told == {2: False, 54: True, 55: True}
    assert verdict.rows.rejected == 3


@BOTH
@pytest.mark.parametrize("rows", [3, 20_000])
def test_a_code_page_is_told_with_the_line_of_its_first_byte(verdict_of, way, rows):
    """In the sample and in the second megabyte; with what the text would be, for people to see if that is right."""
    good = "".join(make_row(number) for number in range(rows))
    verdict = verdict_of((HEADER + good + make_row(rows, merchant="B\u00e4ckerei")).encode("cp1252"), way=way)

    (error,) = verdict.errors
    assert (error.code, error.value) == ("file-undecodable", "0xe4")
    assert f"(0xe4) is not UTF-8, in line {rows + 2}:" in error.message
    assert "B\u00e4ckerei" in error.message
    assert error.message.endswith('state "dialect": {"encoding": "windows-1252"}')


@pytest.mark.parametrize("merchant", [b"B\x84ckerei", b"\x81", b"\x00\x9d\xff"])
def test_a_code_page_in_which_the_text_is_unlikely_is_not_told(verdict_of, merchant):
    """A quotation mark in the middle of a word, or a byte that stands for nothing."""
    verdict = verdict_of((HEADER + make_row(1, merchant="@")).encode().replace(b"@", merchant))

    assert "send the file in UTF-8" in verdict.errors[0].message
    assert "windows-1252" not in verdict.errors[0].message


@BOTH
@pytest.mark.parametrize(
    ("content", "dialect", "key"),
    [
        ('"Konto:","DE00 / Giro"\n\n' + HEADER + ROWS, {"headerRows": [3]}, "headerRows"),
        ("sep=;\n" + (HEADER + ROWS).replace(",", ";"), {"headerRows": [2]}, "headerRows"),
        ("# exported\n" + HEADER + ROWS, {"commentChar": "#"}, "commentChar"),
        (HEADER + make_row(1) + "# page 2\n" + make_row(2), {"commentChar": "#"}, "commentChar"),
        (HEADER + ROWS + "Total,,,20.00,,,,\n2 rows\n", {"tap": {"footers": ["Total,.*", "[0-9]+ rows"]}}, "footers"),
        (HEADER.replace(",", "^") + ROWS.replace(",", "^"), {"delimiter": "^"}, "delimiter"),
        ((HEADER + ROWS).replace("Shop", "B\u00e4cker"), {"encoding": "windows-1252"}, "encoding"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() else "",
)
def test_who_follows_the_advice_has_the_file_accepted(verdict_of, way, content, dialect, key):
    """The key that the message names is one that takes the file as it is."""
    before = verdict_of(content.encode("cp1252"), way=way)
    document = json.loads(SHIPPED.read_text()) | {"dialect": dialect}
    after = verdict_of(content.encode("cp1252"), schema=parse(document), way=way)

    assert before.exit_code > 0
    assert f'"{key}"' in before.errors[0].message
    assert (after.exit_code, after.rows.accepted) == (0, 2)
