"""Accepted rows become items for the table, cut into parts. Used by the transformer; the loader reads the items.

Parts are JSON Lines: the loader reads every column of every row once, in order, so a columnar format would gain
nothing and cost the loader a library.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from transactions.errors import DocumentRefused
from transactions.identity import content_hash
from transactions.layout import Upload
from transactions.schema import Schema

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One element of `parts.json`: what a loader is given."""

    bucket: str
    part_key: str
    result_key: str
    conflicts_key: str
    rows: int

    def to_json(self) -> dict[str, Any]:
        """The element of `parts.json`."""
        return asdict(self)

    @classmethod
    def of(cls, bucket: str, upload: Upload, number: int, rows: int) -> "Part":
        """The part of a file version by its number, counted from 0."""
        return cls(bucket, upload.part(number), upload.result(number), upload.conflicts(number), rows)

    @classmethod
    def of_json(cls, document: Any) -> "Part":
        """Read an element; raises `DocumentRefused` if it is none."""
        try:
            part = cls(**document)
        except TypeError as error:
            raise DocumentRefused(f"not a part: {error}") from error
        texts = (part.bucket, part.part_key, part.result_key, part.conflicts_key)
        if not all(isinstance(text, str) and text for text in texts) or type(part.rows) is not int:
            raise DocumentRefused(f"not a part: {document}")
        return part


def enrich(row: Item, schema: Schema, upload: Upload, part: int) -> Item:
    """The item of a row, but for when it is loaded. Columns without a value are left out."""
    columns = {name: row.get(name) for name in schema.names}
    return {
        **{name: value for name, value in columns.items() if value is not None},
        "transaction_date": day(row[schema.role("timestamp")]),
        "source_file": upload.key,
        "source_version": upload.version,
        "source_part": upload.source_part(part),
        "source_line": row["source_line"],
        "content_hash": content_hash(columns),
    }


def names_of(line: bytes, schema: Schema) -> list[str]:
    """What the first line of accepted rows names: the values of those that follow; raises ValueError if it does not."""
    names = json.loads(line)
    if not isinstance(names, list) or sorted(names) != sorted([*schema.names, "source_line"]):
        raise ValueError(f"the first line does not name the schema's columns: {names}")
    return names


def day(timestamp: str) -> str:
    """The day in UTC."""
    return datetime.fromisoformat(timestamp).date().isoformat()


def to_lines(rows: Sequence[Item]) -> bytes:
    """JSON Lines of some items."""
    return b"".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for row in rows)


def of_lines(content: bytes) -> list[Item]:
    """The items of JSON Lines; raises `DocumentRefused` for what is none."""
    try:
        return [json.loads(line) for line in content.splitlines()]
    except ValueError as error:
        raise DocumentRefused(f"not JSON Lines: {error}") from error
