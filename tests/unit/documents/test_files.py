"""What docs/files.md says of each file in tests/data is what the judgement says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.csv_files import schema_of, verdict_on
from tests.unit.rows import is_younger

ROOT = Path(__file__).parents[3]
DATA = ROOT / "tests" / "data"
ROWS = {
    cells[1].strip().strip("`"): [cell.strip() for cell in cells[3:8]]
    for line in (ROOT / "docs" / "files.md").read_text("utf-8").splitlines()
    if line.startswith("| `")
    for cells in [line.split("|")]
}


def test_every_file_is_documented() -> None:
    """A file without a stated outcome proves nothing."""
    assert set(ROWS) == {path.name for path in DATA.glob("*.csv")}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_outcome_is_the_documented_one(name: str) -> None:
    """Exit code, rows read, accepted and rejected, and how often each code was found."""
    exit_code, read, accepted, rejected, codes = ROWS[name]

    verdict = verdict_on(DATA / name, schema_of(None), 100)

    rows = verdict.rows
    found = (str(verdict.exit_code), str(rows.read), str(rows.accepted), str(rows.rejected))
    assert found == (exit_code, read, accepted, rejected)
    younger = Counter(error.code for error in verdict.errors if is_younger(error.code, error.column))
    told = {code: int(count) for code, count in re.findall(r"`([\w-]+)` (\d+)", codes)}
    assert dict(Counter(verdict.errors_by_code) - younger) == told
