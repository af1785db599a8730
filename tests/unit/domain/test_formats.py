"""The worked examples of public formats in examples/formats: each file's verdict is the one that stands beside it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from transactions.judge import judge
from transactions.schema import load

from .conftest import Collected

FORMATS = Path(__file__).parents[3] / "examples" / "formats"
FILES = sorted(FORMATS.glob("*/*.csv"))
WAYS = ("rows", "vectorised")
# of each format, what becomes of the first row that is right
FIRST = {
    "deutsche-bank": {"Buchungstag": "2026-06-01", "Betrag": "4312.77", "Soll": None, "Währung": "EUR"},
    "paypal": {"Date": "2026-02-02", "Time": "12:36:48", "Gross": "1588.14", "Name": "Zoë Müller", "Item ID": None},
    "stripe": {"created": "2026-03-02T08:16:10+00:00", "gross": "-245.62", "fee": "0.00", "currency": "EUR"},
}


def expected(path: Path) -> dict:
    return json.loads(path.with_name("expected.json").read_text())[path.name]


def told(document: dict) -> dict:
    """What is held of a verdict: all but the messages and the file's facts."""
    errors = [{name: one for name, one in error.items() if name != "message"} for error in document["errors"]]
    return {name: document[name] for name in ("rows", "totals", "errors_by_code")} | {"errors": errors}


def test_each_format_has_a_good_and_a_wrong_file() -> None:
    """50 rows that are all right, and a few that are not."""
    assert [path.relative_to(FORMATS).as_posix() for path in FILES] == [
        f"{name}/{kind}.csv" for name in FIRST for kind in ("good", "wrong")
    ]
    for path in FILES:
        rows, good = expected(path)["rows"], path.name == "good.csv"
        assert rows["accepted"] >= (50 if good else 5), path
        assert (rows["rejected"] == 0) is good, path


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
@pytest.mark.parametrize("way", WAYS)
def test_a_file_gets_the_verdict_that_stands_beside_it(path: Path, way: str) -> None:
    """By rows and vectorised; each rejected row for the cell that was made wrong, and no other."""
    verdict = judge(path, load(path.with_name("schema.json")), Collected(), way=way)

    assert told(verdict.to_json()) == expected(path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_rows_are_normalised_the_same_in_both_ways(path: Path) -> None:
    """Whatever the bank's way to write: ISO dates, plain decimals, the schema's spelling."""
    rows, vectorised = Collected(), Collected()
    for way, sink in zip(WAYS, (rows, vectorised), strict=True):
        judge(path, load(path.with_name("schema.json")), sink, way=way)

    assert rows.rows == vectorised.rows
    assert [(record.number, errors) for record, errors in rows.refused] == [
        (record.number, errors) for record, errors in vectorised.refused
    ]
    if path.name == "good.csv":
        assert rows.rows[0].items() >= FIRST[path.parent.name].items()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_command_says_it_too(path: Path) -> None:
    """`tap validate FILE --schema SCHEMA`: exit 0 for the good file, 1 for the other."""
    command = [sys.executable, "-m", "deployer", "validate", path, "--schema", path.with_name("schema.json"), "--json"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=600)

    assert done.returncode == (path.name != "good.csv"), done.stderr
    assert told(json.loads(done.stdout)) == expected(path)
