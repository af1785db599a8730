"""Any document at all: a schema under which files are judged, or a refusal that says where it is wrong."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from transactions.errors import SchemaError
from transactions.judge import NoSink, judge
from transactions.schema import Schema, load

from .drawing import drawn
from .drawn_fields import often

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


def documents(seed: int) -> tuple[str, bytes]:
    """A drawn schema in which values are replaced, left out or added; with the file that was drawn for it."""
    made, chance = drawn(seed), Random(seed)
    document = json.loads(json.dumps(made.document))
    for _ in range(chance.randint(1, 3)):
        holder = chance.choice(list(_holders(document)) or [document])
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if isinstance(holder, dict) and (often(chance, 2) or not keys):
            holder[chance.choice(KEYS)] = deepcopy(chance.choice(VALUES))
        elif often(chance, 6):
            del holder[chance.choice(keys)]
        else:
            holder[chance.choice(keys)] = deepcopy(chance.choice(VALUES))
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


@settings(deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 1 << 60))
def test_any_document_is_a_schema_or_is_refused_by_its_place(folder, seed):
    """No other error, neither when it is read nor when a file is judged by it; and no refusal without a word."""
    text, content = documents(seed)
    note(f"{text}\n{content!r}")
    path, file = folder / "s.json", folder / "f.csv"
    path.write_text(text)
    file.write_bytes(content)
    schema, told = _read(path)
    assert all(line.partition(": ")[0] in {str(path), "s.json"} and line.partition(": ")[2].strip() for line in told)
    if schema is None:
        return
    for way in ("rows", "vectorised"):
        judge(file, schema, NoSink(), way=way)
