"""Line ends that are not what they seem: named, and never silently part of a cell. In both ways of judging."""

import pytest

from transactions.schema import parse

BOTH = pytest.mark.parametrize("way", ["rows", "vectorised"])
PAYEES = parse({"fields": [{"name": "payee", "constraints": {"required": True}}, {"name": "amount", "type": "number"}]})


def codes(verdict):
    """Line and code of each error."""
    return [(error.line, error.code) for error in verdict.errors]


@BOTH
@pytest.mark.parametrize("quote", ["", '"'])
def test_lines_that_end_with_two_returns_are_named(verdict_of, way, quote):
    """CR CR LF is neither a file of CR nor one of CRLF: it is refused, and no line feed becomes part of a cell."""
    header = f"{quote}payee{quote},amount\r\r\n"
    verdict = verdict_of(header + "Alpha,1.00\r\r\nBeta,2.00\r\r\n", schema=PAYEES, way=way)

    assert (verdict.exit_code, codes(verdict)) == (2, [(None, "file-line-ends")])
    assert "CR CR LF" in verdict.errors[0].message


@BOTH
@pytest.mark.parametrize("row", ["Beta,2.00", '"Beta",2.00', '"Beta","2.00"', 'Be"ta,2.00'])
def test_a_single_line_that_ends_with_two_returns_is_a_row_that_says_so(verdict_of, collected, way, row):
    """With quotes or without: the csv module passes over the first return of a line with quotes."""
    verdict = verdict_of(f"payee,amount\r\nAlpha,1.00\r\n{row}\r\r\nGamma,3\r\n", schema=PAYEES, way=way)

    assert codes(verdict) == [(3, "row-stray-return")]
    assert "CR CR LF" in verdict.errors[0].message
    assert [one["payee"] for one in collected.rows] == ["Alpha", "Gamma"]


@BOTH
@pytest.mark.parametrize("row", ["Al\npha;1.00", '"Al"\npha;1.00', '\n"Alpha";1.00', "Alpha;1.00\n", '"Alpha";1.00\n'])
def test_a_bare_line_feed_in_a_file_of_returns_is_named(verdict_of, collected, way, row):
    """It is no end of a line there, and not to be part of a cell unsaid."""
    verdict = verdict_of(f"payee;amount\rBeta;2.00\r{row}\r", schema=PAYEES, way=way)

    assert codes(verdict) == [(3, "row-stray-newline")]
    assert [one["payee"] for one in collected.rows] == ["Beta"]


@BOTH
def test_a_line_feed_in_quotes_is_part_of_its_cell(verdict_of, collected, way):
    """Whoever puts it in quotes means it."""
    verdict = verdict_of('payee;amount\r"Al\npha";1.00\rBeta;2\r', schema=PAYEES, way=way)

    assert verdict.exit_code == 0
    assert collected.rows[0]["payee"] == "Al\npha"


@BOTH
@pytest.mark.parametrize("end", ["", "\r", "\n", "\r\n"])
def test_the_last_line_of_a_file_of_returns_may_end_in_any_way(verdict_of, way, end):
    """Or not at all: there is no row behind it that could be meant."""
    verdict = verdict_of(f'payee;amount\rAlpha;1.00\r"Beta";2{end}', schema=PAYEES, way=way)

    assert (verdict.exit_code, verdict.rows.accepted) == (0, 2)
