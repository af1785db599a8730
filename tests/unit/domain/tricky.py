"""Columns, tables and files that `test_oracle_types` judges: what they state, and the tricky texts in them."""

from typing import Any, NamedTuple

E_ACUTE, E_AND_ACUTE = "\u00e9", "e\u0301"  # one character, and two that look the same
CELLS = (
    "", " ", "0", "1", "01", "+1", "-1", "-0", "00", "1.0", "1.00", "1.", ".5", "-.5", "1.5", "+1.5", "1e3", "1E3",
    "NaN", "nan", "INF", "-INF", "inf", "1,5", "1.000,50", "1,000.50", "1,000", "1.000", "0.123", "1,0,0", "1,00.5",
    ",1", "1,", "1 000", "1\u00a0000", "1'000", "1_000", "\u0661", "\uff11", "9" * 38, "9" * 39, "0x1", " 1", "1 ",
    "\t1", "1\n", "--1", "+-1", "\u20ac1", "1 \u20ac", "95%", "USD 5", "5 CR", "(5)", "5-", "$1,000.50",
    "true", "True", "TRUE", "tRuE", "yes", "y", "Y", "t", "false", "False", "FALSE", "no", "n", "N", "ja", "nein",
    "2025-02-28", "2025-02-30", "2024-02-29", "20250228", "2025-2-3", "2025-02-28 ", "28.02.2025", "3.2.2025",
    "31.04.2025", "02/28/2025", "28/02/2025", "28.02.25", "28.02.69", "2025-059", "2025-366", "0001-01-01",
    "9999-12-31", "10000-01-01", "-2025-01-01",
    "2025-02-28T12:00:00", "2025-02-28T12:00:00Z", "2025-02-28T12:00:00+01:00", "2025-02-28T12:00:00+0100",
    "2025-02-28T12:00:00+05:60", "2025-02-28T12:00:00-00:99", "2025-02-28T12:00:00+15:00", "2025-02-28T12:00:00.5Z",
    "2025-02-28T12:00:00.123456Z", "2025-02-28T12:00:00.1234567Z", "2025-02-28t12:00:00z", "2025-02-28 12:00:00",
    "2025-02-28T12:00", "2025-02-28T24:00:00Z", "2025-02-28T23:59:60Z", "28.02.2025 12:00:00 +0100",
    "12:00:00", "12:00", "24:00:00", "23:59:60", "23:59:59", "12:00:00Z", "12:00:00.5", "9:00:00", "9:00", "12.00",
    "1200", "120000",
    "2025", "02025", "25", "-2025", "+2025", "0000", "9999", "20 25", "2025-02", "2025-13", "2025-2", "202502",
    "a@b", "a@example.com", "a b@example.com", "a@", "@b", "a@@b", "\u00e4@example.com", '"a b"@example.com',
    "a@[127.0.0.1]", "a.@example.com", "A@EXAMPLE.COM", "mailto:a@b.c",
    "http://example.com", "https://example.com/a?b=c#d", "http://", "example.com", "urn:isbn:1", "/path", "//host/path",
    "http://a b", "http://ex\u00e4mple.com", "x:", ":x", "1http://x", "http://example.com/%zz",
    "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b8109dad11d180b400c04fd430c8",
    "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6ba7b810-9dad-11d1-80b4-00c04fd430cg",
    "a", "A", "b", "abc", "ABC", "abcd", "stra\u00dfe", "STRASSE", E_ACUTE, E_AND_ACUTE, "\u65e5\u672c", "\U0001f600",
    "a\nb", "a\r\nb", 'a"b', "a,b", "a;b", "N/A", "NA", "null", "-", "aaaa", "x1", "x\u0663",
)  # fmt: skip


def _text(**constraints: Any) -> dict[str, Any]:
    return {"type": "string", "constraints": constraints}


def _limited(kind: str, **constraints: Any) -> dict[str, Any]:
    return {"type": kind, "constraints": constraints}


GERMAN = {"decimalChar": ",", "groupChar": "."}
# what a column states; each is judged with all of the texts
CASES: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "any": {"type": "any"},
    "no type": {},
    "email": {"type": "string", "format": "email"},
    "uri": {"type": "string", "format": "uri"},
    "uuid": {"type": "string", "format": "uuid"},
    "integer": {"type": "integer"},
    "integer, not bare": {"type": "integer", "bareNumber": False},
    "number": {"type": "number"},
    "number, decimal comma": {"type": "number", "decimalChar": ","},
    "number, comma groups": {"type": "number", "groupChar": ","},
    "number, German": {"type": "number", **GERMAN},
    "number, Swiss": {"type": "number", "groupChar": "'"},
    "number, blank groups": {"type": "number", "decimalChar": ",", "groupChar": " "},
    "number, not bare": {"type": "number", "bareNumber": False},
    "boolean": {"type": "boolean"},
    "boolean, German": {"type": "boolean", "trueValues": ["ja", "Y"], "falseValues": ["nein", "N"]},
    "boolean, true stated": {"type": "boolean", "trueValues": ["yes"]},
    "boolean, inverted": {"type": "boolean", "trueValues": ["0"], "falseValues": ["1"]},
    "date": {"type": "date"},
    "date, ISO": {"type": "date", "format": "%Y-%m-%d"},
    "date, German": {"type": "date", "format": "%d.%m.%Y"},
    "date, month first": {"type": "date", "format": "%m/%d/%Y"},
    "date, two-digit year": {"type": "date", "format": "%d.%m.%y"},
    "date, run together": {"type": "date", "format": "%Y%m%d"},
    "date, day of the year": {"type": "date", "format": "%Y-%j"},
    "time": {"type": "time"},
    "time, minutes": {"type": "time", "format": "%H:%M"},
    "time, run together": {"type": "time", "format": "%H%M%S"},
    "datetime": {"type": "datetime"},
    "datetime, German": {"type": "datetime", "format": "%d.%m.%Y %H:%M:%S %z"},
    "datetime, offset stated": {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S", "tap": {"offset": "+01:00"}},
    "datetime, fraction": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S.%f%z"},
    "datetime, day only": {"type": "datetime", "format": "%d.%m.%Y", "tap": {"offset": "+00:00"}},
    "year": {"type": "year"},
    "yearmonth": {"type": "yearmonth"},
    "required": _text(required=True),
    "required number": _limited("number", required=True),
    "pattern": _text(pattern="[a-z]+"),
    "pattern, anchored": _text(pattern="^[a-z]{1,3}$"),
    "pattern, alternatives": _text(pattern="a|abc"),
    "pattern, any character": _text(pattern="a.b"),
    "pattern, digit": _text(pattern=r"x\d"),
    "pattern, word": _text(pattern=r"\w+"),
    "pattern, blank": _text(pattern=r"\s*1\s*"),
    "enum": _text(enum=["a", "abc", "stra\u00dfe", E_ACUTE]),
    "enum, integers": _limited("integer", enum=[1, 2025]),
    "enum, numbers": _limited("number", enum=["1.5", 1]),
    "enum, dates": _limited("date", enum=["2025-02-28"]),
    "enum, German dates": {**_limited("date", enum=["28.02.2025"]), "format": "%d.%m.%Y"},
    "enum, booleans": _limited("boolean", enum=[True]),
    "enum, inverted booleans": {**_limited("boolean", enum=["0"]), "trueValues": ["0"], "falseValues": ["1"]},
    "enum, German numbers": {**_limited("number", enum=["1.000,50"]), **GERMAN},
    "enum, moments": {
        **_limited("datetime", enum=["28.02.2025 11:00:00 +0000"]),
        "format": "%d.%m.%Y %H:%M:%S %z",
    },
    "enum, years": _limited("year", enum=[2025]),
    "categories": {"type": "string", "categories": ["a", "abc"]},
    "minimum": _limited("integer", minimum=1),
    "maximum": _limited("number", maximum="1.5"),
    "exclusive limits": _limited("number", exclusiveMinimum=1, exclusiveMaximum="1000.50"),
    "limits, dates": _limited("date", minimum="2025-01-01", maximum="2025-12-31"),
    "limits, German dates": {**_limited("date", minimum="01.01.2025"), "format": "%d.%m.%Y"},
    "limits, two-digit years": {**_limited("date", minimum="01.01.70"), "format": "%d.%m.%y"},
    "limits, times": _limited("time", minimum="12:00:00", maximum="23:59:59"),
    "limits, years": _limited("year", minimum=2000, maximum=2025),
    "limits, year months": _limited("yearmonth", minimum="2025-01", maximum="2025-02"),
    "lengths": _text(minLength=2, maxLength=4),
    "lengths, e-mail": {**_text(maxLength=13), "format": "email"},
    "missing": {"type": "integer", "missingValues": ["", "N/A", "-"]},
    "missing, required": {**_text(required=True), "missingValues": ["", "null"]},
    "missing, not the empty one": {"type": "integer", "missingValues": ["NA"]},
    "missing, none": {"type": "string", "missingValues": []},
}
# what the oracle gets instead, where it can't be told, or fails (times with an offset against limits without one)
INSTEAD: dict[str, dict[str, Any]] = {
    "categories": _text(enum=["a", "abc"]),
    "exclusive limits": _limited("number", minimum=1, maximum="1000.50"),
    "limits, times": {**_limited("time", minimum="12:00:00", maximum="23:59:59"), "format": "%H:%M:%S"},
}


class Repeats(NamedTuple):
    """A table of rows, some of which repeat what must be unique. `instead` is what the oracle gets."""

    document: dict[str, Any]
    rows: tuple[tuple[str, ...], ...]
    instead: dict[str, Any] | None = None


def _unique(field: dict[str, Any], *cells: str) -> Repeats:
    """A column of these cells, in which no value may repeat; another column keeps rows from being blank."""
    document = {"fields": [{"name": "value", "constraints": {"unique": True}, **field}, {"name": "n"}]}
    return Repeats(document, tuple((cell, "-") for cell in cells))


_PAIR = [{"name": "first", "type": "integer"}, {"name": "second", "type": "string"}]
_PAIRS = (("1", "a"), ("1", "b"), ("01", "a"), ("2", "a"), ("2", "a"), ("x", "a"), ("x", "a"))
REPEATS: dict[str, Repeats] = {
    "texts": _unique({"type": "string"}, "a", "A", "b", "a", "stra\u00dfe", "STRASSE", E_ACUTE, E_AND_ACUTE, "a", "a "),
    "integers": _unique({"type": "integer"}, "1", "01", "2", "+1", "-0", "0", "x", "x", "3"),
    "numbers": _unique({"type": "number"}, "1", "1.0", "1.00", "2", "-0.0", "0", ".5", "0.5"),
    "numbers, German": _unique({"type": "number", **GERMAN}, "1000", "1.000", "1.000,00", "1", "1,0"),
    "booleans": _unique({"type": "boolean"}, "true", "1", "false", "0"),
    "dates": _unique({"type": "date", "format": "%d.%m.%Y"}, "03.02.2025", "3.2.2025", "04.02.2025"),
    "moments": _unique({"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"},
                       "2025-02-28T12:00:00+01:00", "2025-02-28T11:00:00Z", "2025-02-28T11:00:00+0000"),
    "years": _unique({"type": "year"}, "2025", "2024", "2025"),
    "year months": _unique({"type": "yearmonth"}, "2025-01", "2025-02", "2025-01"),
    "nothing": _unique({"type": "string", "missingValues": ["", "-"]}, "", "a", "", "-", "-", "a"),
    "primary key": Repeats({"fields": _PAIR, "primaryKey": ["first", "second"]}, _PAIRS),
    "primary key with a part that is missing": Repeats(
        {"fields": _PAIR, "primaryKey": ["first", "second"]}, (("1", ""), ("1", ""), ("", "a"), ("1", "a"))
    ),
    "unique keys": Repeats(
        {"fields": _PAIR, "uniqueKeys": [["first", "second"]]},
        _PAIRS,
        {"fields": _PAIR, "primaryKey": ["first", "second"]},
    ),
}  # fmt: skip


class Written(NamedTuple):
    """A file of one dialect: columns `n` and `value`, and in the latter a cell of RIGHT where the line is right."""

    dialect: dict[str, Any]
    text: str
    encoding: str = "utf-8"


RIGHT = ["right", "a;b", 'say "hi"', "a,b", "\u00e9\u20ac", "#no", " right", "it's", "back\\slash", '"right"']
DIALECTS: dict[str, Written] = {
    "semicolons": Written({"delimiter": ";"}, 'n;value\n1;right\n2;"a;b"\n3;wrong\n4;a;b\n'),
    "another delimiter": Written({"delimiter": "^"}, 'n^value\n1^right\n2^"a,b"\n3^wrong\n'),
    "apostrophes": Written({"quoteChar": "'"}, "n,value\n1,'a,b'\n2,say \"hi\"\n3,wrong\n4,'it''s'\n"),
    "no quotes": Written({"quoteChar": None}, 'n,value\n1,say "hi"\n2,"right"\n3,wrong\n4,"a,b"\n'),
    "escapes in quotes": Written(
        {"escapeChar": "\\", "doubleQuote": False}, 'n,value\n1,"say \\"hi\\""\n2,"a,b"\n3,wrong\n4,"back\\\\slash"\n'
    ),
    "comments": Written({"commentChar": "#"}, "#c\nn,value\n1,right\n#x\n2,wrong\n3,#no\n#y\n4,right\n"),
    "a preamble": Written({"headerRows": [4]}, "Export\nof, today\n\nn,value\n1,right\n2,wrong\n3,right\n"),
    "space behind the delimiter": Written(
        {"skipInitialSpace": True}, 'n, value\n1, right\n2, "a,b"\n3, wrong\n4,  right\n'
    ),
    "space that counts": Written({}, "n,value\n1, right\n2,right\n3,right \n"),
    "windows-1252": Written({}, "n,value\n1,\u00e9\u20ac\n2,\u00e9\n", "windows-1252"),
    "iso-8859-15": Written({}, "n,value\n1,\u00e9\u20ac\n2,\u00e9\n", "iso-8859-15"),
    "UTF-16": Written({}, "n,value\n1,\u00e9\u20ac\n2,\u00e9\n", "utf-16"),
    "CRLF": Written({}, "n,value\r\n1,right\r\n2,wrong\r\n3,right"),
    "CR": Written({}, "n,value\r1,right\r2,wrong\r3,right\r"),
    "rows of another length": Written({}, "n,value\n1\n2,right,3\n3,wrong\n4,right\n"),
    "blank lines": Written({}, "n,value\n\n1,right\n\n2,wrong\n\n"),
}
