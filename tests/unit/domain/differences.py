"""Where we differ from frictionless-py on purpose: the texts, the side that rejects, and the reason.

Held by `test_oracle_types`; the names of cases are those of `tricky`.
"""

from typing import NamedTuple

from .tricky import E_ACUTE


class Difference(NamedTuple):
    """Texts that one side alone rejects, in each of these cases, and why."""

    side: str
    reason: str
    cases: tuple[str, ...]
    texts: tuple[str, ...]


_BARE = (
    "number", "number, decimal comma", "number, comma groups", "number, German", "number, Swiss",
    "number, blank groups", "required number",
)  # fmt: skip
_LOOSE = ("integer, not bare", "number, not bare")
_WHOLE = ("integer", "minimum", "missing", "missing, not the empty one")
_CLOSED = ("enum, integers", "enum, numbers")
_EXACT = (*_BARE, *_WHOLE, *_CLOSED, "maximum", "exclusive limits")

_TRIMMED = "a blank is part of a cell: what is read is what stands there"
_PLAIN = "a ledger writes numbers in full, and 1e3 is more often a damaged cell; NaN and INF are no amounts"
_GROUPS = "a group has three digits: with its marks only taken out, a number could become another"
_AROUND = "signs and words around a number have a meaning that would be lost"
_MOMENT = "a moment needs an offset that a zone can have, and the one way to write it that the standard has"
_DIGITS = "the standard's own form has two digits of a month and of a day"
_ASCII = "\\d, \\w and \\s are of ASCII, as in RE2"

DIFFERENT: tuple[Difference, ...] = (
    Difference("ours", _TRIMMED, _EXACT, (" 1", "1 ")),
    Difference("ours", _TRIMMED, (*_EXACT, *_LOOSE), ("\t1", "1\n")),
    Difference("ours", "digits are those of ASCII", (*_EXACT, *_LOOSE), ("\u0661", "\uff11")),
    Difference("ours", "Python's own way to group", (*_BARE, *_WHOLE, *_LOOSE, "exclusive limits"), ("1_000",)),
    Difference("ours", "the table's numbers have 38 digits", (*_BARE, *_WHOLE, *_LOOSE), ("9" * 39,)),
    Difference("ours", _PLAIN, (*_BARE, "number, not bare", "exclusive limits"), ("1e3", "1E3")),
    Difference("ours", _PLAIN, _BARE, ("NaN", "nan", "INF", "inf")),
    Difference("ours", _PLAIN, (*_BARE, "maximum"), ("-INF",)),
    Difference("ours", _GROUPS, ("number, comma groups",), ("1,5", "1.000,50", "1,0,0", "1,00.5", ",1", "1,")),
    Difference(
        "ours", _GROUPS, ("number, German",),
        ("1.0", "1.00", "1.", ".5", "-.5", "1.5", "+1.5", "1,000.50", "1,00.5", "0.123", "12.00",
         "28.02.2025", "3.2.2025", "31.04.2025", "28.02.25", "28.02.69"),
    ),
    Difference("ours", _GROUPS, ("number, blank groups",), ("20 25",)),
    Difference(
        "ours", _AROUND, _LOOSE,
        ("+-1", "5 CR", "(5)", "5-", "urn:isbn:1", "1http://x", "x\u0663", ",1", "1,"),
    ),
    Difference("ours", _AROUND, ("integer, not bare",), (".5", "1.")),
    Difference(
        "ours", "the oracle knows no exclusive limits, and has others instead", ("exclusive limits",),
        ("1", "01", "+1", "1.0", "1.00", "1.", "1.000"),
    ),
    Difference("ours", _DIGITS, ("date", "limits, dates"), ("2025-2-3",)),
    Difference("ours", _DIGITS, ("yearmonth", "limits, year months"), ("2025-2",)),
    Difference("ours", "2025 has 365 days; strptime goes on into 2026", ("date, day of the year",), ("2025-366",)),
    Difference(
        "ours", "the standard's own form is hh:mm:ss, and 24:00:00 is no time of a day", ("time",),
        ("24:00:00", "12:00:00Z", "12:00:00.5"),
    ),
    Difference(
        "ours", "digits that touch have their full number: 1200 could be 01:20:00", ("time, run together",),
        ("1200", "2025", "02025", "0000"),
    ),
    Difference(
        "ours", _MOMENT, ("datetime",),
        ("2025-02-28T12:00:00", "2025-02-28T12:00:00+0100", "2025-02-28T12:00:00+15:00", "2025-02-28t12:00:00z",
         "2025-02-28T12:00:00.1234567Z", "2025-02-28 12:00:00", "2025-02-28T24:00:00Z"),
    ),
    Difference("ours", "an address has the letters of ASCII", ("email", "lengths, e-mail"), ("\u00e4@example.com",)),
    Difference("oracle", "HTML's rule for addresses, which takes local names", ("email", "lengths, e-mail"), ("a@b",)),
    Difference("oracle", "HTML's rule for addresses, which has none for dots", ("email",), ("a.@example.com",)),
    Difference(
        "ours", "a URI has something behind its scheme, and the characters of RFC 3986", ("uri",),
        ("http://a b", "http://ex\u00e4mple.com", "x:", "http://example.com/%zz"),
    ),
    Difference(
        "ours", "a UUID has one form, that of RFC 9562", ("uuid",),
        ("6ba7b8109dad11d180b400c04fd430c8", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"),
    ),
    Difference(
        "ours", "the whole cell must match; the oracle's $ is the last alternative's", ("pattern, alternatives",),
        ("a@b", "a@example.com", "a b@example.com", "a@", "a@@b", "a@[127.0.0.1]", "a.@example.com", "abcd", "aaaa",
         "a\nb", "a\r\nb", 'a"b', "a,b", "a;b"),
    ),
    Difference("ours", "the whole cell must match; Python's $ passes over a line end", ("pattern, word",), ("1\n",)),
    Difference("ours", _ASCII, ("pattern, word",), ("\u0661", "\uff11", "stra\u00dfe", E_ACUTE, "\u65e5\u672c")),
    Difference("ours", _ASCII, ("pattern, word", "pattern, digit"), ("x\u0663",)),
    Difference(
        "ours", "the columns of a primary key are required", ("primary key with a part that is missing",),
        ("1: 1 ", "3:  a"),
    ),
    Difference("ours", "null is no quoting at all; the oracle reads quotes all the same", ("no quotes",), ('4,"a,b"',)),
    Difference("oracle", "blank lines are no rows", ("blank lines",), ("",)),
)  # fmt: skip
