"""Subscriptions of a topic that wait for their confirmation, as SNS has them. Seen in MiniStack 1.5.33."""

import uuid
from typing import Any

PENDING = "PendingConfirmation"


def mend_subscriptions(sns: Any) -> None:
    """A mail address is confirmed at once, though nobody is asked; `ReturnSubscriptionArn` is ignored, so that the
    provider can make no subscription that waits; and a list tells the ARN of one that waits.

    https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    """
    subscribe, listed = sns._subscribe, sns._list_subscriptions_by_topic

    def subscribed(params: Any) -> Any:
        before = _found(sns, params)
        answer = subscribe(params)
        if not (made := _found(sns, params)):
            return answer
        if before is None and made["protocol"].startswith("email"):
            _wait(made)
            sns._refresh_subscription_counts(_topic(sns, params))
        told = (
            made["arn"]
            if made["confirmed"] or _told(params, "ReturnSubscriptionArn") == "true"
            else "pending confirmation"
        )
        inner = f"<SubscribeResult><SubscriptionArn>{told}</SubscriptionArn></SubscribeResult>"
        return sns._xml(200, "SubscribeResponse", inner)

    def list_subscriptions_by_topic(params: Any) -> Any:
        status, headers, body = listed(params)
        text = body.decode() if isinstance(body, bytes) else body
        for one in (_topic(sns, params) or {}).get("subscriptions", []):
            if not one["confirmed"]:
                text = text.replace(f"<SubscriptionArn>{one['arn']}<", f"<SubscriptionArn>{PENDING}<")
        return status, headers, text.encode()

    sns._subscribe, sns._list_subscriptions_by_topic = subscribed, list_subscriptions_by_topic


def _wait(subscription: dict[str, Any]) -> None:
    subscription.update(confirmed=False, token=str(uuid.uuid4()))
    subscription["attributes"].update(PendingConfirmation="true", ConfirmationWasAuthenticated="false")


def _found(sns: Any, params: Any) -> dict[str, Any] | None:
    """The subscription that a request is about, if there is one."""
    wanted = (_told(params, "Protocol"), _told(params, "Endpoint"))
    there = (_topic(sns, params) or {}).get("subscriptions", [])
    return next((one for one in there if (one["protocol"], one["endpoint"]) == wanted), None)


def _topic(sns: Any, params: Any) -> Any:
    return sns._topic_by_arn_any_scope(_told(params, "TopicArn"))


def _told(params: Any, name: str) -> str:
    """As MiniStack has a query's parameters: each a list."""
    value = params.get(name) or ""
    return str(value[0] if isinstance(value, list) else value)
