"""How a file is written: encoding, byte order mark, delimiter, line ending, and where in it the table stands.

What the schema states is taken, and the file refused if it contradicts; the rest is detected, never guessed away.
Called by `judge` before the first row is read; encoding, delimiter and line ending stand in the report.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from transactions.codes import DataError, cut, file_error
from transactions.encoding import SAMPLE, contradicted, decoded, encoding_of, find_undecodable, refuse_other_formats
from transactions.errors import FileRefused
from transactions.footers import first_footer, matching
from transactions.lines import FileLines, bare, byte_length
from transactions.stated import NOTHING, Stated

DELIMITERS = (",", ";", "\t", "|")
LINE_ENDINGS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_TWO_RETURNS = "each line ends with CR CR LF, as when line ends are converted twice: make it CR LF, or LF"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What was detected, beside what the schema states.

    `line_ending` is LF, CRLF, CR, or None where the file is one line without an end. The header's line begins at byte
    `start`, behind the byte order mark, and is the file's physical line `first_line`; the rows end at byte `end`, None
    for the file's end. `csv` is the same for Python's csv module, with doubled quotes, be they stated or not.
    """

    encoding: str
    bom: bytes
    delimiter: str
    line_ending: str | None
    stated: Stated = NOTHING
    start: int = 0
    first_line: int = 1
    end: int | None = None
    csv: Any = field(init=False, repr=False, compare=False)

    @property
    def newline(self) -> str:
        """What ends a physical line; a CRLF's LF does."""
        return "\r" if self.line_ending == "CR" else "\n"

    def __post_init__(self) -> None:
        settings: dict[str, Any] = {
            "delimiter": self.delimiter,
            "quotechar": self.stated.quote,
            "quoting": csv.QUOTE_NONE if self.stated.quote is None else csv.QUOTE_MINIMAL,
            "escapechar": self.stated.escape,
            "skipinitialspace": self.stated.skip_initial_space,
        }
        object.__setattr__(self, "csv", csv.reader([], **settings, strict=True).dialect)

    def check_quotes(self, lines: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Make sure that no quote is doubled in `rows`, which were read from the lines, if the dialect has it so.

        The csv module by itself takes what stands behind a closing quote for text then, however strict it is.

        Raises:
            csv.Error: one is.
        """
        if not self.stated.double_quote and rows != list(csv.reader(lines, self.csv, doublequote=False)):
            raise csv.Error("a delimiter was expected after a quote")


def detect(path: Path, columns: Sequence[str], stated: Stated = NOTHING) -> Dialect:
    """Find out how a file is written, from its first 64 KiB and, where they are elsewhere, those from its header on.

    Args:
        path: the file.
        columns: the names that a header may hold; the delimiter that finds the most of them is taken.
        stated: what the schema says; it is not looked for.

    Raises:
        FileRefused: it is empty, of another format, in an encoding that is not taken, or not as it is stated.
    """
    with path.open("rb") as source:
        sample = source.read(SAMPLE)
    refuse_other_formats(sample)
    encoding, bom = encoding_of(sample, stated.encoding)
    try:
        return _detected(
            path, sample, Dialect(encoding, bom, stated.delimiter or DELIMITERS[0], None, stated, len(bom)), columns
        )
    except UnicodeDecodeError as error:
        raise FileRefused([find_undecodable(path, encoding, bom)]) from error


def _detected(path: Path, sample: bytes, dialect: Dialect, columns: Sequence[str]) -> Dialect:
    """The same dialect with what is found. Raises UnicodeDecodeError."""
    text, stated = decoded(sample[dialect.start :], dialect.encoding), dialect.stated
    if not text.strip("\r\n \t\x00") and len(sample) < SAMPLE:
        raise FileRefused([empty()])
    found = _from_header(path, replace(dialect, line_ending=_line_ending(text, stated)), text)
    if found.start != dialect.start:
        text = _text_at(path, found)
        found = replace(found, line_ending=_line_ending(text, stated))
    if not stated.delimiter:
        found = replace(found, delimiter=_delimiter(text, columns, stated))
    return _up_to_footers(path, found, text) if stated.footers else found


def _from_header(path: Path, dialect: Dialect, sample: str) -> Dialect:
    """The dialect with the header's line. It is the stated one, or the first that holds a record."""
    stated = dialect.stated.header_line
    # of what stands before the table its line ending is no sign
    found, line = _header_line(path, dialect, _most(sample) if stated else dialect.newline)
    if stated and not line:
        raise FileRefused([contradicted(f"the header in line {stated}", f"ends with line {found.first_line - 1}")])
    if stated and no_record(line, dialect.stated):
        kind = "a comment" if bare(line) else "a blank line"
        raise FileRefused([contradicted(f"the header in line {stated}", f"has {kind} there")])
    if not line:
        raise FileRefused([empty()])
    return found


def _header_line(path: Path, dialect: Dialect, newline: str) -> tuple[Dialect, str]:
    """Where the header's line would be, and the line; nothing at the file's end."""
    start, stated = dialect.start, dialect.stated
    with path.open("rb") as source, io.TextIOWrapper(source, encoding=dialect.encoding, newline=newline) as text:
        source.seek(start)
        lines = FileLines(text)
        while line := lines.next():
            if lines.number == stated.header_line or not (stated.header_line or no_record(line, stated)):
                return replace(dialect, start=start, first_line=lines.number), line
            start += byte_length(line, dialect.encoding)
            while not line.endswith(newline) and (line := lines.rest()):
                start += byte_length(line, dialect.encoding)
    return replace(dialect, start=start, first_line=lines.number + 1), ""


def _most(text: str) -> str:
    """What ends a line in most cases, be it in quotes or not."""
    return "\r" if text.count("\r") - text.count("\r\n") > text.count("\n") else "\n"


def _text_at(path: Path, dialect: Dialect) -> str:
    """The text of which the header is the beginning."""
    with path.open("rb") as source:
        source.seek(dialect.start)
        sample = source.read(SAMPLE)
    return decoded(sample, dialect.encoding)


def _up_to_footers(path: Path, dialect: Dialect, text: str) -> Dialect:
    """The dialect with the byte at which the footers begin; `text` begins with the header."""
    matches, comment = matching(dialect.stated.footers), dialect.stated.comment
    line, newline, rows = text.partition(dialect.newline)
    if matches(line.rstrip("\r\n")):
        raise FileRefused([contradicted("patterns of footers", f"has a header that matches: {cut(line)}")])
    if not rows:
        return dialect
    low = dialect.start + byte_length(line + newline, dialect.encoding)
    return replace(dialect, end=first_footer(path, low, dialect.encoding, dialect.newline, matches, comment))


def no_record(line: str, stated: Stated) -> bool:
    """Whether a line where a record could begin holds none: it is blank, or a comment."""
    return not bare(line) or bool(stated.comment and line.startswith(stated.comment))


def empty() -> DataError:
    """The error of a file in which there is no header."""
    return file_error("file-empty", "the file is empty: a header and rows are needed")


def _delimiter(text: str, columns: Sequence[str], stated: Stated) -> str:
    """The delimiter under which the header names most columns; then, the one that gives most cells."""
    header = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    known = set(columns)

    def score(delimiter: str) -> tuple[int, int]:
        cells = [
            cell.strip(" " * stated.skip_initial_space).strip(stated.quote or "\0") for cell in header.split(delimiter)
        ]
        return len(known.intersection(cells)), len(cells)

    return max((one for one in DELIMITERS if one not in (stated.quote, stated.escape)), key=score)


def _line_ending(text: str, stated: Stated) -> str | None:
    """The first one outside quotes. Raises FileRefused for one that no file has on purpose."""
    if stated.comment:
        text = re.sub(rf"(?<![^\r\n]){re.escape(stated.comment)}[^\r\n]*", "", text)
    if stated.escape:
        text = re.sub(rf"{re.escape(stated.escape)}.", "", text, flags=re.DOTALL)
    for piece in text.split(stated.quote)[::2] if stated.quote else [text]:
        for position, character in enumerate(piece):
            if character in "\r\n":
                if piece.startswith("\r\r\n", position):
                    raise FileRefused([file_error("file-line-ends", _TWO_RETURNS)])
                ending = piece[position : position + 2]
                return LINE_ENDINGS["\r\n" if ending == "\r\n" else character]
    return None
