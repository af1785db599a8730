"""What the tests read from the table, beside what `Pipeline` gives."""

from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from pipeline.client import Pipeline


def items_of(pipeline: Pipeline, account: str) -> list[dict[str, Any]]:
    """All items of an account, by time."""
    answer = pipeline.target.client("dynamodb").query(
        TableName=pipeline.outputs.table_name,
        IndexName="by-account",
        KeyConditionExpression="account_id = :account",
        ExpressionAttributeValues={":account": {"S": account}},
    )
    read = TypeDeserializer().deserialize
    return [{name: read(value) for name, value in item.items()} for item in answer["Items"]]
