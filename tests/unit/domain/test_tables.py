"""A row that DynamoDB would refuse is rejected with its file's other wrong rows, whichever way the file is judged."""

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.rows import HEADER, make_row
from transactions.layout import MAX_KEY_BYTES, MAX_VERSION_BYTES, Upload
from transactions.parts import enrich
from transactions.schema import DERIVED, SHIPPED, Schema, SchemaError, parse
from transactions.tables import ADDED, ITEM_BYTES, KEY_BYTES, item_bytes, keys, sure_to_fit

from .test_vectorised import assert_same

LONGEST = Upload("n" * MAX_KEY_BYTES, "v" * MAX_VERSION_BYTES)


def opened(**changes: Any) -> Schema:
    """The shipped schema without any limit of a text, and none of an amount."""
    document = json.loads(SHIPPED.read_text()) | changes
    for field in document["fields"]:
        for name in ("pattern", "maxLength", "maximum"):
            field["constraints"].pop(name, None)
    return parse(document)


SCHEMA = opened()


def real_bytes(row: dict[str, Any], upload: Upload) -> int:
    """The size of the item that the loader makes of a row, by DynamoDB's rules."""
    item = enrich(row, SCHEMA, upload, 99_999)
    values = {**item, "amount": Decimal(item["amount"]), "loaded_at": "2025-03-01T12:00:00.000+00:00"}
    sizes = []
    for name, value in values.items():
        ((kind, text),) = TypeSerializer().serialize(value).items()
        digits = len(text.replace(".", "").strip("-0"))
        sizes.append(len(name.encode()) + (len(text.encode()) if kind == "S" else digits // 2 + 2))
    return sum(sizes)


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)


@given(texts, texts, st.decimals(0, 10**30, places=2).map(str))
def test_no_item_is_larger_than_what_is_counted(merchant: str, description: str, amount: str) -> None:
    """Whatever the file is called; and not much less, or good rows would be rejected."""
    row = {"transaction_id": "T1", "account_id": "A", "timestamp": "2025-03-01T11:00:00.000001+00:00", "amount": amount}
    row |= {"currency": "EUR", "type": "debit", "merchant": merchant, "description": description, "source_line": 10**9}

    assert 0 <= item_bytes(row, SCHEMA) - real_bytes(row, LONGEST) <= 64


def test_all_that_is_added_to_a_row_is_counted() -> None:
    """A new attribute of an item is one more to count."""
    assert set(ADDED) == set(DERIVED)


def longest_description() -> int:
    """Bytes of the longest description with which a row of `make_row` fits."""
    row = {"transaction_id": "T1", "account_id": "A-1", "timestamp": "2025-03-01T11:00:00+00:00", "amount": "1.50"}
    row |= {"currency": "EUR", "type": "debit", "merchant": "Shop", "description": ""}
    return ITEM_BYTES - item_bytes(row, SCHEMA)


@pytest.mark.parametrize("letter", ["\u6771", "\U0001f600"])
def test_a_row_whose_item_is_too_large_is_rejected(letter: str) -> None:
    """One byte more than fits; a row has at most 256 KiB of characters, so only others than ASCII come to this."""
    room, size = longest_description(), len(letter.encode())
    full = letter * (room // size) + "x" * (room % size)
    content = HEADER + make_row(1, description=full) + make_row(2, description=full + "x") + make_row(3)
    document, _, rows, _ = assert_same(content.encode(), SCHEMA)

    assert [row["transaction_id"] for row in rows] == ["T1", "T3"]
    assert document["errors_by_code"] == {"row-too-large": 1}
    assert [(error["line"], error["column"]) for error in document["errors"]] == [(3, None)]


def test_rows_about_the_size_that_the_engine_passes_are_judged_the_same() -> None:
    """Where it stops being sure, the exact rules take over."""
    edge = sure_to_fit(SCHEMA) // 3
    rows = [make_row(number, description="\u6771" * (edge + number - 40)) for number in range(60)]
    document, *_ = assert_same((HEADER + "".join(rows)).encode(), SCHEMA)

    assert document["rows"]["accepted"] == 60


@pytest.mark.parametrize("column", ["transaction_id", "account_id"])
def test_a_key_longer_than_the_table_takes_is_rejected(column: str) -> None:
    """In bytes, not in characters."""
    longest, longer = "\u00fc" * (KEY_BYTES // 2), "\u00fc" * (KEY_BYTES // 2) + "x"
    content = HEADER + make_row(1, **{column: longest}) + make_row(2, **{column: longer}) + make_row(3)
    document, _, rows, _ = assert_same(content.encode(), SCHEMA)

    assert [(error["line"], error["column"], error["code"]) for error in document["errors"]] == [
        (3, column, "cell-key")
    ]
    assert len(rows) == 2


@pytest.mark.parametrize("column", ["transaction_id", "account_id"])
def test_a_key_that_is_empty_is_rejected_also_where_an_empty_text_is_a_value(column: str) -> None:
    """A schema may say that an empty cell is a text of no letters; no key is."""
    content = HEADER + make_row(1, **{column: ""}) + make_row(2, merchant="")
    document, _, rows, _ = assert_same(content.encode(), opened(missingValues=["N/A"]))

    assert document["errors_by_code"] == {"cell-key": 1}
    assert [row["merchant"] for row in rows] == [""]


@pytest.mark.parametrize(("amount", "currency", "right"), [
    ("9" * 36, "EUR", True), ("9" * 37, "EUR", False), ("9" * 38, "EUR", False), ("9" * 38, "JPY", True),
])  # fmt: skip
def test_an_amount_has_no_more_digits_than_a_number_of_the_table(amount: str, currency: str, right: bool) -> None:
    """With its currency's decimals, as it is written."""
    document, _, rows, _ = assert_same((HEADER + make_row(1, amount=amount, currency=currency)).encode(), SCHEMA)

    assert document["errors_by_code"] == ({} if right else {"cell-type": 1})
    for row in rows:
        assert TypeSerializer().serialize(Decimal(row["amount"]))


def test_a_long_number_is_written_with_all_of_its_digits() -> None:
    """Whatever Python's decimals round to."""
    schema = parse({"fields": [{"name": "number", "type": "number"}]})
    numbers = ["1234567890123456789012345678901234567.8", "-0", "0." + "0" * 36 + "1"]
    _, _, rows, _ = assert_same(("number\n" + "\n".join(numbers) + "\n").encode(), schema)

    assert [row["number"] for row in rows] == [numbers[0], "0", numbers[2]]


def test_a_schema_that_is_not_one_of_a_table_has_no_such_limits() -> None:
    """Without roles nothing is loaded, and any size is right."""
    schema = parse({"fields": [{"name": "text"}, {"name": "empty"}], "missingValues": []})
    document, *_ = assert_same(("text,empty\n" + "\u6771" * 200_000 + ",\n").encode(), schema)

    assert keys(schema) == frozenset()
    assert document["rows"]["accepted"] == 1


def test_a_key_whose_name_the_table_does_not_take_is_refused_with_the_schema() -> None:
    """At synthesis, and not by the deployment."""
    document = json.loads(SHIPPED.read_text().replace('"account_id"', f'"{"a" * 256}"'))

    with pytest.raises(SchemaError, match=r"tap\.roles\.account: the column's name must have at most 255 bytes"):
        parse(document)
