"""Parts of a file's accepted rows, and the items that a part's rows become. Used by the transformer and the loader.

A part is some bytes of the one object that holds the accepted rows: the transformer tells where each begins and ends,
and writes no row again. The loader reads those bytes and makes the items, which takes 1 % of its time for a row.

A load that began before parts were cut so has the items themselves in an object for each part. Such a list may be
loaded for as long as its dead letter may rest, so it is understood as well.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from typing import Any
from zlib import crc32

from transactions.errors import DocumentRefused
from transactions.identity import content_hash
from transactions.layout import INCOMING, TRANSFORMED, Upload
from transactions.schema import Schema

_LONGEST_NAMES = 1 << 16  # bytes of the first line
_WRITTEN = re.compile(rf"{TRANSFORMED}(.+)/([^/]+)/part-([0-9]{{5,}})\.jsonl", re.DOTALL)
Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a part's rows lie: `size` bytes from `start` on, and their checksum.

    The same version of a file is judged to the same bytes, also when it is judged again while it is loaded; unless a
    new schema came in between, which the checksum tells. `columns` name the values of a row, in their order.
    """

    columns: list[str]
    start: int
    size: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Part:
    """One element of `parts.json`: what a loader is given.

    `number` counts from 0; without a `cut`, the part's items lie in `upload.part(number)`.
    """

    bucket: str
    key: str
    version_id: str
    number: int
    rows: int
    cut: Cut | None = None

    @property
    def upload(self) -> Upload:
        """The file version that it is of."""
        return Upload.of(self.key, self.version_id)

    @property
    def name(self) -> str:
        """For people."""
        return f"part {self.number:05d} of {self.upload.accepted}"

    @property
    def result_key(self) -> str:
        return self.upload.result(self.number)

    @property
    def conflicts_key(self) -> str:
        return self.upload.conflicts(self.number)

    def to_line(self) -> bytes:
        """The element of `parts.json`."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def of_json(cls, document: Any) -> "Part":
        """Read an element; raises `DocumentRefused` if it is none."""
        try:
            return _written(document) if "part_key" in document else _checked(document)
        except (TypeError, KeyError, ValueError) as error:
            raise DocumentRefused(f"not a part: {error}") from error


def _checked(document: Mapping[str, Any]) -> Part:
    cut = Cut(**document["cut"])
    part = Part(**{**document, "cut": cut})
    numbers = (part.number, part.rows, cut.start, cut.size, cut.crc32)
    texts = (part.bucket, part.key, part.version_id, *cut.columns)
    if not all(type(number) is int for number in numbers) or not all(isinstance(text, str) for text in texts):
        raise ValueError(document)
    Upload.of(part.key, part.version_id)
    return part


def _written(document: Mapping[str, Any]) -> Part:
    """Of a part whose items were written."""
    found = _WRITTEN.fullmatch(document["part_key"])
    if not found or type(document["rows"]) is not int or not isinstance(document["bucket"], str):
        raise ValueError(document)
    return Part(document["bucket"], f"{INCOMING}{found[1]}", found[2], int(found[3]), document["rows"])


def parts_of(
    chunks: Iterable[bytes], schema: Schema, bucket: str, upload: Upload, rows_per_part: int
) -> Iterator[Part]:
    """Cut accepted rows into parts.

    Args:
        chunks: what the validator wrote, in pieces of any size.
        rows_per_part: rows of each part but the last.

    Raises:
        DocumentRefused: they are no accepted rows of the schema.
    """
    names, rest = _first_line(iter(chunks))
    columns = _columns(names, schema)
    for number, (rows, start, size, checksum) in enumerate(_cuts(rest, rows_per_part)):
        yield Part(
            bucket, upload.key, upload.version, number, rows, Cut(columns, len(names) + 1 + start, size, checksum)
        )


def _first_line(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first line without its end, and what follows."""
    first = b""
    while b"\n" not in first and len(first) < _LONGEST_NAMES and (chunk := next(chunks, b"")):
        first += chunk
    line, _, rest = first.partition(b"\n")
    return line, chain([rest], chunks)


def _columns(line: bytes, schema: Schema) -> list[str]:
    try:
        names = json.loads(line)
    except ValueError as error:
        raise DocumentRefused(f"not accepted rows: {error}") from error
    if not isinstance(names, list) or sorted(map(str, names)) != sorted([*schema.names, "source_line"]):
        raise DocumentRefused(f"not accepted rows: the first line does not name the schema's columns: {names}")
    return names


def _cuts(chunks: Iterable[bytes], rows_per_part: int) -> Iterator[tuple[int, int, int, int]]:
    """Rows, start, size and checksum of each part."""
    start = size = rows = checksum = 0
    ended = True  # the last line that was seen
    for chunk in chunks:
        while chunk:
            lines = chunk.split(b"\n", rows_per_part - rows)
            rows += len(lines) - 1
            full = rows == rows_per_part
            some = chunk[: len(chunk) - len(lines[-1])] if full else chunk
            size, checksum, ended = size + len(some), crc32(some, checksum), full or not lines[-1]
            if full:
                yield rows, start, size, checksum
                start, size, rows, checksum = start + size, 0, 0, 0
                chunk = lines[-1]
            else:
                chunk = b""
    if size:
        yield rows + (not ended), start, size, checksum


def items_of(part: Part, content: bytes, schema: Schema) -> list[Item]:
    """The items of a part, from its bytes, but for when they are loaded.

    Raises:
        DocumentRefused: they are not the rows that were cut, or of another schema.
    """
    items = of_lines(content) if part.cut is None else _made(part, part.cut, content, schema)
    if not items or len(items) != part.rows:
        raise DocumentRefused(f"{part.name} holds {len(items)} rows, not {part.rows}")
    return items


def _made(part: Part, cut: Cut, content: bytes, schema: Schema) -> list[Item]:
    if len(content) != cut.size or crc32(content) != cut.crc32:
        raise DocumentRefused(f"{part.name} is not as it was cut: the file was judged anew, upload it again")
    required = {field.name for field in schema.fields if field.required} | {"source_line"}
    if not required <= set(cut.columns) <= {*schema.names, "source_line"}:
        raise DocumentRefused(f"{part.name} is of another schema, upload the file again: {cut.columns}")
    try:
        rows = [dict(zip(cut.columns, row, strict=True)) for row in of_lines(content)]
        return [enrich(row, schema, part.upload, part.number) for row in rows]
    except (TypeError, ValueError) as error:
        raise DocumentRefused(f"{part.name} holds what is no row: {error}") from error


def enrich(row: Item, schema: Schema, upload: Upload, part: int) -> Item:
    """The item of a row, but for when it is loaded. Columns without a value are left out."""
    columns = {name: row.get(name) for name in schema.names}
    return {
        **{name: value for name, value in columns.items() if value is not None},
        "transaction_date": _day(row[schema.role("timestamp")]),
        "source_file": upload.key,
        "source_version": upload.version,
        "source_part": upload.source_part(part),
        "source_line": row["source_line"],
        "content_hash": content_hash(columns),
    }


def _day(timestamp: str) -> str:
    """The day in UTC."""
    return datetime.fromisoformat(timestamp).date().isoformat()


def to_lines(rows: Sequence[Item]) -> bytes:
    """JSON Lines of some items."""
    return b"".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for row in rows)


def of_lines(content: bytes) -> list[Any]:
    """The values of JSON Lines; raises `DocumentRefused` for what is none."""
    try:
        return [json.loads(line) for line in content.splitlines()]
    except ValueError as error:
        raise DocumentRefused(f"not JSON Lines: {error}") from error
