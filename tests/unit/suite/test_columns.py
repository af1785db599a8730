"""To change the columns, edit the schema: the suite takes its rows from it, and no test has a list of its own."""

import json
import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from transactions import schema
from transactions.judge import NoSink, judge

TESTS = Path(__file__).parents[2]
MORE = {"name": "one_more", "type": "string", "constraints": {"maxLength": 140}}
LISTED = re.compile(r"\W+".join(field["name"] for field in json.loads(schema.SHIPPED.read_text("utf-8"))["fields"][:8]))


def rows_by(monkeypatch: pytest.MonkeyPatch, path: Path) -> ModuleType:
    """tests/unit/rows.py, as it is where the shipped schema is this one."""
    monkeypatch.setattr(schema, "SHIPPED", path)
    spec = spec_from_file_location("rows_by_another_schema", TESTS / "unit" / "rows.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("place", [0, 3, 8])
def test_rows_have_a_column_that_the_schema_gained(place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An optional one, wherever it stands: it is in the header and blank in each row, and no row is wrong."""
    document = json.loads(schema.SHIPPED.read_text("utf-8"))
    document["fields"].insert(place, MORE)
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(document))
    rows = rows_by(monkeypatch, path)
    (tmp_path / "file.csv").write_text(rows.make_file(1, 2) + rows.make_row(3, one_more="R-1"))

    verdict = judge(tmp_path / "file.csv", schema.load(path), NoSink())

    assert rows.NAMES[place] == "one_more"
    assert (verdict.rows.accepted, verdict.errors) == (3, ())


def test_no_test_lists_the_columns() -> None:
    """A second list would have to be edited too. A file of the test's own with fewer columns is none."""
    files = [*(TESTS / "unit").rglob("*.py"), *(TESTS / "policy").rglob("*.py"), TESTS / "data" / "make_sample.py"]

    assert [str(file.relative_to(TESTS)) for file in files if LISTED.search(file.read_text("utf-8"))] == []
