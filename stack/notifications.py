"""Who hears of each load and each alarm: subscriptions of the topic, one for each address of the settings.

Every one waits until its receiver has confirmed it. SNS sends nothing before, and drops it after 48 hours; the next
deployment then finds it gone and asks the receiver again:
https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/

Terraform can't remove one that waits. Taken out of the settings, it leaves the state at once and SNS after these 48
hours; with the topic it goes in any case. It waits for no confirmation either, unless `endpoint_auto_confirms` says
that the endpoint answers at once, within `confirmation_timeout_in_minutes`; a person does not, and neither is set:
https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/sns_topic_subscription

That the topic is encrypted changes nothing here: who publishes needs the key, and SNS decrypts what it sends. A mail is
readable on its way: https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html
"""

import hashlib

from cdktf import TerraformVariable
from constructs import Construct

from stack.bindings import SnsTopic, SnsTopicSubscription
from stack.settings import Settings


class Notifications(Construct):
    """The topic's subscriptions by mail and by HTTPS."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, topic: SnsTopic) -> None:
        super().__init__(scope, construct_id)
        told = [("email", each) for each in settings.notify_email] + [("https", each) for each in settings.notify_https]
        for protocol, endpoint in told:
            self._subscribe(topic, protocol, endpoint)

    def _subscribe(self, topic: SnsTopic, protocol: str, endpoint: str) -> None:
        """By a name that stays when others come and go, as one that is made anew has to be confirmed anew.

        The address itself is personal: it stands once, in a sensitive variable, which no plan and no log shows.
        """
        name = f"{protocol}-{hashlib.sha256(endpoint.encode()).hexdigest()[:6]}"
        address = TerraformVariable(
            self,
            f"{name}-address",
            type="string",
            default=endpoint,
            sensitive=True,
            description="who is told of loads and alarms",
        )
        address.override_logical_id(f"notify_{name.replace('-', '_')}")
        SnsTopicSubscription(self, name, topic_arn=topic.arn, protocol=protocol, endpoint=address.string_value)
