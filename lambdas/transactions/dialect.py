"""How a file is written: encoding, byte order mark, delimiter, line ending, and where in it the table stands.

What the schema states is taken, and the file refused if it contradicts; the rest is detected, never guessed away.
Called by `judge` before the first row is read; encoding, delimiter and line ending stand in the report.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from transactions.codes import DataError, file_error
from transactions.errors import FileRefused
from transactions.footers import first_footer, matching
from transactions.lines import FileLines, bare, byte_length
from transactions.stated import Stated

SAMPLE = 64 * 1024  # bytes looked at
DELIMITERS = (",", ";", "\t", "|")
LINE_ENDINGS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_BLOCK = 1 << 20

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
    for the file's end.
    """

    encoding: str
    bom: bytes
    delimiter: str
    line_ending: str | None
    stated: Stated = Stated()  # noqa: RUF009 - frozen
    start: int = 0
    first_line: int = 1
    end: int | None = None

    @property
    def newline(self) -> str:
        """What ends a physical line; a CRLF's LF does."""
        return "\r" if self.line_ending == "CR" else "\n"

    @property
    def csv(self) -> dict[str, Any]:
        """The same for Python's csv module, strictly."""
        return {
            "delimiter": self.delimiter,
            "quotechar": self.stated.quote,
            "quoting": csv.QUOTE_NONE if self.stated.quote is None else csv.QUOTE_MINIMAL,
            "escapechar": self.stated.escape,
            "doublequote": self.stated.double_quote,
            "skipinitialspace": self.stated.skip_initial_space,
            "strict": True,
        }


def detect(path: Path, columns: Sequence[str], stated: Stated) -> Dialect:
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
    text = _decoded(sample, encoding, bom)
    if not text.strip("\r\n \t\x00") and len(sample) < SAMPLE:
        raise FileRefused([empty()])
    whole = Dialect(encoding, bom, stated.delimiter or "", _line_ending(text, stated), stated, len(bom))
    try:
        found = _from_header(path, whole, text)
    except UnicodeDecodeError as error:
        raise FileRefused([find_undecodable(path, whole)]) from error
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
        raise FileRefused([_contradicted(f"the file ends with line {lines.number}") if stated else empty()])
def _refuse_other_formats(sample: bytes) -> None:
    for magic, name in _OTHER_FORMATS:
        if sample.startswith(magic):
            message = f"the file is {name}, not CSV: send the table itself, as text"
            raise FileRefused([file_error("file-not-csv", message, sample[:8].hex(" "))])


def _encoding(sample: bytes) -> tuple[str, bytes]:
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            if encoding is None:
                raise FileRefused([file_error("file-encoding", "the file is UTF-32: send UTF-8", bom.hex(" "))])
            return encoding, bom
    # ASCII in UTF-16 has a NUL in every second byte; UTF-8 text has none
    if len(sample) >= 4 and sample.count(0) * 3 > len(sample):
        message = "the file seems to be UTF-16 without a byte order mark: send it with one, or UTF-8"
        raise FileRefused([file_error("file-encoding", message, sample[:8].hex(" "))])
    return "utf-8", b""


def _decoded(sample: bytes, encoding: str, bom: bytes) -> str:
    """The sample's text; a character that the sample's end cuts is left out."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample[len(bom) :], len(sample) < SAMPLE)
    except UnicodeDecodeError as error:
        raise FileRefused([undecodable(encoding, len(bom) + error.start, error.object[error.start])]) from error


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """The delimiter under which the header names most columns; then, the one that gives most cells."""
    header = re.split(r"[\r\n]", text.lstrip("\r\n"), maxsplit=1)[0]
    known = set(columns)

    def score(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip('"') for cell in header.split(delimiter)]
        return len(known.intersection(cells)), len(cells)

    return max(DELIMITERS, key=score)


def _line_ending(text: str) -> str | None:
    """The first one outside quotes."""
    for piece in text.split('"')[::2]:
        for position, character in enumerate(piece):
            if character in "\r\n":
                ending = piece[position : position + 2]
                return LINE_ENDINGS["\r\n" if ending == "\r\n" else character]
    return None


def undecodable(encoding: str, position: int, byte: int) -> DataError:
    """The error of a byte that does not decode; `position` counts bytes from 0 at the file's start."""
    message = f"byte {position} (0x{byte:02x}) is not {encoding.upper()}: send the file in UTF-8"
    return file_error("file-undecodable", message, f"0x{byte:02x}")


def find_undecodable(path: Path, dialect: Dialect) -> DataError:
    """Where the first byte lies that does not decode. A second reading, only for a file that is refused."""
    decoder = codecs.getincrementaldecoder(dialect.encoding)()
    with path.open("rb") as source:
        at = len(source.read(len(dialect.bom)))
        while True:
            block = source.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                return undecodable(dialect.encoding, at - pending + error.start, error.object[error.start])
            if not block:
                return file_error("file-changed", "the file changed while it was read: send it again")
            at += len(block)
