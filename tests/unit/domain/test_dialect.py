"""Files as banks send them, under a schema that states their dialect: both ways give the same, and what is right."""

import csv
import hashlib
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.rows import HEADER, make_row
from transactions import flat, footers
from transactions.dialect import detect
from transactions.encoding import SAMPLE
from transactions.judge import judge
from transactions.lines import RECORD_LIMIT
from transactions.quarantine import RejectedRaw
from transactions.schema import SHIPPED, parse

from .conftest import Collected

ROWS = [make_row(number) for number in range(1, 4)]
TABLE = HEADER + "".join(ROWS)


class Kept(Collected):
    """A sink that writes what it rejects, as the validator does."""

    def __init__(self, path, raw):
        super().__init__()
        self._path, self._file = path, raw.open("wb")

    def begin(self, header, dialect, columns):
        super().begin(header, dialect, columns)
        self.raw = RejectedRaw(self._file, self._path, dialect, header)

    def rejected(self, record, errors):
        super().rejected(record, errors)
        self.raw.add(record)

    def close(self):
        self.raw.close()
        self._file.close()


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Judges bytes under a dialect both ways, in blocks of several sizes: the verdict's document, rows and rejected."""

    def run(content, dialect, fields=None):
        document = {"fields": fields} if fields else json.loads(SHIPPED.read_text())
        schema = parse({**document, "dialect": dialect})
        path = tmp_path / "file.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        answers = []
        for way, block in (("rows", 1 << 20), ("vectorised", 1 << 20), ("vectorised", 64)):
            monkeypatch.setattr(flat, "BLOCK", block)
            sink = Collected()
            verdict = judge(path, schema, sink, way=way)
            answers.append((verdict.to_json(), sink.rows, sink.refused))
        assert answers[0] == answers[1] == answers[2]
        return answers[0]

    return run


def codes(document):
    """What was found wrong, or noted."""
    return document["errors_by_code"]


PREAMBLE = '"Konto:","DE00 / Giro"\n"Zeitraum:","01.03.2025 - 31.03.2025"\n"Saldo:","812,11 EUR"\n\n'


def test_lines_before_the_header_hold_no_record(found):
    """The header is the physical line that is stated; lines are counted in the file."""
    document, rows, _ = found(PREAMBLE + TABLE + make_row(4, amount="x"), {"headerRows": [5]})

    assert document["rows"] == {"read": 4, "accepted": 3, "rejected": 1, "duplicates": 0}
    assert [row["source_line"] for row in rows] == [6, 7, 8]
    assert [(error["line"], error["record"]) for error in document["errors"]] == [(9, 4)]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_quote_before_the_header_opens_nothing(found, ending):
    """Lines there are no records."""
    document, rows, _ = found(('5" screens\nx\n' + TABLE).replace("\n", ending), {"headerRows": [3]})

    assert (len(rows), document["file"]["line_ending"]) == (3, {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[ending])


def test_without_the_dialect_lines_before_the_header_are_refused(found):
    """Nothing is guessed."""
    document, *_ = found(PREAMBLE + TABLE, {})

    assert document["rows"]["read"] == 0


FOOTERS = {"tap": {"footers": ["Total,.*", r"\d+ rows exported"]}}


@pytest.mark.parametrize(
    "end", ["\nTotal,,,20.00,,,,\n2 rows exported\n", "Total,\n\n\n", "2 rows exported", "Total,\r\n"]
)
def test_footers_hold_no_record(found, end):
    """Lines at the end that match, blank ones among them; the whole file is hashed all the same."""
    content = (TABLE + end).encode()
    document, rows, _ = found(content, FOOTERS)

    assert (len(rows), codes(document)) == (3, {})
    assert document["file"]["bytes"] == len(content)
    assert document["file"]["sha256"] == hashlib.sha256(content).hexdigest()


def test_a_line_like_a_footer_with_a_row_behind_it_is_a_row(found):
    """Only the file's end is looked at."""
    document, rows, _ = found(HEADER + ROWS[0] + "Total,,,20.00,,,,\n" + ROWS[1] + "2 rows exported\n", FOOTERS)

    assert len(rows) == 2
    assert [error["line"] for error in document["errors"]] == [3] * len(document["errors"])


def test_comments_among_footers_are_no_records(found):
    """No more than blank lines."""
    document, rows, _ = found(TABLE + "# c\nTotal,\n# c\n\nTotal,\n# c", {"commentChar": "#", **FOOTERS})

    assert (len(rows), codes(document)) == (3, {})


def test_a_row_whose_last_line_is_taken_for_a_footer_is_rejected(found):
    """A cell of several lines can end like one. The row is told as what it is then: not closed."""
    document, rows, _ = found(TABLE + make_row(4, description='"text\nTotal,"'), FOOTERS)

    assert (len(rows), codes(document)) == (3, {"row-unclosed-quote": 1})


def test_a_pattern_of_footers_that_matches_right_rows_is_refused(found):
    """Or rows would be lost unsaid."""
    document, *_ = found(TABLE + "2 rows exported\n", {"tap": {"footers": ["T.*", r"\d+ .*"]}})

    assert codes(document) == {"file-dialect": 1}
    (error,) = document["errors"]
    assert error["line"] == 2
    assert "is a right row" in error["message"]


def test_a_pattern_of_footers_that_matches_the_header_is_refused(found):
    """Such as one that matches all lines, of a schema in which each line is a right row."""
    document, *_ = found("a\n1\n2\n", {"tap": {"footers": [".*"]}}, [{"name": "a"}])

    assert codes(document) == {"file-dialect": 1}
    assert "has a header that matches: a" in document["errors"][0]["message"]


def test_footers_without_a_row_before_them_are_noted(found):
    """A month without rows is no error; that a pattern took them all can be seen."""
    document, *_ = found("a\n1\n2\n", {"tap": {"footers": [r"\d"]}}, [{"name": "a"}])

    assert document["rows"]["read"] == 0
    assert codes(document) == {"file-no-rows": 1}


def test_footers_are_found_in_files_of_any_ending_encoding_and_length(found):
    """Read back in blocks, over thousands of lines that match."""
    for ending in ("\n", "\r\n", "\r"):
        for encoding in ("utf-8", "utf-16", "cp037"):
            table = (
                TABLE + ("Total,x\n\n" if encoding == "cp037" else "Total,\u0a05\u0100\n\n") * 2_000 + "2 rows exported"
            )
            dialect = {"encoding": encoding, **FOOTERS}  # in UTF-16, a line feed's bytes stand within two characters
            document, rows, _ = found(table.replace("\n", ending).encode(encoding), dialect)

            assert (len(rows), codes(document)) == (3, {}), (ending, encoding)


def test_a_line_too_long_for_a_record_is_no_footer(tmp_path):
    """So that reading back needs no more memory than reading on."""
    path = tmp_path / "file.csv"
    path.write_text("a\n" + "x" * (5 * RECORD_LIMIT) + "\nTotal\n")

    assert footers.first_footer(path, 2, "utf-8", "\n", footers.matching(["x+", "Total"])) == 2 + 5 * RECORD_LIMIT + 1


def test_comment_lines_hold_no_record(found):
    """Before the header, between rows, last in the file, with quotes, and longer than a record may be."""
    comments = ["# exported 2025-03-02\n", '# a "quote\n', "#\n", "#" + "x" * 3 * RECORD_LIMIT + "\n", "# the last"]
    strange = make_row(3, description='"two\nlines"')
    content = comments[0] + HEADER + comments[1] + ROWS[0] + comments[2] + comments[3] + ROWS[1] + strange + comments[4]
    document, rows, _ = found(content, {"commentChar": "#"})

    assert (document["rows"]["read"], codes(document)) == (3, {})
    assert [row["source_line"] for row in rows] == [4, 7, 8]


def test_a_line_within_a_quoted_cell_is_no_comment(found):
    """It is part of the cell."""
    text = '"one\n# two\n\n# "" three"'
    _, rows, _ = found(HEADER + make_row(1, description=text) + ROWS[1], {"commentChar": "#"})

    assert [row["source_line"] for row in rows] == [2, 6]
    assert rows[0]["description"] == 'one\n# two\n\n# " three'


def test_an_unclosed_quote_before_comments_costs_its_own_line(found):
    """The lines that it would have swallowed are read again, as comments and rows."""
    content = HEADER + make_row(1, description='"open') + "# comment\n" + ROWS[1] + "# comment\n"
    document, rows, _ = found(content, {"commentChar": "#"})

    assert (len(rows), codes(document)) == (1, {"row-unclosed-quote": 1})


def test_excels_line_is_a_line_before_the_header(found):
    """And the delimiter is found in the header."""
    content = "sep=;\r\n" + TABLE.replace(",", ";").replace("\n", "\r\n")
    document, rows, _ = found(content, {"headerRows": [2]})

    assert (len(rows), document["file"]["delimiter"]) == (3, ";")


def test_a_stated_delimiter_is_not_looked_for(found):
    """Though another would give more cells."""
    _, rows, _ = found("a;b,c;d,e\n1;2,3;4,5\n", {"delimiter": ";"}, [{"name": "a"}, {"name": "b,c"}, {"name": "d,e"}])

    assert [rows[0][name] for name in ("a", "b,c", "d,e")] == ["1", "2,3", "4,5"]


@pytest.mark.parametrize("delimiter", ["§", "\u20ac", "^", ".", "a", "\\", " "])
def test_any_character_can_be_the_delimiter(found, delimiter):
    """In blocks that end within its bytes, too."""
    fields = [{"name": "k"}, {"name": "n"}]
    rows = "".join(f"{n}{delimiter}é\n{n}{delimiter}{n}{delimiter}{n}\n" for n in range(100))
    text = delimiter.join("kn") + "\n" + rows + f'"x"{delimiter}y\n'
    document, rows, _ = found(text, {"delimiter": delimiter}, fields)

    assert [row["k"] for row in rows] == [*map(str, range(100)), "x"]
    assert codes(document) == {"row-extra-cells": 100}


def test_a_code_page_is_read_by_its_name(found):
    """And the verdict has it as it is stated."""
    content = (HEADER + make_row(1, merchant="Bäckerei €")).encode("windows-1252")
    document, rows, _ = found(content, {"encoding": "Windows-1252"})

    assert document["file"]["encoding"] == "windows-1252"
    assert rows[0]["merchant"] == "Bäckerei €"


def test_a_byte_that_is_none_of_the_code_page_is_refused(found):
    """With where it is."""
    document, *_ = found(TABLE.encode() + b"\x81", {"encoding": "windows-1252"})

    assert codes(document) == {"file-undecodable": 1}
    (error,) = document["errors"]
    assert f"byte {len(TABLE)} (0x81) is not WINDOWS-1252, in line 5: correct the encoding" in error["message"]


@pytest.mark.parametrize(
    ("stated", "real", "told"),
    [
        ("windows-1252", "utf-8-sig", "states encoding windows-1252, and the file begins with the mark of UTF-8"),
        ("windows-1252", "utf-16", "states encoding windows-1252, and the file begins with the mark of UTF-16-LE"),
        ("utf-8", "utf-16", "states encoding utf-8, and the file begins with the mark of UTF-16-LE"),
        ("utf-16", "utf-8-sig", "states encoding utf-16, and the file begins with the mark of UTF-8"),
        ("utf-16", "utf-8", "states UTF-16, and the file has no byte order mark"),
        ("windows-1252", "utf-16-le", "seems to be UTF-16 without a byte order mark"),
    ],
)
def test_an_encoding_that_the_file_contradicts_is_refused(found, stated, real, told):
    """Saying both."""
    document, *_ = found(TABLE.encode(real), {"encoding": stated})

    assert document["rows"]["read"] == 0
    assert told in document["errors"][0]["message"]


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        ("a,b\n", 3, "states the header in line 3, and the file ends with line 1"),
        ("a,b\n1,2\n", 3, "states the header in line 3, and the file ends with line 2"),
        ("x\n\na,b\n", 2, "states the header in line 2, and the file has a blank line there"),
        ("x\r\n\r\na,b\r\n", 2, "states the header in line 2, and the file has a blank line there"),
        ("x\n# a,b\n", 2, "states the header in line 2, and the file has a comment there"),
    ],
)
def test_a_header_that_is_not_in_its_line_is_refused(found, content, line, told):
    """A file shorter than what should stand before its header, a blank line, a comment."""
    document, *_ = found(content, {"headerRows": [line], "commentChar": "#"}, [{"name": "a"}])

    assert codes(document) == {"file-dialect": 1}
    assert told in document["errors"][0]["message"]


def test_a_file_of_comments_alone_is_empty(found):
    """However long it is."""
    for times in (1, SAMPLE):
        document, *_ = found("# comment\n\n" * times, {"commentChar": "#"})

        assert codes(document) == {"file-empty": 1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp037"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_a_table_between_other_lines_is_found_in_files_of_any_kind(found, encoding, ending, last):
    """More lines before the header than a look at the file's beginning holds, and a footer, with or without an end."""
    before = ['"open', "a;b"] * (SAMPLE // 8)
    text = "\n".join(before) + "\n" + TABLE.replace(",", ";") + "\nTotal;x" + last
    dialect = {"headerRows": [len(before) + 1], "tap": {"footers": ["Total;x"]}}
    if encoding == "cp037":
        dialect["encoding"] = encoding
    document, rows, _ = found(text.replace("\n", ending).encode(encoding), dialect)

    assert [row["source_line"] for row in rows] == [len(before) + n for n in (2, 3, 4)]
    assert document["file"]["line_ending"] == {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[ending]
    assert document["file"]["delimiter"] == ";"


FIELDS = [{"name": "k"}, {"name": "v"}]
QUOTING = [
    ({"quoteChar": "'"}, "'a,b','it''s'\n", ["a,b", "it's"]),
    ({"quoteChar": "'"}, 'a",b"\n', ['a"', 'b"']),
    ({"quoteChar": None}, '"a","b\n', ['"a"', '"b']),
    ({"quoteChar": None, "escapeChar": "\\"}, '"a\\,b",c\\\\\n', ['"a,b"', "c\\"]),
    ({"escapeChar": "\\"}, '"say \\"hi\\"",a\\,b\n', ['say "hi"', "a,b"]),
    ({"escapeChar": "\\"}, "a\\\nb,c\n", ["a\nb", "c"]),
    ({"escapeChar": "\\", "doubleQuote": False}, '"\\"",b\n', ['"', "b"]),
    ({"skipInitialSpace": True}, ' a,   "b, c"\n', ["a", "b, c"]),
    ({"skipInitialSpace": True}, "a ,  \n", ["a ", ""]),
    ({"skipInitialSpace": True}, '" a"," b"\n', [" a", " b"]),
    ({}, ' a, "b"\n', [" a", ' "b"']),
]


@pytest.mark.parametrize(("dialect", "line", "cells"), QUOTING)
def test_cells_are_read_as_the_dialect_states(found, dialect, line, cells):
    """Alone, and among others; quoting, escapes, spaces."""
    for content, at in (("k,v\n" + line, 0), ("k,v\nx,y\n" + line * 3 + "x,y\n", 2)):
        document, rows, _ = found(content, dialect, FIELDS)

        assert codes(document) == {}
        assert [rows[at]["k"] or "", rows[at]["v"] or ""] == cells


@pytest.mark.parametrize(
    ("dialect", "line", "code", "told"),
    [
        ({"quoteChar": "'"}, "'a,b\n", "row-unclosed-quote", "double a quote that is text ('')"),
        ({"doubleQuote": False}, '"a""b",c\n', "row-bad-quote", "leave it out"),
        ({"doubleQuote": False, "escapeChar": "\\"}, '"a"b",c\n', "row-bad-quote", 'escape a quote in a text (\\")'),
        ({"escapeChar": "\\"}, "a,b\\", "row-open-escape", "write it twice if it is text"),
        ({"escapeChar": "\\"}, "a,b\\\r\n", "row-open-escape", "write it twice if it is text"),
        ({"quoteChar": None, "escapeChar": "\\"}, "a,b\\", "row-open-escape", "write it twice if it is text"),
    ],
)
def test_a_row_that_breaks_the_stated_quoting_is_rejected(found, dialect, line, code, told):
    """With what would be right in this dialect."""
    document, rows, _ = found("k,v\nx,y\n" + line, dialect, FIELDS)

    assert (len(rows), codes(document)) == (1, {code: 1})
    assert told in document["errors"][0]["message"]


def test_a_line_of_spaces_is_a_row_where_spaces_are_skipped(found):
    """Of one cell, which is empty; a blank line is none."""
    document, *_ = found("k\n \n\n", {"skipInitialSpace": True}, [{"name": "k"}])

    assert document["rows"]["read"] == 1


@st.composite
def tables(draw):
    """A dialect, and a table as Python's writer writes it in this dialect."""
    quote, escape = draw(st.sampled_from(['"', "'", None])), draw(st.sampled_from([None, "\\", "^"]))
    dialect = {"quoteChar": quote, "delimiter": draw(st.sampled_from(",;\t|§")), "commentChar": "#"}
    dialect |= {"doubleQuote": draw(st.booleans()), "encoding": draw(st.sampled_from(["utf-8", "cp037", "latin-1"]))}
    if escape:
        dialect["escapeChar"] = escape
    ending = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = st.text(st.sampled_from(f"ab# §é{dialect['delimiter']}{quote or ''}{escape or ''}"), max_size=5)
    rows = draw(st.lists(st.tuples(text, text), max_size=8))
    preamble = [f'{n} "open' for n in range(draw(st.integers(0, 3)))]
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote else csv.QUOTE_NONE
    writer = csv.writer(
        out, delimiter=dialect["delimiter"], quotechar=quote, escapechar=escape, doublequote=dialect["doubleQuote"],
        lineterminator=ending, quoting=quoting,
    )  # fmt: skip
    written = []
    for row in [("k", "v"), *rows]:
        try:
            writer.writerow(row)
        except csv.Error:
            continue  # this dialect can't say it
        written.append(list(row))
        out.write(draw(st.sampled_from(["", ending, f'# "comment{ending}'])))
    table = "".join(line + ending for line in preamble) + out.getvalue()
    if not quote and any(row[0].startswith("#") for row in written):
        table, written = "".join(line + ending for line in preamble) + f"k{dialect['delimiter']}v{ending}", written[:1]
    return {**dialect, "headerRows": [len(preamble) + 1]}, table, written[1:]


@settings(deadline=None, max_examples=60)
@given(tables())
def test_what_is_written_in_a_dialect_is_read_in_it(tmp_path_factory, drawn):
    """Both ways, the cells that were written."""
    dialect, text, written = drawn
    path = tmp_path_factory.mktemp("dialects") / "file.csv"
    path.write_bytes(text.encode(dialect["encoding"]))
    schema = parse({"fields": FIELDS, "dialect": dialect})
    for way in ("rows", "vectorised"):
        sink = Collected()
        verdict = judge(path, schema, sink, way=way)

        assert verdict.errors == ()
        assert [[row["k"] or "", row["v"] or ""] for row in sink.rows] == written


def wrong(number):
    """A row that is rejected."""
    return make_row(number, amount="x")


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (PREAMBLE + TABLE + wrong(4) + "Total,\n", {"headerRows": [5], **FOOTERS}),
        ("# c\n" + HEADER + "# c\n" + wrong(1) + ROWS[1] + "# c\n" + wrong(3) + "# c", {"commentChar": "#"}),
        ("sep=,\n" + HEADER + ROWS[0] + wrong(2) + "Total,1\n" + ROWS[2], {"headerRows": [2], **FOOTERS}),
        ("x\n" + HEADER + "Total,2\n" + wrong(2) + "Total,1\nTotal,3\n" + ROWS[2], {"headerRows": [2], **FOOTERS}),
        (HEADER.replace(",", ", ") + wrong(1).replace(",", ", ") + "a, b\n", {"skipInitialSpace": True}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp037"])
def test_what_is_put_aside_is_judged_again_with_the_same_answer(tmp_path, content, dialect, encoding):
    """Under the same schema: no row of it becomes a footer, a comment or a line before the header."""
    if encoding == "cp037":
        dialect = {**dialect, "encoding": encoding}
    schema = parse({**json.loads(SHIPPED.read_text()), "dialect": dialect})
    path, raw = tmp_path / "file.csv", tmp_path / "rejected.raw"
    path.write_bytes(content.encode(encoding))
    first, again = Kept(path, raw), Collected()
    judge(path, schema, first)
    first.close()
    verdict = judge(raw, schema, again)

    assert verdict.rows.read == verdict.rows.rejected == len(first.refused) > 0
    texts = [sorted(record.text for record, _ in sink.refused) for sink in (first, again)]
    assert texts[0] == texts[1]
    found = [{error.code for _, errors in sink.refused for error in errors} for sink in (first, again)]
    assert found[0] == found[1]
    ends = [replace(detect(one, schema.names, schema.dialect), end=None) for one in (path, raw)]
    assert ends[0] == ends[1]
