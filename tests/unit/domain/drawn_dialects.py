"""How a drawn file is written, and what its schema states of it. Used by `drawing`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

MARKS = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
ENDINGS = ("\n", "\n", "\r\n", "\r")
PREAMBLES = ("", "Account;1234567", "sep=,", '"Umsätze"', "# made", "a,b", ",,,", '"open', "\ufeff", "x" * 300)
FOOTERS = [  # patterns, and lines at the end of a file that match one or nearly do
    (["Total.*"], ["Total,12", "Total", "total"]),
    ([r"\d+ rows", "-+"], ["---", "12 rows", "", "12 rows "]),
    (['"?Saldo"?[,;\t|].*'], ['"Saldo",5', "Saldo;5"]),
    ([".*"], ["anything"]),
    (["x?"], ["x", ""]),
]


@dataclass(frozen=True)
class Written:
    """How a file is written. `quoting` is which cells are in quotes: all, those in need, none, or some."""

    delimiter: str = ","
    ending: str = "\n"
    encoding: str = "utf-8"
    quoting: str = "need"
    quote: str | None = '"'
    escape: str | None = None
    double_quote: bool = True
    space: str = ""
    comment: str | None = None
    preamble: Sequence[str] = ()
    footers: Sequence[str] = ()
    stated: dict[str, Any] | None = field(default=None, hash=False)

    def cell(self, cell: str) -> str:
        """One cell as it stands in the file."""
        special = [mark for mark in (self.delimiter, "\r", "\n", self.quote, self.escape) if mark]
        need = any(mark in cell for mark in special)
        quoted = {"all": True, "need": need, "none": False, "some": need or len(cell) % 2 == 0}[self.quoting]
        if self.escape:
            cell = cell.replace(self.escape, 2 * self.escape)
        if self.quote is None or not quoted:
            return cell.replace(self.delimiter, self.escape + self.delimiter) if self.escape and need else cell
        inner = 2 * self.quote if self.double_quote or not self.escape else self.escape + self.quote
        return self.quote + cell.replace(self.quote, inner) + self.quote

    def line(self, cells: Sequence[str]) -> str:
        """A row without its end."""
        return (self.delimiter + self.space).join(map(self.cell, cells))

    def encoded(self, text: str) -> bytes:
        """The file, with the byte order mark that its encoding has."""
        errors = "strict" if self.encoding.startswith("utf") else "replace"
        return MARKS.get(self.encoding, b"") + text.encode(self.encoding.removesuffix("-sig"), errors)


def _often(times: int) -> st.SearchStrategy[bool]:
    """True once in so many times."""
    return st.integers(1, times).map(lambda drawn: drawn == times)


_QUOTINGS = st.sampled_from(["need", "need", "need", "some", "all", "none"])
_ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be"])


def dialects() -> st.SearchStrategy[Written]:
    """What is found in the file alone, or stated by the schema."""
    found = st.builds(Written, st.sampled_from(",,;\t|"), st.sampled_from(ENDINGS), _ENCODINGS, _QUOTINGS)
    return st.one_of(found, found, _stated())


@st.composite
def _stated(draw: st.DrawFn) -> Written:
    """A file whose schema states how it is written; now and then the file is written otherwise."""
    stated: dict[str, Any] = {}
    parts: dict[str, Any] = {"ending": draw(st.sampled_from(ENDINGS)), "quoting": draw(_QUOTINGS)}
    parts["delimiter"] = draw(st.sampled_from(",;\t|:~ \x1f§"))
    if parts["delimiter"] not in ",;\t|" or draw(st.booleans()):
        stated["delimiter"] = parts["delimiter"]
    parts["encoding"] = draw(_ENCODINGS)
    if draw(_often(3)):
        parts["encoding"] = draw(
            st.sampled_from(["windows-1252", "iso-8859-15", "cp437", "koi8-r", "latin-1", "ascii"])
        )
        stated["encoding"] = parts["encoding"]
    elif draw(_often(4)):
        stated["encoding"] = draw(st.sampled_from(["utf-8", "utf-16", "windows-1252"]))
    _quotes(draw, stated, parts)
    _lines(draw, stated, parts)
    return Written(**parts, stated=stated)


def _quotes(draw: st.DrawFn, stated: dict[str, Any], parts: dict[str, Any]) -> None:
    """Quote, escape, and space behind a delimiter."""
    if draw(_often(3)):
        stated["quoteChar"] = parts["quote"] = draw(st.sampled_from(["'", None, '"', "|", "ü"]))
    if draw(_often(4)):
        stated["escapeChar"] = parts["escape"] = draw(st.sampled_from(["\\", "/", "^"]))
        if draw(st.booleans()):
            stated["doubleQuote"] = parts["double_quote"] = draw(st.booleans())
    if draw(_often(4)):
        stated["skipInitialSpace"] = True
    if draw(_often(4)):
        parts["space"] = draw(st.sampled_from([" ", "  "]))


def _lines(draw: st.DrawFn, stated: dict[str, Any], parts: dict[str, Any]) -> None:
    """Lines that hold no record: before the header, between the rows, at the end."""
    if draw(_often(3)):
        stated["commentChar"] = parts["comment"] = draw(st.sampled_from(["#", "//", "%", "ü"]))
    if draw(_often(3)):
        parts["preamble"] = draw(st.lists(st.sampled_from(PREAMBLES), max_size=4))
        line = len(parts["preamble"]) + 1
        stated["headerRows"] = [draw(st.sampled_from([line] * 8 + [line + 1]))]
    if draw(_often(3)):
        patterns, lines = draw(st.sampled_from(FOOTERS))
        stated["tap"] = {"footers": patterns}
        parts["footers"] = draw(st.lists(st.sampled_from([*lines, ""]), max_size=3))
