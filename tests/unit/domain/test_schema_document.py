"""docs/schema.md, the page for people, has every key that the reader honours or refuses by name, and no other."""

import json
import re
from collections.abc import Collection
from pathlib import Path

import pytest

from tests.markdown import blocks, rows
from transactions import cells, currencies, schema, stated, time_formats, vocabulary

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "schema.md"
KEY = re.compile(r"`([^`]+)`")

# the head of a table's first column: what the reader knows
TABLES = {
    "key": vocabulary.TABLE,
    "key of a field": vocabulary.FIELD,
    "type": tuple(cells.TYPES),
    "directive": (*time_formats.WIDTHS, "%z", "%%"),
    "refused type": tuple(vocabulary.REFUSED_TYPES),
    "constraint": vocabulary.CONSTRAINTS,
    "setting": vocabulary.FIELD_TAP,
    "role": schema.ROLES,
    "key of the dialect": stated._HONOURED,
    "refused key of the dialect": tuple(stated._REFUSED),
}
# the heading of a list of keys that only describe
DESCRIBED = {
    "The schema": vocabulary.TABLE_DESCRIBED,
    "A field": vocabulary.FIELD_DESCRIBED,
    "The dialect": tuple(stated._DESCRIBING),
}


def _firsts(head: str) -> list[str]:
    """The keys in the first column of the table whose first column has this head."""
    found, within = list[str](), False
    for line in PAGE.read_text("utf-8").splitlines():
        first = line.split("|")[1].strip() if line.startswith("|") else ""
        within = bool(first) and (within or first == head)
        found += KEY.findall(first) if within else []
    return found


@pytest.mark.parametrize("head", TABLES)
def test_each_key_of_the_reader_is_on_the_page_and_no_other(head: str) -> None:
    """A key that is honoured, or refused by name, is told; once, and in the table of its place."""
    assert sorted(_firsts(head)) == sorted(TABLES[head])


@pytest.mark.parametrize("heading", DESCRIBED)
def test_each_key_that_only_describes_is_on_the_page(heading: str) -> None:
    """They have no effect, and the page says so."""
    section = PAGE.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    (line,) = [line for line in section.splitlines() if line.startswith("These only describe")]

    assert sorted(KEY.findall(line)) == sorted(DESCRIBED[heading])


def test_what_the_page_shows_stands_in_an_example() -> None:
    """Each block of JSON is a field or the dialect of a schema in examples/formats, so it is read and held by files."""
    shown = [json.loads(block) for block in blocks(PAGE)]
    examples = [json.loads(path.read_text("utf-8")) for path in (ROOT / "examples" / "formats").glob("*/schema.json")]
    parts = [part for one in examples for part in [*one["fields"], one.get("dialect", {})]]

    assert len(shown) >= 4
    for one in shown:
        assert any({**part, **one} == part for part in parts), one


@pytest.mark.parametrize(
    ("key", "values"), [("fieldsMatch", vocabulary.FIELDS_MATCH), ("currencies", currencies.LISTS)]
)
def test_all_values_of_a_key_are_told(key: str, values: Collection[str]) -> None:
    """Of those keys that take one of a few words, each word with what it asks."""
    (row,) = [row for row in rows(PAGE) if row.cells[0] == f"`{key}`"]

    assert [one for one in KEY.findall(row.cells[1]) if one in values] == list(values)
