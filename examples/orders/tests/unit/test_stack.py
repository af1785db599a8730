"""The synthesised stack: no AWS, no Terraform."""

from typing import Any


def test_each_channel_has_a_queue_that_feeds_the_function(tap_stack: Any) -> None:
    """One block stands for all channels, and so does the mapping that reads from them."""
    queue, feed = tap_stack.all("aws_sqs_queue")["queue"], tap_stack.the("aws_lambda_event_source_mapping")

    queue.expect(for_each='${toset(["phone", "shop"])}')
    feed.expect(for_each="${aws_sqs_queue.queue}")


def test_the_networks_own_group_lets_nothing_through(tap_stack: Any) -> None:
    """Terraform takes all rules from the group that AWS makes with the network."""
    tap_stack.the("aws_default_security_group").expect(ingress=None, egress=None)
