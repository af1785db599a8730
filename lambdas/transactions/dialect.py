"""How a file is written: encoding, byte order mark, delimiter, line ending, and where in it the table stands.

What the schema states is taken, and the file refused if it contradicts; the rest is detected, never guessed away.
Called by `judge` before the first row is read; encoding, delimiter and line ending stand in the report.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from transactions import code_pages
from transactions.codes import DataError, cut, file_error
from transactions.errors import FileRefused
from transactions.footers import first_footer, matching
from transactions.lines import FileLines, bare, byte_length
from transactions.stated import NOTHING, Stated

SAMPLE = 64 * 1024  # bytes looked at
DELIMITERS = (",", ";", "\t", "|")
LINE_ENDINGS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_BLOCK = 1 << 20
_HEADER = "the header in line {}"
_TWO_RETURNS = "each line ends with CR CR LF, as when line ends are converted twice: make it CR LF, or LF"

_BOMS = (  # the longer first: UTF-32's little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_OTHER_FORMATS = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "ZIP (or a workbook such as .xlsx)"),
    (b"PK\x05\x06", "an empty ZIP"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"%PDF", "PDF"),
    (b"PAR1", "Parquet"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "Zstandard"),
    (b"\xd0\xcf\x11\xe0", "an old Office document such as .xls"),
)


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
    _refuse_other_formats(sample)
    encoding, bom = _encoding(sample, stated.encoding)
    try:
        return _detected(
            path, sample, Dialect(encoding, bom, stated.delimiter or DELIMITERS[0], None, stated, len(bom)), columns
        )
    except UnicodeDecodeError as error:
        raise FileRefused([find_undecodable(path, encoding, bom)]) from error


def _detected(path: Path, sample: bytes, dialect: Dialect, columns: Sequence[str]) -> Dialect:
    """The same dialect with what is found. Raises UnicodeDecodeError."""
    text, stated = _decoded(sample[dialect.start :], dialect.encoding), dialect.stated
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
    stated, start = dialect.stated.header_line, dialect.start
    # of what stands before the table its line ending is no sign
    newline = _most(sample) if stated else dialect.newline
    with path.open("rb") as source, io.TextIOWrapper(source, encoding=dialect.encoding, newline=newline) as text:
        source.seek(start)
        lines = FileLines(text)
        while line := lines.next():
            if lines.number == stated or (stated is None and not no_record(line, dialect.stated)):
                break
            start += byte_length(line, dialect.encoding)
            while not line.endswith(newline) and (line := lines.rest()):
                start += byte_length(line, dialect.encoding)
    if not line:
        raise FileRefused(
            [_contradicted(_HEADER.format(stated), f"ends with line {lines.number}") if stated else empty()]
        )
    if no_record(line, dialect.stated):
        kind = "a comment" if bare(line) else "a blank line"
        raise FileRefused([_contradicted(_HEADER.format(stated), f"has {kind} there")])
    return replace(dialect, start=start, first_line=lines.number)


def _most(text: str) -> str:
    """What ends a line in most cases, be it in quotes or not."""
    return "\r" if text.count("\r") - text.count("\r\n") > text.count("\n") else "\n"


def _text_at(path: Path, dialect: Dialect) -> str:
    """The text of which the header is the beginning."""
    with path.open("rb") as source:
        source.seek(dialect.start)
        sample = source.read(SAMPLE)
    return _decoded(sample, dialect.encoding)


def _up_to_footers(path: Path, dialect: Dialect, text: str) -> Dialect:
    """The dialect with the byte at which the footers begin; `text` begins with the header."""
    matches, comment = matching(dialect.stated.footers), dialect.stated.comment
    line, newline, rows = text.partition(dialect.newline)
    if matches(line.rstrip("\r\n")):
        raise FileRefused([_contradicted("patterns of footers", f"has a header that matches: {cut(line)}")])
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


def _contradicted(statement: str, fact: str) -> DataError:
    message = f"the schema's dialect states {statement}, and the file {fact}: correct one of the two"
    return file_error("file-dialect", message)


def _refuse_other_formats(sample: bytes) -> None:
    for magic, name in _OTHER_FORMATS:
        if sample.startswith(magic):
            message = f"the file is {name}, not CSV: send the table itself, as text"
            raise FileRefused([file_error("file-not-csv", message, sample[:8].hex(" "))])


def _encoding(sample: bytes, stated: str | None) -> tuple[str, bytes]:
    """The encoding and the byte order mark. Without a mark, the stated encoding, or UTF-8."""
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            if encoding is None:
                raise FileRefused([file_error("file-encoding", "the file is UTF-32: send UTF-8", bom.hex(" "))])
            if stated and not encoding.startswith(stated):
                raise FileRefused([_contradicted(f"encoding {stated}", f"begins with the mark of {encoding.upper()}")])
            return encoding, bom
    # ASCII in UTF-16 has a NUL in every second byte; UTF-8 text has none
    if stated == "utf-16" or (len(sample) >= 4 and sample.count(0) * 3 > len(sample)):
        message = "the file seems to be UTF-16 without a byte order mark: send it with one, or UTF-8"
        if stated == "utf-16":
            message = "the schema states UTF-16, and the file has no byte order mark: send it with one"
        raise FileRefused([file_error("file-encoding", message, sample[:8].hex(" "))])
    return stated or "utf-8", b""


def _decoded(sample: bytes, encoding: str) -> str:
    """The text of a sample; a character that the sample's end cuts is left out. Raises UnicodeDecodeError."""
    return codecs.getincrementaldecoder(encoding)().decode(sample, len(sample) < SAMPLE)


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


def _undecodable(encoding: str, position: int, error: UnicodeDecodeError, ends: Counter[str]) -> DataError:
    """The error of a byte that does not decode; `position` counts bytes from 0 at the file's start.

    `ends` counts the line ends before what was decoded.
    """
    byte = f"0x{error.object[error.start]:02x}"
    before = ends + Counter(error.object[: error.start].decode(encoding))
    line = max(before["\r"], before["\n"]) + 1
    hint = code_pages.advice(error.object, error.start) if encoding == "utf-8" else ""
    told = f"byte {position} ({byte}) is not {encoding.upper()}, in line {line}: send the file in UTF-8"
    return file_error("file-undecodable", f"{told}; {hint}" if hint else told, byte)


def find_undecodable(path: Path, encoding: str, bom: bytes) -> DataError:
    """Where the first byte lies that does not decode. A second reading, only for a file that is refused."""
    decoder = codecs.getincrementaldecoder(encoding)()
    ends = Counter[str]()
    with path.open("rb") as source:
        at = len(source.read(len(bom)))
        while True:
            block = source.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                return _undecodable(encoding, at - pending + error.start, error, ends)
            if not block:
                return file_error("file-changed", "the file changed while it was read: send it again")
            ends.update({end: text.count(end) for end in "\r\n"})
            at += len(block)
