"""What the compliance gate says of the stack, written and planned."""

from typing import Any


def test_the_gate_finds_nothing(tap_gate: Any) -> None:
    """By Checkov's rules and Tap's; what somebody answers for is named, with the reason."""
    assert tap_gate.findings == ()
    assert {one.rule for one in tap_gate.suppressed} >= {"CKV_AWS_117", "CKV2_AWS_11"}


def test_a_plan_makes_a_queue_for_each_channel(tap_plan: Any) -> None:
    """What `for_each` comes to, only a plan tells."""
    planned = tap_plan["planned_values"]["root_module"]["resources"]
    queues = {one["values"]["name"] for one in planned if one["type"] == "aws_sqs_queue"}

    assert queues == {"orders-dead-test", "orders-phone-test", "orders-shop-test"}
