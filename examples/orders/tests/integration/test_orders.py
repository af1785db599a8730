"""Orders move from a queue to the table, on any target."""

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.smoke
WAIT_S = 600  # a hang: nothing here takes minutes


@pytest.fixture
def order(tap_deployment: Any, tap_target: Any) -> Iterator[dict[str, str]]:
    """One that nobody sent before; what it leaves in the table goes with the test."""
    one = {"id": uuid.uuid4().hex, "what": "tea"}
    yield one
    table = tap_deployment.outputs["table_name"]
    tap_target.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": one["id"]}})


def stored(tap_target: Any, table: str, order: dict[str, str]) -> dict[str, str]:
    """The order as the table has it, once it has."""
    ends = time.monotonic() + WAIT_S
    while time.monotonic() < ends:
        found = tap_target.client("dynamodb").get_item(
            TableName=table, Key={"id": {"S": order["id"]}}, ConsistentRead=True
        )
        if "Item" in found:
            return {name: value["S"] for name, value in found["Item"].items()}
        time.sleep(0.5)
    return pytest.fail(f"the order {order['id']} is not in {table} after {WAIT_S} s")


@pytest.mark.parametrize("channel", [0, 1])
def test_an_order_goes_from_each_channel_to_the_table(
    tap_deployment: Any, tap_target: Any, order: dict[str, str], channel: int
) -> None:
    """As it was sent, whatever comes with it in a batch: what is no order is tried again by itself."""
    sqs, queue = tap_target.client("sqs"), tap_deployment.outputs["queue_urls"][channel]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(order))

    assert stored(tap_target, tap_deployment.outputs["table_name"], order) == order
