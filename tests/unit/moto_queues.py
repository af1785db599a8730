"""Queues of moto, of which nobody takes and to which nobody sends but the test itself: no wait for a message helps."""

from typing import Any


def nobody_writes_meanwhile(sqs: Any) -> None:
    """What `sqs` is asked to wait for, it does not wait for: what is not there now does not come."""
    sqs.meta.events.register("provide-client-params.sqs.ReceiveMessage", _at_once)


def _at_once(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    return {**params, "WaitTimeSeconds": 0}
