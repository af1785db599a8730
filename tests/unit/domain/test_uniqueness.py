"""What must be unique in a file: values, not texts, of one column or of several, and nothing is no value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactions.errors import SchemaError
from transactions.schema import parse
from transactions.uniqueness import FirstLines, UniqueKey, unique_keys

from .test_vectorised import assert_same


def of(*types, required=False, **keys):
    """A schema of columns a, b, ... of these types."""
    fields = [{"name": name, "type": kind} for name, kind in zip("abc", types, strict=False)]
    return {"fields": [{**one, "constraints": {"required": required}} for one in fields], **keys}


def repeats(document, *rows):
    """Lines of the file's rows that repeat an earlier one, in either way, and their messages."""
    schema = parse(document)
    content = "".join(f"{line}\n" for line in (",".join(schema.names), *rows))
    verdict, *_ = assert_same(content.encode(), schema)
    found = [error for error in verdict["errors"] if error["code"] == "cell-duplicate"]
    assert verdict["rows"]["duplicates"] == len({error["line"] for error in found})
    return [error["line"] for error in found], [error["message"] for error in found]


SAME = [
    ("integer", ["1", "01", "+1"]),
    ("integer", ["0", "-0", "00"]),
    ("number", ["1", "1.0", "+1.00", "01."]),
    ("number", [".5", "0.50", "0.5"]),
    ("number", ["100", "100.0"]),
    ("boolean", ["true", "1", "TRUE"]),
    ("datetime", ["2025-01-01T12:00:00Z", "2025-01-01T13:00:00+01:00", "2025-01-01T12:00:00.000Z"]),
    ("string", ["a", "a"]),
]
OTHER = [
    ("integer", ["1", "10", "-1"]),
    ("number", ["1", "10", "100", "0.1", "0.01"]),
    ("datetime", ["2025-01-01T12:00:00Z", "2025-01-01T12:00:00+01:00", "2025-01-01T12:00:00.5Z"]),
    ("string", ["a", "A", " a", "1", "01", "1.0"]),
    ("number", ["x", "x"]),  # is no number, so it has no value
]


@pytest.mark.parametrize(("kind", "cells"), SAME)
def test_one_value_in_several_spellings_is_one(kind, cells):
    """Each but the first is a repeat of the first, whichever stands first."""
    for rows in (cells, cells[::-1]):
        lines, messages = repeats(of(kind, primaryKey="a"), *rows)

        assert lines == list(range(3, 2 + len(cells)))
        assert all("stands first in line 2: remove one" in message for message in messages)


@pytest.mark.parametrize(("kind", "cells"), OTHER)
def test_other_values_are_no_repeats(kind, cells):
    """Neither are texts that look alike, nor is what is of no type."""
    assert repeats(of(kind, primaryKey="a"), *cells) == ([], [])


def test_the_case_counts_only_where_the_schema_says_so():
    """EUR and eur are one where case is ignored, also in letters beyond ASCII."""
    field = {"name": "a", "constraints": {"unique": True, "enum": ["EUR", "Straße"]}, "tap": {"ignoreCase": True}}

    assert repeats({"fields": [field]}, "EUR", "eur", "Straße", "STRASSE", "straße")[0] == [3, 5, 6]


def test_an_amount_of_a_currency_is_compared_as_a_number():
    """As the amount is written with its currency's decimals, and its value is the same without."""
    constraints = {"required": True}
    document = {
        "fields": [
            {"name": "a", "type": "number", "constraints": {**constraints, "unique": True}},
            {"name": "b", "constraints": {**constraints, "enum": ["EUR", "JPY"]}},
        ],
        "tap": {"roles": {"amount": "a", "currency": "b"}},
    }

    assert repeats(document, "1,EUR", "1,JPY", "1.0,EUR", "1.10,EUR", "1.1,EUR", "10,JPY")[0] == [3, 4, 6]


def test_a_cell_without_a_value_repeats_none():
    """A cheque number that most payments don't have; also where other texts mean nothing."""
    document = {**of("string"), "missingValues": ["", "-"], "uniqueKeys": [["a"]]}

    assert repeats(document, '""', "-", '""', "x", "-", "x", '""')[0] == [7]


def test_an_empty_text_is_a_value_where_the_schema_says_so():
    """Where nothing means nothing, two empty cells are one value twice."""
    assert repeats({**of("string"), "missingValues": [], "uniqueKeys": ["a"]}, '""', "x", '""')[0] == [4]


def test_a_compound_key_repeats_when_all_of_its_parts_do():
    """Its columns and cells are named."""
    lines, messages = repeats(
        of("string", "date", "integer", primaryKey=["a", "c"], required=True),
        "x,2025-01-01,1", "x,2025-01-02,2", "y,2025-01-01,1", "x,2025-01-03,01",
    )  # fmt: skip

    assert lines == [5]
    assert messages == ["a 'x' and c '01' stand together first in line 2: remove one of the two"]


def test_a_compound_key_with_an_empty_part_repeats_none():
    """As SQL has it."""
    assert repeats(of("string", "string", uniqueKeys=[["a", "b"]]), "x,", "x,", ",y", ",y", "x,y", "x,y")[0] == [7]


def test_a_key_of_which_the_file_lacks_a_column_repeats_none():
    """A part of each row's key is nothing."""
    schema = parse(of("string", "string", uniqueKeys=[["a", "b"]]))

    assert assert_same(b"a\nx\nx\n", schema)[0]["rows"]["duplicates"] == 0


def test_several_keys_are_each_told():
    """A row may repeat one row by one key, and another by another."""
    lines, messages = repeats(of("string", "string", primaryKey="a", uniqueKeys=[["b"], ["b", "a"]]),
                              "x,1", "y,2", "x,2")  # fmt: skip

    assert lines == [4, 4]
    assert [message.split(":")[0] for message in messages] == [
        "a 'x' stands first in line 2",
        "b '2' stands first in line 3",
    ]


@given(st.lists(st.tuples(*[st.text("a\x1e\x1f01", max_size=3)] * 2), min_size=2, max_size=2, unique=True))
def test_no_two_compound_keys_have_one_text(pairs):
    """Whatever stands in their parts, also what is between them in the text."""
    schema = parse({**of("string", "string", uniqueKeys=[["a", "b"]]), "missingValues": []})
    (key,) = unique_keys(schema, ["a", "b"])
    one, other = map(key.value, pairs)

    assert one != other


def test_a_repeat_is_found_between_a_plain_row_and_one_with_signs_of_the_text_of_keys():
    """The engine's text of a key and the exact one are the same."""
    rows = ["a,b", '"a","b"', '"a\x1f","b"', '"a","\x1fb"', '"a\x1f","b"', '"a ""q""",b', '"a ""q""",b']

    assert repeats(of("string", "string", uniqueKeys=[["a", "b"]]), *rows)[0] == [3, 6, 8]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"primaryKey": "a"}, {("a",)}),
        ({"primaryKey": ["a", "b"]}, {("a", "b")}),
        ({"primaryKey": ["a"], "uniqueKeys": [["a"], ["b", "a"], "b", ["b"]]}, {("a",), ("b", "a"), ("b",)}),
        ({"primaryKey": [], "uniqueKeys": []}, set()),
    ],
)
def test_keys_are_read_once_each(keys, found):
    """As the standard writes them; the columns of the primary key are required."""
    schema = parse(of("string", "string", **keys))

    assert set(schema.unique) == found
    assert len(schema.unique) == len(found)
    assert {one.name for one in schema.fields if one.required} == set(keys["primaryKey"])


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"uniqueKeys": "a"}, "uniqueKeys: a list of keys"),
        ({"uniqueKeys": [["a", "x"]]}, "no field is called 'x'"),
        ({"uniqueKeys": [[1]]}, r"uniqueKeys\[0\]: the name of a column"),
        ({"primaryKey": {"a": 1}}, "primaryKey: the name of a column"),
        ({"primaryKey": ["a", "a"]}, "primaryKey: a column stands in it twice"),
    ],
)
def test_wrong_keys_are_refused(keys, reason):
    """With the place and the reason."""
    with pytest.raises(SchemaError, match=reason):
        parse(of("string", **keys))


def test_values_beyond_those_in_memory_and_long_ones_are_found_too():
    """On disk, and by their digests."""
    lines = FirstLines(in_memory=2)
    values = ["a", "b", "c", "x" * 65, "x" * 66, "x" * 200_000]

    assert [lines.first(value, at) for at, value in enumerate(values)] == list(range(6))
    assert [lines.first(value, 9) for value in values] == list(range(6))
    assert lines.first("new", 9) == 9
    lines.close()


def test_a_key_has_its_place():
    """Where its columns stand in the file, in the key's order."""
    schema = parse(of("string", "string", "string", uniqueKeys=[["c", "a"]]))

    assert UniqueKey(("c", "a"), schema, ["a", "b", "c"]).positions == (2, 0)
