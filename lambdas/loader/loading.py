"""Writes the items of one part to the table, each on the condition that its id is not there yet.

Called by `steps`. What is there already decides: the same row again is loaded, the same content from elsewhere a
duplicate, other content a conflict that is told and never written over the first.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from aws_io import objects, reports
from aws_io.faults import code, retryable
from transactions.errors import DocumentRefused
from transactions.manifest import Manifest
from transactions.money import Totals
from transactions.parts import Item, Part, items_of, to_lines
from transactions.reports import of_manifest
from transactions.schema import Schema

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

CONNECTIONS = 16  # writes at once
OUTCOMES = ("loaded", "duplicate", "conflicting")
_ORIGIN = ("source_file", "source_version", "source_line")
_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


@dataclass(frozen=True, slots=True)
class Loader:
    """What the work needs: clients, the bucket, the table and the roles of its columns."""

    s3: "S3Client"
    table: "DynamoDBClient"
    bucket: str
    table_name: str
    schema: Schema


def load_part(loader: Loader, part: Part) -> dict[str, Any]:
    """Load one part, and write its conflicts and its result, which is also returned.

    Raises:
        DocumentRefused: the part does not hold the rows that it should.
        Throttled: a service was busy, broken or silent; what was written is found again by the next try.
    """
    if part.bucket != loader.bucket:
        raise DocumentRefused(f"{part.name} is of bucket {part.bucket}, not of {loader.bucket}")
    items = items_of(part, _bytes(loader, part), loader.schema)
    now = objects.now()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        announced = pool.submit(_announce, loader, part)
        found = list(pool.map(lambda item: _put(loader, item, now), items))
        announced.result()
    outcomes = list(zip(items, found, strict=True))
    result = _result(loader, part, outcomes)
    conflicts = [_conflict(item, there) for item, there in outcomes if _outcome(item, there) == "conflicting"]
    if conflicts:
        objects.put(loader.s3, loader.bucket, part.conflicts_key, to_lines(conflicts), objects.JSON_LINES)
    objects.put_json(loader.s3, loader.bucket, part.result_key, result)
    return result


def _bytes(loader: Loader, part: Part) -> bytes:
    s3, upload = loader.s3, part.upload
    if part.cut is None:
        return objects.get(s3, loader.bucket, upload.part(part.number))
    return objects.get_range(s3, loader.bucket, upload.accepted, part.cut.start, part.cut.size)


def _put(loader: Loader, item: Item, now: str) -> Item | None:
    """Write an item if its id is not in the table; else the item that is there."""
    amount = loader.schema.role("amount")
    values = {**item, amount: Decimal(item[amount]), "loaded_at": now}
    try:
        with retryable():
            loader.table.put_item(
                TableName=loader.table_name,
                Item={name: _serialize(value) for name, value in values.items()},
                ConditionExpression="attribute_not_exists(#id)",
                ExpressionAttributeNames={"#id": loader.schema.role("id")},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
    except ClientError as error:
        if code(error) != "ConditionalCheckFailedException":
            raise
        return _there(error)
    return None


def _there(error: ClientError) -> Item:
    """The item that made the condition fail; it comes with the answer, so that nothing need be read."""
    there = cast("Mapping[str, Any]", error.response["Item"])  # type: ignore[typeddict-item] # of this one error
    return {name: _deserialize(value) for name, value in there.items()}


def _outcome(item: Item, there: Item | None) -> str:
    if there is None or all(item[name] == there.get(name) for name in _ORIGIN):
        return "loaded"
    return "duplicate" if item["content_hash"] == there.get("content_hash") else "conflicting"


def _conflict(item: Item, there: Item | None) -> dict[str, Any]:
    """What is told of a conflict: the row, and where the one in the table came from."""
    first = {name: _plain((there or {}).get(name)) for name in (*_ORIGIN, "loaded_at")}
    return {"source_line": item["source_line"], "first": first, "row": item}


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, Decimal) else value


def _result(loader: Loader, part: Part, outcomes: list[tuple[Item, Item | None]]) -> dict[str, Any]:
    """Rows and totals per currency, each by outcome."""
    amount, currency = loader.schema.role("amount"), loader.schema.role("currency")
    rows, totals = dict.fromkeys(OUTCOMES, 0), {outcome: Totals() for outcome in OUTCOMES}
    for item, there in outcomes:
        outcome = _outcome(item, there)
        rows[outcome] += 1
        totals[outcome].add(item[currency], Decimal(item[amount]))
    return {
        "part": part.number,
        "rows": rows,
        "totals": {outcome: totals[outcome].to_json() for outcome in OUTCOMES},
    }


def _announce(loader: Loader, part: Part) -> None:
    """With the first part, say in the report that loading has begun."""
    if part.number == 0:
        manifest = Manifest.of_json(objects.get_json(loader.s3, loader.bucket, part.upload.manifest))
        reports.publish(loader.s3, loader.bucket, of_manifest(manifest, "loading", objects.now(), {}))
