"""What is proposed from any file as people send them reads each value as it was meant."""

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings

from pipeline.domain import judge, parse
from pipeline.schema_proposal import propose
from tests.unit.pipeline.drawn_files import Drawn, files


class Values:
    """A sink that keeps the accepted rows by column."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.rows: list[dict[str, Any]] = []

    def begin(self, header: Any, dialect: Any, columns: list[str]) -> None:
        self.columns = columns

    def accepted(self, lines: bytes) -> None:
        self.rows += [dict(zip(self.columns, json.loads(line), strict=True)) for line in lines.splitlines()]

    def rejected(self, record: Any, errors: Any) -> None:
        raise AssertionError((record, errors))


def is_same(kind: str, read: str | None, written: str, value: str) -> bool:
    """Whether a value was read as what it was drawn as; a string is as it stands in the file."""
    if kind == "string":
        return read == (written or None)
    if kind in {"number", "integer"}:
        return (None if read is None else Decimal(read)) == (Decimal(value) if value else None)
    return read == (value or None)


@settings(max_examples=150, deadline=None)
@given(files())
def test_no_value_of_a_drawn_file_is_read_otherwise_than_it_was_meant(drawn: Drawn) -> None:
    """Delimiter and header are found, every row is right under the proposal, and every value is the drawn one."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.csv"
        path.write_bytes(drawn.content)
        proposal = propose(path)
        sink = Values()
        judge(path, parse(proposal.document), sink)

    dialect = proposal.document["dialect"]
    assert (dialect["delimiter"], dialect.get("headerRows", [1])) == (drawn.delimiter, [drawn.header_line])
    kinds = {one["name"]: one["type"] for one in proposal.document["fields"]}
    assert proposal.notes.wrong == []
    assert list(kinds) == list(drawn.columns)
    for name, cells in drawn.columns.items():
        read = [row[name] for row in sink.rows]
        assert len(read) == len(cells)
        for one, (written, value) in zip(read, cells, strict=True):
            assert is_same(kinds[name], one, written, value), (name, kinds[name], one, written)
