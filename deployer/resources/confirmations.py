"""Subscriptions of the stack's topics whose receiver has not confirmed them: `tap deploy` and `tap doctor` say so.

SNS sends nothing to them, and drops them after 48 hours:
https://docs.aws.amazon.com/sns/latest/dg/sns-delete-subscription-topic.html
"""

from collections import Counter
from collections.abc import Iterator

from deployer.resources.child_types import UNCONFIRMED
from deployer.resources.configuration import SUBSCRIPTION, Configuration, Reference
from deployer.resources.inventory import Inventory
from deployer.resources.resource import paged
from deployer.targets.targets import Target

REMEDY = "the receiver opens the link that SNS sent; after 48 hours without that, `tap deploy` has SNS send another"


def waiting(target: Target, configuration: Configuration) -> str:
    """How many there are, for people, without an address; blank where there is none.

    Raises:
        ClientError: AWS refuses an answer.
    """
    found = Counter(
        one["Protocol"] for arn in _topics(target, configuration)
        for one in paged(target.client("sns"), "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
        if one["SubscriptionArn"] == UNCONFIRMED
    )  # fmt: skip
    told = ", ".join(f"{count} by {protocol}" for protocol, count in sorted(found.items()))
    return f"subscriptions that are not confirmed yet, so nothing is sent to them: {told}" if told else ""


def _topics(target: Target, configuration: Configuration) -> Iterator[str]:
    """The ARNs of the stack's own topics that it subscribes somebody to, as far as they exist."""
    inventory = Inventory(target, configuration)
    named = {one.argument("topic_arn") for one in configuration.of_type(SUBSCRIPTION)}
    for topic in sorted(one.address for one in named if isinstance(one, Reference)):
        if thing := inventory.locate(topic):
            yield thing.arn
