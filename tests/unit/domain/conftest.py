"""The shipped schema, and short ways to a file, a sink and a verdict."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from transactions.judge import judge
from transactions.schema import Schema, load
from transactions.verdict import Verdict

DATA = Path(__file__).parents[2] / "data"


class Collected:
    """A sink that keeps everything, for small files."""

    def __init__(self):
        self.header, self.dialect, self.rows, self.refused = None, None, [], []

    def begin(self, header, dialect, columns):
        self.header, self.dialect, self.columns = header, dialect, columns
        self.rows, self.refused = [], []

    def accepted(self, lines):
        values = [json.loads(line) for line in lines.decode().split("\n")[:-1]]
        self.rows += [dict(zip(self.columns, row, strict=True)) for row in values]

    def rejected(self, record, errors):
        self.refused.append((record, errors))


@pytest.fixture(scope="session")
def schema() -> Schema:
    """As shipped."""
    return load()


@pytest.fixture
def collected() -> Collected:
    """A sink of one's own."""
    return Collected()


@pytest.fixture
def verdict_of(tmp_path: Path, schema: Schema, collected: Collected) -> Callable[..., Verdict]:
    """Judges a text, or bytes, into `collected`."""

    def run(content: str | bytes, **options) -> Verdict:
        path = tmp_path / "file.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return judge(path, options.pop("schema", schema), collected, **options)

    return run
