"""How a schema says that its files are written: a Frictionless Table Dialect, honoured or refused key by key.

Read by `schema` from the key `dialect` of its document, and held against each file by `dialect`. What is not stated is
found in the file, as if there were no dialect.
"""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from unicodedata import category

from transactions.patterns import problem

UNICODE = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "utf-16": "utf-16"}  # a byte order mark says which of UTF-16's two
_DESCRIBING = {"$schema", "profile", "name", "title", "description", "csvddfVersion"}
_HONOURED = (
    "delimiter", "quoteChar", "escapeChar", "doubleQuote", "commentChar", "header", "headerRows", "skipInitialSpace",
    "encoding", "caseSensitiveHeader", "type", "tap",
)  # fmt: skip
_LINES = "name the lines by `commentChar`, `headerRows` or `tap.footers`"
_TABLES = "a file is one table of text"
_REFUSED = {
    "headerJoin": "one line is the header, so there is nothing to join",
    "commentRows": f"rows are not left out by number: {_LINES}",
    "lineTerminator": "line ends are found in the file: leave it out",
    "nullSequence": "state `missingValues` at the schema or at a field",
    "csv": "its keys are stated in `dialect` itself",
    "quoting": "state `quoteChar`, null for no quoting",
    "skipBlankRows": "blank lines never hold a record: leave it out",
    **dict.fromkeys(
        ("excel", "json", "property", "itemType", "itemKeys", "sheetNumber", "sheetName", "table"), _TABLES
    ),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a schema states of its files' dialect; as it is by default, nothing.

    `encoding` is UTF-8, UTF-16 (by its mark) or a code page of one byte a character. `quote` is None where no cell is
    quoted. `header_line` is the physical line of the header, from 1; None for the first that holds a record.
    `footers` are patterns (RE2) of lines at the file's end that hold no record.
    """

    delimiter: str | None = None
    quote: str | None = '"'
    escape: str | None = None
    double_quote: bool = True
    comment: str | None = None
    header_line: int | None = None
    skip_initial_space: bool = False
    encoding: str | None = None
    footers: tuple[str, ...] = ()


NOTHING = Stated()


def parse(document: Any, place: str, problems: list[str]) -> Stated:
    """Read a dialect.

    Args:
        document: the object at `place`, or None where there is none.
        place: what its problems begin with, such as "dialect".
        problems: takes one line for each thing that is wrong; what is returned is then void.
    """
    if document is None:
        return NOTHING
    if not isinstance(document, dict):
        problems.append(f'{place}: an object is needed, such as {{"delimiter": ";"}}')
        return NOTHING
    reader = _Reader(document, place, problems)
    stated = Stated(
        delimiter=reader.character("delimiter", None),
        quote=reader.character("quoteChar", '"', or_none=True),
        escape=reader.character("escapeChar", None, or_none=True),
        double_quote=reader.flag("doubleQuote", default=True),
        comment=reader.comment(),
        header_line=reader.header_line(),
        skip_initial_space=reader.flag("skipInitialSpace", default=False),
        encoding=reader.encoding(),
        footers=reader.footers(),
    )
    reader.fixed("caseSensitiveHeader", True, "names of columns are compared with their case")
    reader.fixed("type", "delimited", "the table is delimited text")
    reader.distinct(stated)
    return stated


class _Reader:
    """Reads the keys of one dialect; what is wrong goes to `problems`."""

    def __init__(self, values: Mapping[str, Any], place: str, problems: list[str]) -> None:
        self._values, self._place, self._problems = values, place, problems
        self._known("", values, _HONOURED)

    def _wrong(self, key: str, reason: str) -> None:
        self._problems.append(f"{self._place}.{key}: {reason}")

    def _known(self, inner: str, values: Mapping[str, Any], honoured: tuple[str, ...]) -> None:
        for key in values:
            if key in honoured or key in _DESCRIBING or key.startswith("x-"):
                continue
            near = get_close_matches(key, honoured, n=1)
            hint = f"is {near[0]!r} meant?" if near else f"the keys are {', '.join(honoured)}"
            self._wrong(inner + key, _REFUSED.get(key, f"is no key of a dialect: {hint}"))

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            self._wrong(key, f"true or false is needed, not {value!r}")
        return value is True

    def fixed(self, key: str, right: Any, reason: str) -> None:
        """A key of which one value alone is taken."""
        value = self._values.get(key, right)
        if type(value) is not type(right) or value != right:
            self._wrong(key, f"{value!r} is not taken: {reason}")

    def character(self, key: str, default: str | None, *, or_none: bool = False) -> str | None:
        value = self._values.get(key, default)
        if value is None and (or_none or key not in self._values):
            return None
        if value == "" and or_none:
            return None
        if not isinstance(value, str) or len(value) != 1 or not _writable(value):
            self._wrong(key, f"one character is needed, and no control character but the tab, not {value!r}")
            return default
        return value

    def comment(self) -> str | None:
        value = self._values.get("commentChar")
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not _writable(value):
            self._wrong("commentChar", f"what a comment line begins with is needed, not {value!r}")
            return None
        return value

    def header_line(self) -> int | None:
        self.fixed("header", True, "a header is needed, as columns are found by their names")
        value = self._values.get("headerRows")
        if value is None:
            return None
        lines = value if isinstance(value, list) else []
        if len(lines) != 1 or isinstance(lines[0], bool) or not isinstance(lines[0], int) or lines[0] < 1:
            self._wrong("headerRows", f"a list of one physical line is needed, counted from 1, not {value!r}")
            return None
        return lines[0]

    def encoding(self) -> str | None:
        value = self._values.get("encoding")
        if value is None:
            return None
        name = code_page(value) if isinstance(value, str) else None
        if name is None:
            right = "utf-8, utf-16, or a code page of one byte a character such as windows-1252"
            self._wrong("encoding", f"{value!r} is not taken: {right} is")
        return name

    def footers(self) -> tuple[str, ...]:
        own = self._values.get("tap")
        if own is None:
            return ()
        if not isinstance(own, dict):
            self._wrong("tap", 'an object is needed, such as {"footers": ["Total.*"]}')
            return ()
        self._known("tap.", own, ("footers",))
        patterns = own.get("footers", [])
        if not isinstance(patterns, list) or not all(isinstance(one, str) and one for one in patterns):
            self._wrong("tap.footers", "a list of regular expressions is needed")
            return ()
        for at, pattern in enumerate(patterns):
            if wrong := problem(pattern):
                self._wrong(f"tap.footers[{at}]", f"{pattern!r} {wrong}")
        return tuple(patterns)

    def distinct(self, stated: Stated) -> None:
        """No character may mean two things."""
        used = {"delimiter": stated.delimiter, "quoteChar": stated.quote, "escapeChar": stated.escape}
        used["commentChar"] = stated.comment[0] if stated.comment else None
        taken: dict[str, str] = {}
        for key, character in used.items():
            if character is not None and character in taken:
                self._wrong(key, f"{character!r} is the {taken[character]} too: state another, or null")
            elif character is not None:
                taken[character] = key
        if stated.skip_initial_space and " " in taken:
            self._wrong("skipInitialSpace", f"a space is the {taken[' ']}, and can't be left out")


def _writable(text: str) -> bool:
    """Whether it is seen in a line of a file, or is a tab."""
    return all(one == "\t" or category(one)[0] != "C" for one in text)


def code_page(name: str) -> str | None:
    """The encoding of that name as a file's records are read in it, or None if they can't be.

    Where a record lies is told in bytes that are counted by encoding its text again. So each byte of a code page must
    be a character of its own, and that character this byte.
    """
    try:
        info = codecs.lookup(name)
        "a".encode(name)  # of what is no encoding of text, such as base64, this is an error too
    except (LookupError, ValueError):
        return None
    if info.name in UNICODE:
        return UNICODE[info.name]
    found = info.incrementaldecoder
    if found is None or not all(_comes_back(found, name, bytes([byte])) for byte in range(256)):
        return None
    return name.lower()


def _comes_back(decoder: Callable[[], codecs.IncrementalDecoder], name: str, byte: bytes) -> bool:
    """Whether a byte is one character that becomes this byte, or none at all; not one that waits for another."""
    try:
        text = decoder().decode(byte)
    except UnicodeDecodeError:
        return True
    except (UnicodeError, AssertionError):
        return False
    try:
        return isinstance(text, str) and len(text) == 1 and text.encode(name) == byte
    except UnicodeEncodeError:
        return False
