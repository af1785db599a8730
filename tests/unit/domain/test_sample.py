"""The files in tests/data: what is planted in them is what is found."""

import importlib.util
import json
from pathlib import Path

import pytest

from tests.unit.rows import is_younger
from transactions.codes import MEANINGS
from transactions.judge import NoSink, judge

DATA = Path(__file__).parents[2] / "data"
EXPECTED = json.loads((DATA / "transactions.expected.json").read_text())
OUTCOMES = {
    "semicolon_utf16.csv": (0, 8, [], "utf-16-le", ";", "CRLF"),
    "tab_crlf.csv": (0, 8, [], "utf-8", "\t", "CRLF"),
    "pipe_cr_bom.csv": (0, 8, [], "utf-8", "|", "CR"),
    "header_only.csv": (0, 0, [], "utf-8", ",", "LF"),
    "missing_column.csv": (2, 0, ["header-missing-column", "header-extra-column"], "utf-8", ",", "LF"),
    "empty.csv": (2, 0, ["file-empty"], None, None, None),
    "gzip.csv": (2, 0, ["file-not-csv"], None, None, None),
    "png.csv": (2, 0, ["file-not-csv"], None, None, None),
    "latin1.csv": (2, 0, ["file-undecodable"], None, None, None),
}


@pytest.fixture(scope="module")
def generator():
    """The script that makes the files."""
    spec = importlib.util.spec_from_file_location("make_sample", DATA / "make_sample.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_planted_error_of_the_sample_is_found_at_its_place_and_no_other(schema):
    """The sample's errors by line, record, column and code are exactly those that were planted."""
    verdict = judge(DATA / "transactions.csv", schema, NoSink()).to_json()
    told = [error for error in verdict["errors"] if not is_younger(error["code"], error["column"])]
    found = [{name: error[name] for name in ("line", "record", "column", "code")} for error in told]

    assert found == EXPECTED["errors"]
    assert verdict["rows"] == EXPECTED["rows"]


def test_the_sample_is_bad_in_at_least_twelve_ways(generator):
    """A shipped sample that shows little would prove little."""
    assert len({error["code"] for error in EXPECTED["errors"]}) >= 12
    assert {error["code"] for error in EXPECTED["errors"]} <= set(MEANINGS)
    assert EXPECTED["rows"]["read"] == generator.ROWS


def test_the_committed_files_are_what_the_generator_makes(generator):
    """Nobody edits the files by hand: the generator gives the same bytes."""
    sample, expected = generator.make_sample()

    assert (DATA / "transactions.csv").read_bytes() == sample
    assert expected == EXPECTED
    for name, content in generator.small_files().items():
        assert (DATA / name).read_bytes() == content, name


@pytest.mark.parametrize("name", OUTCOMES)
def test_each_small_file_has_its_stated_outcome(name, schema):
    """Dialects are told, and what is no CSV is refused by its code."""
    verdict = judge(DATA / name, schema, NoSink())
    told = (verdict.file.encoding, verdict.file.delimiter, verdict.file.line_ending)

    codes = [error.code for error in verdict.errors if not is_younger(error.code, error.column)]

    assert (verdict.exit_code, verdict.rows.read, codes, *told) == OUTCOMES[name]
    assert verdict.file.bytes == (DATA / name).stat().st_size
