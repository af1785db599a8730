"""What the table's keys may be, the rules of a row know: no row that they accept has a key that DynamoDB refuses."""

from typing import Any

from tests.unit.stack.reading import the
from transactions.schema import load
from transactions.tables import ADDED, KEY_BYTES, keys

SORT_KEY_BYTES = 1024  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html


def test_each_key_of_the_table_is_judged_or_can_not_be_too_long(document: dict[str, Any]) -> None:
    """Of the table and of each index: a column that the rules know as a key, a time, or what the load adds."""
    table, schema = the(document, "aws_dynamodb_table"), load()
    indexes = table["global_secondary_index"]
    hashed = {table["hash_key"], *(index["hash_key"] for index in indexes)}
    sorted_by = {index["range_key"] for index in indexes}

    assert hashed == keys(schema) | {"source_part"}
    assert sorted_by == {schema.role("timestamp"), "source_line"}
    assert ADDED["source_part"] <= KEY_BYTES
    assert len("2025-01-31T23:59:59.999999+00:00") <= SORT_KEY_BYTES
    assert all(index["projection_type"] == "ALL" for index in indexes)  # an item of an index is as large as the table's
