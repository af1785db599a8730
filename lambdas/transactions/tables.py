"""What DynamoDB takes of an item and of its keys, so that a row it would refuse is rejected with the file's others.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
Used by `rules`, which knows, and by `predicates`, which is stricter. Of what the load adds to a row the longest is
counted: whether a row is right does not depend on the name of its file.
"""

from collections.abc import Mapping

from transactions.layout import INCOMING, MAX_KEY_BYTES, MAX_VERSION_BYTES
from transactions.schema import Schema

ITEM_BYTES = 400 * 1024  # of an item: its names and its values
KEY_BYTES = 2048  # of a partition key, which has at least one
KEY_ROLES = ("id", "account")  # partition keys of the table and of an index; a time, a sort key, is never too long

_NUMBER = 22  # bytes: one for each two of 38 digits, one more, and some, as the length is said to be approximate
_PART = len("##") + 10  # what a part's number takes
ADDED = {
    "transaction_date": len("2025-01-31"),
    "source_file": len(INCOMING) + MAX_KEY_BYTES,
    "source_version": MAX_VERSION_BYTES,
    "source_part": MAX_KEY_BYTES + MAX_VERSION_BYTES + _PART,
    "source_line": _NUMBER,
    "content_hash": 64,
    "loaded_at": len("2025-01-31T23:59:59.999+00:00"),
}
_GROWTH = 32  # bytes by which a value that is no text may be longer than its cell, once it is normalised
_FOR_ADDED = sum(len(name) + size for name, size in ADDED.items())


def item_bytes(row: Mapping[str, str | int | None], schema: Schema) -> int:
    """The size of a normalised row's item, at most."""
    amount = schema.roles.get("amount")
    values = ((name, str(row[name])) for name in schema.names if row.get(name) is not None)
    sizes = (_bytes(name) + (_NUMBER if name == amount else _bytes(value)) for name, value in values)
    return _FOR_ADDED + sum(sizes)


def sure_to_fit(schema: Schema) -> int:
    """Bytes that all cells of a row may have together without a need to ask for `item_bytes`."""
    names = sum(map(_bytes, schema.names))
    longer = sum(
        _GROWTH + max((_bytes(one.cell_type.write(value)) for value in one.enum), default=0) for one in schema.fields
    )
    return ITEM_BYTES - _FOR_ADDED - names - longer


def keys(schema: Schema) -> frozenset[str]:
    """The columns whose cells become keys; none where the schema is not one of a table."""
    return frozenset(schema.roles[role] for role in KEY_ROLES if role in schema.roles)


def fits_a_key(cell: str) -> bool:
    """Whether a text may be a partition key."""
    return 1 <= len(cell.encode()) <= KEY_BYTES


def _bytes(text: str) -> int:
    return len(text.encode())
