"""The encoding of a file, which is detected or stated, and where a byte does not decode in it. Used by `dialect`."""

import codecs
from collections import Counter
from pathlib import Path

from transactions import code_pages
from transactions.codes import DataError, file_error
from transactions.errors import FileRefused

SAMPLE = 64 * 1024  # bytes looked at
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


def contradicted(statement: str, fact: str) -> DataError:
    """The error of a file that is not as its schema says."""
    message = f"the schema's dialect states {statement}, and the file {fact}: correct one of the two"
    return file_error("file-dialect", message)


def refuse_other_formats(sample: bytes) -> None:
    """Raises FileRefused for the beginning of a file that is no text."""
    for magic, name in _OTHER_FORMATS:
        if sample.startswith(magic):
            message = f"the file is {name}, not CSV: send the table itself, as text"
            raise FileRefused([file_error("file-not-csv", message, sample[:8].hex(" "))])


def encoding_of(sample: bytes, stated: str | None) -> tuple[str, bytes]:
    """The encoding and the byte order mark. Without a mark, the stated encoding, or UTF-8."""
    for bom, encoding in _BOMS:
        if sample.startswith(bom):
            if encoding is None:
                raise FileRefused([file_error("file-encoding", "the file is UTF-32: send UTF-8", bom.hex(" "))])
            if stated and not encoding.startswith(stated):
                raise FileRefused([contradicted(f"encoding {stated}", f"begins with the mark of {encoding.upper()}")])
            return encoding, bom
    # ASCII in UTF-16 has a NUL in every second byte; UTF-8 text has none
    if stated == "utf-16" or (len(sample) >= 4 and sample.count(0) * 3 > len(sample)):
        message = "the file seems to be UTF-16 without a byte order mark: send it with one, or UTF-8"
        if stated == "utf-16":
            message = "the schema states UTF-16, and the file has no byte order mark: send it with one"
        raise FileRefused([file_error("file-encoding", message, sample[:8].hex(" "))])
    return stated or "utf-8", b""


def decoded(sample: bytes, encoding: str) -> str:
    """The text of a sample; a character that the sample's end cuts is left out. Raises UnicodeDecodeError."""
    return codecs.getincrementaldecoder(encoding)().decode(sample, len(sample) < SAMPLE)


def _undecodable(encoding: str, position: int, error: UnicodeDecodeError, ends: Counter[str]) -> DataError:
    """The error of a byte that does not decode; `position` counts bytes from 0 at the file's start.

    `ends` counts the line ends before what was decoded.
    """
    byte = f"0x{error.object[error.start]:02x}"
    before = ends + Counter(error.object[: error.start].decode(encoding))
    line = max(before["\r"], before["\n"]) + 1
    hint = code_pages.advice(error.object, error.start) if encoding == "utf-8" else ""
    mend = "send the file in UTF-8" if encoding.startswith("utf") else "correct the encoding that the schema states"
    told = f"byte {position} ({byte}) is not {encoding.upper()}, in line {line}: {mend}"
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
