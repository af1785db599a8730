"""How a file is written: encoding, byte order mark, delimiter, line ending. Detected, never guessed away.

Called by `records` before the first row is read; what was detected stands in the report.
"""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transactions.codes import DataError, file_error
from transactions.errors import FileRefused

SAMPLE = 64 * 1024  # bytes looked at
DELIMITERS = (",", ";", "\t", "|")
LINE_ENDINGS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR"}
_BLOCK = 1 << 20
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
    """What was detected. `line_ending` is LF, CRLF, CR, or None where the file is one line without an end."""

    encoding: str
    bom: bytes
    delimiter: str
    line_ending: str | None

    @property
    def newline(self) -> str:
        """What ends a physical line; a CRLF's LF does."""
        return "\r" if self.line_ending == "CR" else "\n"


def detect(path: Path, columns: Sequence[str]) -> Dialect:
    """Find out how a file is written, from its first 64 KiB.

    Args:
        path: the file.
        columns: the names that a header may hold; the delimiter that finds the most of them is taken.

    Raises:
        FileRefused: it is empty, of another format, or in an encoding that is not taken.
    """
    with path.open("rb") as source:
        sample = source.read(SAMPLE)
    _refuse_other_formats(sample)
    encoding, bom = _encoding(sample)
    text = _decoded(sample, encoding, bom)
    if not text.strip("\r\n \t\x00") and len(sample) < SAMPLE:
        raise FileRefused([file_error("file-empty", "the file is empty: a header and rows are needed")])
    return Dialect(encoding, bom, _delimiter(text, columns), _line_ending(text))


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
    """The first one outside quotes. Raises FileRefused for one that no file has on purpose."""
    for piece in text.split('"')[::2]:
        for position, character in enumerate(piece):
            if character in "\r\n":
                if piece.startswith("\r\r\n", position):
                    raise FileRefused([file_error("file-line-ends", _TWO_RETURNS)])
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
