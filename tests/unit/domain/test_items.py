"""Parts made of the text of their rows are, byte for byte, those made of the rows' values one by one."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions import items
from transactions.errors import DocumentRefused
from transactions.items import Made, parts_of
from transactions.layout import Upload
from transactions.parts import enrich, to_lines
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


def plainly(rows: Sequence[Row], schema: Schema, size: int) -> list[Made]:
    """A row at a time, by its values."""
    cut = [rows[at : at + size] for at in range(0, len(rows), size)]
    return [
        Made(len(some), to_lines([enrich(row, schema, UPLOAD, part) for row in some])) for part, some in enumerate(cut)
    ]


@given(file=files(), size=st.integers(1, 5), chunk=st.integers(1, 400))
def test_parts_are_those_of_the_rows_one_by_one(
    file: tuple[Schema, list[str], list[Row]], size: int, chunk: int
) -> None:
    """Whatever stands in the rows, wherever they are cut: each row once, in order, no part short but the last."""
    schema, names, rows = file
    content = b"".join([to_line(names), *(to_line([row[name] for name in names]) for row in rows)])
    chunks = [content[at : at + chunk] for at in range(0, len(content), chunk)]

    assert list(parts_of(chunks, schema, UPLOAD, size)) == plainly(rows, schema, size)


@given(
    file=files(),
    ascii_only=st.booleans(),
    gap=st.sampled_from(["", " "]),
    end=st.sampled_from("] "),
    last=st.booleans(),
)
def test_so_are_parts_of_rows_that_are_written_otherwise(
    file: tuple[Schema, list[str], list[Row]], ascii_only: bool, gap: str, end: str, last: bool
) -> None:
    """In ASCII alone, with blanks, the line first: what `content_hash` is of is the value, however it was written."""
    schema, names, rows = file
    names = names if last else ["source_line", *names[:-1]]
    form = {"ensure_ascii": ascii_only, "separators": (f",{gap}", ":")}
    content = [json.dumps([row[name] for name in names], **form).encode() for row in rows]  # type: ignore[arg-type]
    content = [row.removesuffix(b"]") + end.strip("]").encode() + b"]" for row in content]

    assert list(parts_of([b"\n".join([to_line(names).strip(), *content])], schema, UPLOAD, 5)) == plainly(
        rows, schema, 5
    )


ROW: Row = {
    "transaction_id": "T1", "account_id": "A-1", "timestamp": "2025-03-01T11:00:00+00:00", "amount": "1.50",
    "currency": "EUR", "type": "debit", "merchant": None, "description": "text", "source_line": 2,
}  # fmt: skip


@pytest.mark.parametrize("text", ["Müller", 'the "best"', "back\\slash", "tab\t", "", None])
def test_rows_of_the_validator_are_not_made_one_by_one(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    """That would take six times as long."""
    monkeypatch.setattr(items, "enrich", None)
    schema = SCHEMAS[0]
    rows = [to_line(list(ROW)), to_line(ROW.values()), to_line((ROW | {"merchant": text}).values())]

    (made,) = parts_of(rows, schema, UPLOAD, 2)
    assert [json.loads(line).get("merchant") for line in made.lines.splitlines()] == [None, text]


def test_of_odd_rows_few_others_are_made_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only they themselves."""
    made = []
    monkeypatch.setattr(items, "enrich", lambda row, *others: made.append(row["source_line"]) or enrich(row, *others))
    rows = [ROW | {"source_line": number, "description": "a,null" if number == 70 else "a"} for number in range(2, 102)]

    (found,) = parts_of([to_line(list(ROW)), *(to_line(row.values()) for row in rows)], SCHEMAS[0], UPLOAD, 500)
    assert made == [70]
    assert [found] == plainly(rows, SCHEMAS[0], 500)


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
    """Also among rows that are right."""
    good = to_line(ROW.values())
    content = to_line(list(ROW)) + good * 3 + good.replace(*change) + good

    with pytest.raises(DocumentRefused, match="not accepted rows"):
        list(parts_of([content], SCHEMAS[0], UPLOAD, 10))
