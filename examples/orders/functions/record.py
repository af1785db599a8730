"""Takes orders from a queue into the table: each once, however often its message comes."""

import json
import os
from typing import Any

import boto3


def handler(event: dict[str, Any], _: Any) -> dict[str, Any]:
    """Of a batch, what failed comes again, and after some times goes to the dead letters."""
    table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
    failed = []
    for message in event["Records"]:
        try:
            order = json.loads(message["body"])
            table.put_item(Item={"id": str(order["id"]), "what": str(order["what"])})
        except (ValueError, KeyError, TypeError):
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
