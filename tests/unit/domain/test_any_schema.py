"""Any document at all: a schema under which files are judged, or a refusal that says where it is wrong."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transactions.errors import SchemaError
from transactions.judge import NoSink, judge
from transactions.schema import Schema, load

from .drawing import drawn

RAW = {"@1e3": "1e3", "@1e999999": "1e999999999", "@-0.0": "-0.0", "@inf": "1e400", "@NaN": "NaN"}  # as JSON has them
VALUES = (None, True, False, 0, -1, 7, 1.5, 10**400, "", " ", "x", "string", "number", "datetime", "default", "any",
          "%", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S%z", "[", "(?<a>", "a{1001}", "\ud800", "\0", "\n", "é", "1", "1e3", "NaN",
          "\u0663", "2025-01-01", "9999-12-31T23:59:59-14:00", "true", "+25:00", "x" * 300, [], [""], [None], ["a"],
          ["a", "a"], [["a"]], [{}], [0], [True], {}, {"a": 1}, {"value": "a"}, [{"value": "a", "label": 1}],
          {"roles": []}, {"ignoreCase": 1}, {"required": "yes"}, {"enum": [None]}, {"minimum": {}}, *RAW)  # fmt: skip
KEYS = ("type", "format", "constraints", "missingValues", "categories", "decimalChar", "groupChar", "bareNumber", "tap",
        "trueValues", "falseValues", "required", "minimum", "primaryKey", "uniqueKeys", "foreignKeys", "fieldsMatch",
        "dialect", "fields", "name", "enum", "pattern", "minLength", "roles", "offset", "currencies", "encoding",
        "delimiter", "quoteChar", "headerRows", "footers", "x-own", "typ", "description", "")  # fmt: skip


def _holders(value: Any) -> Iterator[dict | list]:
    """All objects and lists in it that hold something, itself first."""
    if isinstance(value, dict | list) and value:
        yield value
        for one in value.values() if isinstance(value, dict) else value:
            yield from _holders(one)


@st.composite
def documents(draw):
    """A drawn schema in which values are replaced, left out or added; with the file that was drawn for it."""
    made = draw(drawn())
    document = json.loads(json.dumps(made.document))
    for _ in range(draw(st.integers(1, 3))):
        holder = draw(st.sampled_from(list(_holders(document)) or [document]))
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = draw(st.sampled_from(keys)) if keys else ""
        if isinstance(holder, dict) and draw(st.booleans()):
            key = draw(st.sampled_from(KEYS))
        if draw(st.integers(1, 6)) == 6 and keys and key in keys:
            del holder[key]
        else:
            holder[key] = deepcopy(draw(st.sampled_from(VALUES)))
    text = json.dumps(document)
    for mark, raw in RAW.items():
        text = text.replace(f'"{mark}"', raw)
    return text, made.content


def _read(path: Path) -> tuple[Schema | None, list[str]]:
    """The schema, or None and what is wrong with it, a line each."""
    try:
        return load(path), []
    except SchemaError as error:
        return None, str(error).split("\n")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("any")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_any_document_is_a_schema_or_is_refused_by_its_place(folder, document):
    """No other error, neither when it is read nor when a file is judged by it; and no refusal without a word."""
    text, content = document
    path, file = folder / "s.json", folder / "f.csv"
    path.write_text(text)
    file.write_bytes(content)
    schema, told = _read(path)
    assert all(line.partition(": ")[0] in {str(path), "s.json"} and line.partition(": ")[2].strip() for line in told)
    if schema is None:
        return
    for way in ("rows", "vectorised"):
        judge(file, schema, NoSink(), way=way)
