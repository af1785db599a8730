"""What fails on the way is kept with its reason, and told."""

import json
import time
from typing import Any

import pytest

from deployer.pipeline import Pipeline

pytestmark = pytest.mark.fault
DEADLINE_S = 60.0


def _dead_letter(pipeline: Pipeline, word: str) -> dict[str, Any]:
    """The dead letter that holds `word`; others go back to the queue."""
    sqs, url = pipeline.target.client("sqs"), pipeline.outputs.dead_letter_queue_url
    ends = time.monotonic() + DEADLINE_S
    seen = 0
    while time.monotonic() < ends:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            seen += 1
            if word in message["Body"]:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                return json.loads(message["Body"])
    pytest.fail(f"no dead letter names {word!r} after {DEADLINE_S:.0f} s; {seen} others were seen")


def test_a_load_that_fails_rests_in_the_dead_letters_with_its_reason(pipeline: Pipeline, tag: str) -> None:
    """A load whose parts are not there fails; its input and error wait in the queue, and the run ends as failed."""
    client = pipeline.target.client("stepfunctions")
    names = {"bucket": pipeline.bucket, "key": f"incoming/{tag}", "version_id": "v"}
    start = {
        **names,
        "manifest_key": f"validated/{tag}/v/manifest.json",
        "parts_key": f"transformed/{tag}/v/parts.json",
    }

    execution = client.start_execution(
        stateMachineArn=pipeline.outputs.state_machine_arn, name=f"lost-{tag}", input=json.dumps(start)
    )["executionArn"]

    letter = _dead_letter(pipeline, tag)
    assert letter["parts_key"] == start["parts_key"]
    assert letter["error"]["Error"]
    ends = time.monotonic() + DEADLINE_S
    while (status := client.describe_execution(executionArn=execution)["status"]) == "RUNNING":
        assert time.monotonic() < ends, "the run did not end"
        time.sleep(0.2)
    assert status == "FAILED"
