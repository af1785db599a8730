"""Accepted rows are cut into parts, and from the bytes of each part come the items of its rows: each once, in order."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import NAMES
from transactions.errors import DocumentRefused
from transactions.layout import Upload
from transactions.parts import Item, Part, enrich, items_of, parts_of, to_lines
from transactions.rules import columns, to_line
from transactions.schema import SHIPPED, Schema, parse

UPLOAD = Upload('sub/100 % "märz".csv', "v1")


def schema_of(**names: str) -> Schema:
    """The shipped schema, some of whose optional columns are called otherwise."""
    document = json.loads(SHIPPED.read_text())
    for field in document["fields"]:
        field["name"] = names.get(field["name"], field["name"])
    return parse(document)


# names that sort before all others and behind them, and that JSON and `%` have a meaning for
SCHEMAS = [schema_of(), schema_of(merchant="A", description="zz"), schema_of(merchant='"1",null %s', type="%")]
TEXTS = st.one_of(
    st.sampled_from(
        ["", "null", "a,null", ',null,"', "[null", '"', "\\", '\\"', "\\\\n", "\n", "\x7f\u2028", "%s", "\ud7ff"]
    ),
    st.text(max_size=12),
)
TIMES = st.datetimes().map(lambda time: f"{time.isoformat()}+00:00")
Row = dict[str, Any]


@st.composite
def files(draw: st.DrawFn) -> tuple[Schema, list[str], list[Row]]:
    """A schema, the columns of accepted rows, and rows as the validator accepts them: no value is beyond it."""
    schema = draw(st.sampled_from(SCHEMAS))
    optional = [one.name for one in schema.fields if not one.required]
    absent = draw(st.sets(st.sampled_from(optional)))
    values = st.fixed_dictionaries(
        {
            name: TIMES if name == schema.role("timestamp") else st.none() | TEXTS if name in optional else TEXTS
            for name in schema.names
        }
    )
    rows = [
        {name: None if name in absent else value for name, value in row.items()}
        for row in draw(st.lists(values, max_size=12))
    ]
    names = columns(schema, [name for name in schema.names if name not in absent])
    return schema, names, [{**row, "source_line": number * 7} for number, row in enumerate(rows, 1)]


def cut(chunks: Sequence[bytes], schema: Schema, size: int) -> list[Part]:
    return list(parts_of(chunks, schema, "b", UPLOAD, size))


def loaded(content: bytes, part: Part, schema: Schema) -> list[Item]:
    """The items that a loader makes of a part."""
    assert part.cut is not None
    return items_of(part, content[part.cut.start : part.cut.start + part.cut.size], schema)


def plainly(rows: Sequence[Row], schema: Schema, size: int) -> list[list[Item]]:
    """The items of each part."""
    some = [rows[at : at + size] for at in range(0, len(rows), size)]
    return [[enrich(row, schema, UPLOAD, number) for row in each] for number, each in enumerate(some)]


@given(file=files(), size=st.integers(1, 5), chunk=st.integers(1, 400), end=st.booleans())
def test_each_row_is_in_one_part_and_becomes_its_item(
    file: tuple[Schema, list[str], list[Row]], size: int, chunk: int, end: bool
) -> None:
    """Whatever stands in the rows, in whatever pieces they are read: in order, and no part short but the last."""
    schema, names, rows = file
    content = b"".join([to_line(names), *(to_line([row[name] for name in names]) for row in rows)])
    content = content if end else content[:-1]
    parts = cut([content[at : at + chunk] for at in range(0, len(content), chunk)], schema, size)

    assert [part.number for part in parts] == list(range(len(parts)))
    assert [loaded(content, part, schema) for part in parts] == plainly(rows, schema, size)


@given(file=files(), ascii_only=st.booleans(), gap=st.sampled_from(["", " "]), last=st.booleans())
def test_rows_that_are_written_otherwise_are_the_same(
    file: tuple[Schema, list[str], list[Row]], ascii_only: bool, gap: str, last: bool
) -> None:
    """In ASCII alone, with blanks, the line first: what `content_hash` is of is the value, however it was written."""
    schema, names, rows = file
    names = names if last else ["source_line", *names[:-1]]
    form = {"ensure_ascii": ascii_only, "separators": (f",{gap}", ":")}
    lines = [json.dumps([row[name] for name in names], **form).encode() for row in rows]  # type: ignore[arg-type]
    content = b"\n".join([to_line(names).strip(), *lines])

    assert [loaded(content, part, schema) for part in cut([content], schema, 5)] == plainly(rows, schema, 5)


def test_an_element_of_the_list_comes_back_as_it_was_written() -> None:
    """Through JSON and back, nothing is lost."""
    (part,) = cut([to_line(list(ROW)), to_line(ROW.values())], SCHEMAS[0], 5)

    assert Part.of_json(json.loads(part.to_line())) == part


ROW: Row = {
    **dict.fromkeys(NAMES),
    "transaction_id": "T1", "account_id": "A-1", "timestamp": "2025-03-01T11:00:00+00:00", "amount": "1.50",
    "currency": "EUR", "type": "debit", "merchant": None, "description": "text", "source_line": 2,
}  # fmt: skip
GOOD = to_line(list(ROW)) + to_line(ROW.values()) * 5


@pytest.mark.parametrize(
    "change",
    [
        (b'"T1"', b'"T1","more"'),
        (b'"T1",', b""),
        (b'"T1",', b'"T1";'),
        (b'"T1"', b'"T\t1"'),
        (b'"T1"', b'"T\xff1"'),
        (b'"T1"', b"T1"),
        (b",2]", b",02]"),
        (b",2]", b",2"),
        (b",2]", b",2]]"),
        (b"[", b"[["),
        (b"2025-03-01T", b"2025-02-30T"),
        (b'"2025-03-01T11:00:00+00:00"', b"null"),
        (b"]", b"]\n"),
    ],
)
def test_what_is_no_row_is_refused(change: tuple[bytes, bytes]) -> None:
    """Also among rows that are right: no item of the part is made."""
    names, row, rest = GOOD.split(b"\n", 2)
    content = b"\n".join([names, row, row.replace(*change), rest])
    (part,) = cut([content], SCHEMAS[0], 10)

    with pytest.raises(DocumentRefused):
        loaded(content, part, SCHEMAS[0])


@pytest.mark.parametrize("content", [b"", b"\n", b"[]\n", b"{}\n", b"x" * 100_000, b"[1]\n"])
def test_what_does_not_name_the_columns_is_refused(content: bytes) -> None:
    """Before anything is cut; a file without a line is not read to its end."""
    with pytest.raises(DocumentRefused, match="not accepted rows"):
        cut([content, b"x"], SCHEMAS[0], 10)


@pytest.mark.parametrize("change", [(b"1.50", b"1.51"), (b"1.50", b"1.5"), (b'"T1"', b'"T11"')])
def test_rows_that_are_not_those_that_were_cut_are_refused(change: tuple[bytes, bytes]) -> None:
    """The file was judged anew by another schema after its load began: nothing of it is loaded by the old list."""
    parts = cut([GOOD], SCHEMAS[0], 2)

    for part in parts:
        with pytest.raises(DocumentRefused, match="not as it was cut"):
            loaded(GOOD.replace(*change), part, SCHEMAS[0])


def test_rows_of_a_schema_that_lacks_an_optional_column_are_loaded_by_one_that_has_it() -> None:
    """It was added while a file was on its way; any other change is refused, and says what to do."""
    document = json.loads(SHIPPED.read_text())
    document["fields"] = [field for field in document["fields"] if field["name"] != "merchant"]
    before, now, other = parse(document), schema_of(), schema_of(description="zz")
    row = {name: value for name, value in ROW.items() if name != "merchant"}
    content = to_line(list(row)) + to_line(row.values())
    (part,) = cut([content], before, 5)

    assert loaded(content, part, now) == [enrich(ROW, now, UPLOAD, 0)]
    with pytest.raises(DocumentRefused, match=r"another schema, upload the file again"):
        loaded(content, part, other)


def test_a_part_of_before_is_the_items_that_were_written() -> None:
    """Its list has the keys of its objects; the same item and the same places for what becomes of it."""
    written = {
        "bucket": "b", "part_key": UPLOAD.part(12), "result_key": UPLOAD.result(12),
        "conflicts_key": UPLOAD.conflicts(12), "rows": 1,
    }  # fmt: skip
    part, item = Part.of_json(written), enrich(ROW, SCHEMAS[0], UPLOAD, 12)

    assert (part.upload, part.number, part.rows, part.cut) == (UPLOAD, 12, 1, None)
    assert (part.result_key, part.conflicts_key) == (written["result_key"], written["conflicts_key"])
    assert items_of(part, to_lines([item]), SCHEMAS[0]) == [item]
    with pytest.raises(DocumentRefused, match="holds 2 rows, not 1"):
        items_of(part, to_lines([item, item]), SCHEMAS[0])


PART = json.loads(cut([GOOD], SCHEMAS[0], 5)[0].to_line())
WRITTEN = {"bucket": "b", "part_key": UPLOAD.part(0), "rows": 1}


@pytest.mark.parametrize(
    "document",
    [
        None, [], {}, {"bucket": "b"}, "part_key", 1, PART | {"rows": "1"}, PART | {"cut": None}, PART | {"more": 1},
        PART | {"key": "elsewhere/a"}, PART | {"key": 1}, PART | {"cut": PART["cut"] | {"start": "0"}},
        PART | {"cut": PART["cut"] | {"columns": [1]}}, PART | {"cut": PART["cut"] | {"columns": 1}},
        WRITTEN | {"rows": "1"}, WRITTEN | {"part_key": "elsewhere/a/v/part-00000.jsonl"}, WRITTEN | {"part_key": 1},
        WRITTEN | {"bucket": None},
    ],
)  # fmt: skip
def test_what_is_no_part_is_refused(document: Any) -> None:
    """A loader that is given something else does nothing."""
    with pytest.raises(DocumentRefused):
        Part.of_json(document)
