"""The dialect that a schema states: each key honoured, or refused with its place and the reason."""

import pytest

from transactions.errors import SchemaError
from transactions.schema import parse
from transactions.stated import Stated, code_page


def stated(dialect):
    """The dialect of a schema that states it."""
    return parse({"fields": [{"name": "a"}], "dialect": dialect}).dialect


def test_a_schema_without_a_dialect_states_nothing():
    """Then all is found in the file."""
    assert parse({"fields": [{"name": "a"}]}).dialect == stated({}) == Stated()


def test_each_key_is_honoured():
    """What a schema states is what files are read by."""
    document = {
        "delimiter": ";", "quoteChar": "'", "escapeChar": "\\", "doubleQuote": False, "commentChar": "#",
        "header": True, "headerRows": [5], "skipInitialSpace": True, "encoding": "Windows-1252",
        "caseSensitiveHeader": True, "type": "delimited", "tap": {"footers": ["Total.*", r"\d+ rows exported"]},
        "title": "A bank's export", "x-mine": [1],
    }  # fmt: skip

    assert stated(document) == Stated(
        delimiter=";",
        quote="'",
        escape="\\",
        double_quote=False,
        comment="#",
        header_line=5,
        skip_initial_space=True,
        encoding="windows-1252",
        footers=("Total.*", r"\d+ rows exported"),
    )


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_quoting_can_be_stated(nothing):
    """Then a quote is text."""
    assert stated({"quoteChar": nothing}).quote is None


REFUSED = [
    (["a"], "dialect: an object is needed"),
    ({"delimeter": ";"}, "dialect.delimeter: is no key of a dialect: is 'delimiter' meant?"),
    ({"something": 1}, "dialect.something: is no key of a dialect: the keys are"),
    ({"delimiter": "||"}, "dialect.delimiter: one character is needed"),
    ({"delimiter": ""}, "dialect.delimiter: one character is needed"),
    ({"delimiter": None}, "dialect.delimiter: one character is needed"),
    ({"delimiter": "\n"}, "dialect.delimiter: one character is needed"),
    ({"delimiter": "\ud800"}, "dialect.delimiter: one character is needed"),
    ({"delimiter": 5}, "dialect.delimiter: one character is needed"),
    ({"quoteChar": "''"}, "dialect.quoteChar: one character is needed"),
    ({"escapeChar": True}, "dialect.escapeChar: one character is needed"),
    ({"doubleQuote": "yes"}, "dialect.doubleQuote: true or false is needed, not 'yes'"),
    ({"commentChar": "\r"}, "dialect.commentChar: what a comment line begins with is needed"),
    ({"commentChar": ["#"]}, "dialect.commentChar: what a comment line begins with is needed"),
    ({"header": False}, "dialect.header: False is not taken: a header is needed"),
    ({"header": 1}, "dialect.header: 1 is not taken"),
    ({"headerRows": [1, 2]}, "dialect.headerRows: a list of one physical line is needed"),
    ({"headerRows": []}, "dialect.headerRows: a list of one physical line is needed"),
    ({"headerRows": [0]}, "dialect.headerRows: a list of one physical line is needed"),
    ({"headerRows": [True]}, "dialect.headerRows: a list of one physical line is needed"),
    ({"headerRows": 2}, "dialect.headerRows: a list of one physical line is needed"),
    ({"headerJoin": "-"}, "dialect.headerJoin: one line is the header"),
    ({"commentRows": [1]}, "dialect.commentRows: rows are not left out by number: name the lines by"),
    ({"lineTerminator": "\n"}, "dialect.lineTerminator: line ends are found in the file"),
    ({"nullSequence": "-"}, "dialect.nullSequence: state `missingValues`"),
    ({"caseSensitiveHeader": False}, "dialect.caseSensitiveHeader: False is not taken"),
    ({"type": "spreadsheet"}, "dialect.type: 'spreadsheet' is not taken"),
    ({"sheetName": "x"}, "dialect.sheetName: a file is one table of text"),
    ({"csv": {"delimiter": ";"}}, "dialect.csv: its keys are stated in `dialect` itself"),
    ({"skipInitialSpace": 1}, "dialect.skipInitialSpace: true or false is needed"),
    ({"skipInitialSpace": True, "delimiter": " "}, "dialect.skipInitialSpace: a space is the delimiter"),
    ({"delimiter": '"'}, "dialect.quoteChar: '\"' is the delimiter too: state another, or null"),
    ({"escapeChar": '"'}, "dialect.escapeChar: '\"' is the quoteChar too"),
    ({"delimiter": "#", "commentChar": "#x"}, "dialect.commentChar: '#' is the delimiter too"),
    ({"encoding": "utf-32"}, "dialect.encoding: 'utf-32' is not taken: utf-8, utf-16, or a code page"),
    ({"encoding": "shift_jis"}, "dialect.encoding: 'shift_jis' is not taken"),
    ({"encoding": "no such"}, "dialect.encoding: 'no such' is not taken"),
    ({"encoding": "base64"}, "dialect.encoding: 'base64' is not taken"),
    ({"encoding": "a\0b"}, "dialect.encoding: 'a\\x00b' is not taken"),
    ({"encoding": 8}, "dialect.encoding: 8 is not taken"),
    ({"tap": ["x"]}, "dialect.tap: an object is needed"),
    ({"tap": {"footer": ["x"]}}, "dialect.tap.footer: is no key of a dialect: is 'footers' meant?"),
    ({"tap": {"footers": "x"}}, "dialect.tap.footers: a list of regular expressions is needed"),
    ({"tap": {"footers": [""]}}, "dialect.tap.footers: a list of regular expressions is needed"),
    ({"tap": {"footers": ["x", "("]}}, "dialect.tap.footers[1]: '(' is not a regular expression of RE2: missing ): ("),
    ({"tap": {"footers": ["(?=x)"]}}, "dialect.tap.footers[0]: '(?=x)' is not a regular expression of RE2"),
    ({"tap": {"footers": ["\ud800"]}}, "dialect.tap.footers[0]: "),
]


@pytest.mark.parametrize(("dialect", "reason"), REFUSED, ids=lambda value: str(value)[:40].encode("ascii", "replace"))
def test_what_is_not_honoured_is_refused_with_its_place_and_the_reason(dialect, reason):
    """Nothing that is stated is passed over, and no value fails with a traceback."""
    with pytest.raises(SchemaError) as error:
        stated(dialect)

    assert f"schema: {reason}" in str(error.value)


def test_all_that_is_wrong_is_told_at_once():
    """Each with a line of its own, beside what is wrong with the fields."""
    with pytest.raises(SchemaError) as error:
        parse({"fields": [{"name": "a", "type": "sting"}], "dialect": {"header": False, "delimiter": ""}})

    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize(
    "name",
    ["windows-1252", "cp1252", "latin-1", "ISO-8859-15", "cp850", "mac_roman", "koi8-r", "ascii", "cp037", "utf-8"],
)
def test_encodings_in_which_bytes_can_be_counted_are_taken(name):
    """A code page's bytes are characters, each of which becomes that byte again."""
    encoding = code_page(name)

    assert encoding == name.lower()
    for byte in range(128) if name == "utf-8" else range(256):
        text = bytes([byte]).decode(encoding, errors="ignore")
        assert not text or text.encode(encoding) == bytes([byte])


@pytest.mark.parametrize(
    "name",
    ["gb18030", "euc_jp", "big5", "hz", "iso2022_jp", "utf-7", "idna", "punycode", "unicode_escape", "rot13",
     "undefined", "raw_unicode_escape", "mac_farsi", "cp1006", "mbcs", "utf-16-le"],
)  # fmt: skip
def test_other_encodings_are_not(name):
    """Characters of several bytes, states, and two bytes for one character."""
    assert code_page(name) is None
