"""Who is told of loads and alarms: subscriptions by settings, and addresses that stand in one place only."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.stack.reading import Document, resources

MAIL, HOOK = "ann@example.org", "https://hooks.example.org/tap?key=1%20"


@pytest.fixture
def told(synthesised: Callable[..., Document]) -> Document:
    """The stack that tells somebody by mail and somebody by HTTPS."""
    return synthesised(notify_email=MAIL, notify_https=HOOK)


def test_nobody_is_told_unless_a_setting_says_so(document: Document) -> None:
    """The topic is there in any case; who deploys decides whom it tells."""
    assert _of_settings(document) == {}


def test_each_address_has_a_subscription_of_the_stacks_topic(told: Document) -> None:
    """With its protocol; nothing waits for a confirmation that a person gives."""
    (topic,) = resources(told, "aws_sns_topic")
    found = _of_settings(told).values()
    addresses = {one["protocol"]: told["variable"][_variable(one)]["default"] for one in found}

    assert addresses == {"email": MAIL, "https": HOOK}
    assert {one["topic_arn"] for one in found} == {f"${{aws_sns_topic.{topic}.arn}}"}
    assert [one for one in found if one.keys() & {"endpoint_auto_confirms", "confirmation_timeout_in_minutes"}] == []


def test_an_address_stands_in_a_sensitive_variable_and_nowhere_else(told: Document) -> None:
    """So no plan, no log and no address of Terraform shows it."""
    variables = {name: one for name, one in told["variable"].items() if one.get("sensitive")}
    rest = {**told, "variable": {name: one for name, one in told["variable"].items() if name not in variables}}

    assert {one["default"] for one in variables.values()} == {MAIL, HOOK}
    assert [one for one in (MAIL, HOOK) if one in json.dumps(rest)] == []
    assert [name for name in variables if "ann" in name or "hooks" in name] == []


def test_a_subscription_stays_where_others_come_and_go(synthesised: Callable[..., Document], told: Document) -> None:
    """One that is made anew has to be confirmed anew."""
    (before,) = _by_mail(told).items()
    after = _by_mail(synthesised(notify_email=f"aaa@example.org,{MAIL}"))

    assert before in after.items()
    assert len(after) == 2


def _of_settings(document: Document) -> dict[str, Any]:
    """The subscriptions that `stack/notifications.py` makes; the stack may have others."""
    found = resources(document, "aws_sns_topic_subscription")
    return {name: one for name, one in found.items() if name.startswith("notifications_")}


def _variable(subscription: Document) -> str:
    return str(subscription["endpoint"]).removeprefix("${var.").removesuffix("}")


def _by_mail(document: Document) -> dict[str, Any]:
    """Address by the name of its subscription in Terraform."""
    mails = {name: one for name, one in _of_settings(document).items() if one["protocol"] == "email"}
    return {name: document["variable"][_variable(one)]["default"] for name, one in mails.items()}
