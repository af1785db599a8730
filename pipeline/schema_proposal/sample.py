"""The part of a file that a proposal is made from: its beginning and its end, as physical lines, and their encoding.

Used by `propose`. It is bounded, however long the file is.
"""

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deployer.errors import CheckFailed
from pipeline.domain import FileRefused, detect
from pipeline.schema_proposal.code_pages import code_page
from pipeline.schema_proposal.notes import Notes

HEAD = 1 << 20  # bytes
TAIL = 64 * 1024  # bytes, for the lines behind the rows
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)
_KEPT = "surrogateescape"  # bytes that are no text go through, for the judge to name
_CONTINUATION = bytes(range(0x80, 0xC0))


@dataclass(frozen=True, slots=True)
class Sample:
    """Whole physical lines with their endings: `lines` are the file's first, `tail` its last.

    `is_whole` says that `lines` are all there are, and `tail` is empty then. `encoding` is what the
    dialect states, `decoding` that of the lines behind the byte order mark.
    """

    encoding: str
    decoding: str
    mark: bytes
    lines: list[str]
    tail: list[str]
    is_whole: bool

    @property
    def last_lines(self) -> list[str]:
        """Those with which the file ends."""
        return self.lines if self.is_whole else self.tail

    def encoded(self, lines: Iterable[str]) -> bytes:
        """Lines of the sample as they stand in the file, byte for byte; without its mark."""
        return "".join(lines).encode(self.decoding, _KEPT)


def sample_of(path: Path, notes: Notes) -> Sample:
    """Read it.

    Raises:
        CheckFailed: it is no text, no line ends in the first MiB, or no code page makes words of the bytes.
    """
    _refuse_other_formats(path)
    with path.open("rb") as file:
        head, size = file.read(HEAD), path.stat().st_size
        file.seek(max(len(head), size - TAIL))
        tail = file.read()
    is_whole = size <= len(head)
    mark, stated, decoding = _encoding(head, tail, notes)
    text = _text(head[len(mark) :], decoding, is_whole=is_whole)
    ending = re.search(r"\r\n|\n|\r", text)
    newline = "\r" if ending and ending[0] == "\r" else "\n"
    lines = _lines(text, newline)
    _refuse_undecodable(lines, stated)
    if is_whole:
        return Sample(stated, decoding, mark, lines, [], is_whole)
    notes.found.append(f"the sample: the first {HEAD >> 20} MiB and the last {TAIL >> 10} KiB of {size:,} bytes")
    if len(lines) < 2:
        raise CheckFailed("no line of the file ends in its first MiB", remedy="check that it is a CSV file")
    last = _lines(_text(tail, decoding, is_whole=True), newline)[1:]
    return Sample(stated, decoding, mark, lines[:-1], last, is_whole)


def _refuse_undecodable(lines: Sequence[str], encoding: str) -> None:
    """The judge refuses them too; here their line is known."""
    for at, line in enumerate(lines, 1):
        if not line.isascii() and any("\udc80" <= one <= "\udcff" for one in line):
            raise CheckFailed(
                f"line {at} has a byte that is not {encoding.upper()}", remedy="convert the whole file to UTF-8"
            )


def _text(piece: bytes, decoding: str, *, is_whole: bool) -> str:
    try:
        return codecs.getincrementaldecoder(decoding)(_KEPT).decode(piece, is_whole)
    except UnicodeDecodeError as error:  # where an encoding has no room to keep what it does not know
        raise CheckFailed(
            f"the file is not {decoding.upper()}: {error.reason}", remedy="convert it to UTF-8"
        ) from error


def _refuse_other_formats(path: Path) -> None:
    """What the judge refuses under any schema."""
    try:
        detect(path, ())
    except FileRefused as refused:
        if any(error.code != "file-undecodable" for error in refused.errors):
            raise CheckFailed(
                "it is not a CSV file that can be judged", remedy="fix what is named",
                details=tuple(f"{error.code}: {error.message}" for error in refused.errors),
            ) from refused  # fmt: skip


def _encoding(head: bytes, tail: bytes, notes: Notes) -> tuple[bytes, str, str]:
    """The byte order mark, the encoding that the dialect states, and the one that decodes what is behind the mark."""
    for mark, stated, decoding in _MARKS:
        if head.startswith(mark):
            notes.found.append(f"encoding {stated}: the file begins with its byte order mark")
            return mark, stated, decoding
    if not (place := _not_utf8(head, tail)):
        notes.found.append("encoding utf-8: all bytes of the sample are")
        return b"", "utf-8", "utf-8"
    if not (found := code_page(head + tail)):
        raise CheckFailed(
            f"the encoding can't be told: the file is not UTF-8 ({place}), and no code page makes words of it",
            remedy="find out what wrote it, and convert it to UTF-8",
        )
    page, words = found
    notes.found.append(f"encoding {page}: the file is not UTF-8 ({place}); this code page makes {words} of its bytes")
    notes.questions.append(f"a file does not say which code page it is in: is {words} how it should read?")
    return b"", page, page


def _not_utf8(head: bytes, tail: bytes) -> str:
    """Where the first byte lies that is not UTF-8, or nothing."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, len(head) < HEAD)
    except UnicodeDecodeError as error:
        before = head[: error.start]
        return f"byte 0x{head[error.start]:02x} in line {1 + (before.count(10) or before.count(13))}"
    try:
        tail.lstrip(_CONTINUATION).decode()  # it may begin in the middle of a character
    except UnicodeDecodeError as error:
        return f"byte 0x{error.object[error.start]:02x} in its last {TAIL >> 10} KiB"
    return ""


def _lines(text: str, newline: str) -> list[str]:
    """Physical lines as the judge counts them."""
    lines = [f"{line}{newline}" for line in text.split(newline)]
    lines[-1] = lines[-1].removesuffix(newline)
    return lines if lines[-1] else lines[:-1]
