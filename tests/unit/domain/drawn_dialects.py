"""How a drawn file is written, and what its schema states of it. Used by `drawing`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .drawn_fields import often

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


_QUOTINGS = ("need", "need", "need", "some", "all", "none")
_ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be")


def any_dialect(chance: Random) -> Written:
    """What is found in the file alone, or stated by the schema."""
    if often(chance, 3):
        return _stated(chance)
    return Written(*map(chance.choice, (",,;\t|", ENDINGS, _ENCODINGS, _QUOTINGS)))


def _stated(chance: Random) -> Written:
    """A file whose schema states how it is written; now and then the file is written otherwise."""
    stated: dict[str, Any] = {}
    parts: dict[str, Any] = {"ending": chance.choice(ENDINGS), "quoting": chance.choice(_QUOTINGS)}
    parts["delimiter"] = chance.choice(",;\t|:~ §")
    if parts["delimiter"] not in ",;\t|" or often(chance, 2):
        stated["delimiter"] = parts["delimiter"]
    parts["encoding"] = chance.choice(_ENCODINGS)
    if often(chance, 3):
        parts["encoding"] = chance.choice(["windows-1252", "iso-8859-15", "cp437", "koi8-r", "latin-1", "ascii"])
        stated["encoding"] = parts["encoding"]
    elif often(chance, 4):
        right = "utf-16" if "16" in parts["encoding"] else "utf-8"
        stated["encoding"] = chance.choice([right, right, right, "utf-16", "windows-1252"])
    _quotes(chance, stated, parts)
    _lines(chance, stated, parts)
    return Written(**parts, stated=stated)


def _quotes(chance: Random, stated: dict[str, Any], parts: dict[str, Any]) -> None:
    """Quote, escape, and space behind a delimiter."""
    if often(chance, 3):
        stated["quoteChar"] = parts["quote"] = chance.choice(["'", None, '"', "|", "ü"])
    if often(chance, 4):
        stated["escapeChar"] = parts["escape"] = chance.choice(["\\", "/", "^"])
        if often(chance, 2):
            stated["doubleQuote"] = parts["double_quote"] = often(chance, 2)
    if often(chance, 4):
        stated["skipInitialSpace"] = parts["delimiter"] != " "
    if often(chance, 4):
        parts["space"] = chance.choice([" ", "  "])


def _lines(chance: Random, stated: dict[str, Any], parts: dict[str, Any]) -> None:
    """Lines that hold no record: before the header, between the rows, at the end."""
    if often(chance, 3):
        stated["commentChar"] = parts["comment"] = chance.choice(["#", "//", "%", "ü"])
    if often(chance, 3):
        parts["preamble"] = chance.choices(PREAMBLES, k=chance.randint(0, 4))
        line = len(parts["preamble"]) + 1
        stated["headerRows"] = [chance.choice([line] * 8 + [line + 1])]
    if often(chance, 3):
        patterns, lines = chance.choice(FOOTERS)
        stated["tap"] = {"footers": patterns}
        parts["footers"] = chance.choices([*lines, ""], k=chance.randint(0, 3))
