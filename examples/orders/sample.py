"""Sends an order from the shop and tells when it is in the table: what `tap dev` tries each change with."""

import json
import sys
import time
import uuid

import boto3

outputs = json.load(sys.stdin)  # as `tap outputs --json` prints them; which AWS is meant, the environment says
order = {"id": uuid.uuid4().hex, "what": "tea"}
boto3.client("sqs").send_message(QueueUrl=outputs["queue_urls"][-1], MessageBody=json.dumps(order))
print("sent", order["id"])
table = boto3.resource("dynamodb").Table(outputs["table_name"])
while "Item" not in table.get_item(Key={"id": order["id"]}, ConsistentRead=True):
    time.sleep(0.5)
print("recorded", order["id"])
