"""Subscriptions of a topic: how they are found, who is told of those that wait, and how the embedded AWS has them."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployer.deploy import stages
from deployer.identity import ANY
from deployer.resources import confirmations
from deployer.resources.configuration import Configuration, configuration_of
from deployer.resources.inventory import Inventory
from deployer.targets.ministack_server import subscriptions
from tests.unit.deployer.fake_account import Client, FakeTarget, Item, account
from tests.unit.deployer.working_folder import configured, run_in

TAGS = {"Project": "tap", "EnvironmentSuffix": "x"}
TOPIC = Item("aws_sns_topic", "t-x", "1", TAGS)
ARN = f"{TOPIC.arn}:t-x"
STACK: dict[str, Any] = {
    "provider": {"aws": [{"default_tags": [{"tags": TAGS}]}]},
    "variable": {"ann": {"default": "ann@example.org", "sensitive": True}, "account_id": {"default": ""}},
    "resource": {
        "aws_sns_topic": {"t": {"name": "t-x"}},
        "aws_sns_topic_subscription": {
            "ann": {"topic_arn": "${aws_sns_topic.t.arn}", "protocol": "email", "endpoint": "${var.ann}"},
            "who": {"topic_arn": "${aws_sns_topic.t.arn}", "protocol": "email", "endpoint": "${local.who}"},
        },
    },
}
ADDRESS = "aws_sns_topic_subscription.ann"


def subscribed(*arns: str, refused: bool = False, monkeypatch: pytest.MonkeyPatch) -> FakeTarget:
    """An account with the topic, and these subscriptions of ann's to it."""

    def listed(_: Client, **asked: str) -> Any:
        assert asked == {"TopicArn": ARN}
        if refused:
            raise ClientError({"Error": {"Code": "AuthorizationError", "Message": "no"}}, "ListSubscriptionsByTopic")
        told = [{"SubscriptionArn": one, "Protocol": "email", "Endpoint": "ann@example.org"} for one in arns]
        return {"Subscriptions": told}

    monkeypatch.setattr(Client, "list_subscriptions_by_topic", listed, raising=False)
    return account(TOPIC)


def configuration() -> Configuration:
    return configuration_of(STACK, ANY)


@pytest.mark.parametrize(("told", "found"), [("arn:s", "arn:s"), ("PendingConfirmation", None)])
def test_one_that_is_confirmed_is_found_by_its_address(
    told: str, found: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which a variable holds; of one that waits there is nothing that Terraform could import."""
    thing = Inventory(subscribed(told, monkeypatch=monkeypatch), configuration()).locate(ADDRESS)

    assert (thing.id if thing else None) == found


def test_what_is_written_in_another_way_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument that only Terraform could tell ends the search for that one, and nothing else."""
    inventory = Inventory(subscribed("arn:s", monkeypatch=monkeypatch), configuration())

    assert inventory.locate("aws_sns_topic_subscription.who") is None


def test_what_the_deployer_gives_terraform_is_not_taken_from_a_default() -> None:
    """Region and account are the target's."""
    document = {**STACK, "resource": {"aws_sqs_queue": {"q": {"name": "${var.account_id}"}}}}

    assert configuration_of(document, ANY).wanted["aws_sqs_queue.q"].argument("name") is None


def notes(folder: Path, target: FakeTarget, stack: dict[str, Any]) -> list[str]:
    """What the end of a deployment says."""
    told: list[str] = []
    configured(folder, stack)
    run = run_in(folder, target, view=SimpleNamespace(note=told.append))  # type: ignore[arg-type]
    stages.tell_unconfirmed(run)
    return told


def test_a_deployment_says_who_has_not_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many, by what, and what to do; not who."""
    target = subscribed("PendingConfirmation", "arn:s", "PendingConfirmation", monkeypatch=monkeypatch)
    (told,) = notes(tmp_path, target, STACK)

    assert "2 by email" in told
    assert confirmations.REMEDY in told
    assert "ann@" not in told


@pytest.mark.parametrize("stack", [STACK, {**STACK, "resource": {"aws_sns_topic": {"t": {"name": "t-x"}}}}])
def test_it_says_nothing_where_nobody_waits(
    stack: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All have confirmed, or there is no subscription."""
    assert notes(tmp_path, subscribed("arn:s", monkeypatch=monkeypatch), stack) == []


def test_a_deployment_that_may_not_look_has_not_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it could not see is told."""
    (told,) = notes(tmp_path, subscribed(refused=True, monkeypatch=monkeypatch), STACK)

    assert "could not be seen" in told


def sns() -> Any:
    """MiniStack's service with one topic, as far as a subscription needs it."""
    topic: dict[str, Any] = {"subscriptions": []}

    def subscribe(params: dict[str, list[str]]) -> Any:
        protocol, endpoint = params["Protocol"][0], params["Endpoint"][0]
        if not any(one["endpoint"] == endpoint for one in topic["subscriptions"]):
            confirmed = protocol != "https"
            topic["subscriptions"].append(
                {"arn": f"arn:{endpoint}", "protocol": protocol, "endpoint": endpoint, "confirmed": confirmed,
                 "token": None, "attributes": {}}
            )  # fmt: skip
        return 200, {}, b"<SubscribeResponse/>"

    def listed(_: Any) -> Any:
        told = "".join(f"<SubscriptionArn>{one['arn']}</SubscriptionArn>" for one in topic["subscriptions"])
        return 200, {}, told.encode()

    return SimpleNamespace(
        _subscribe=subscribe, _list_subscriptions_by_topic=listed, _refresh_subscription_counts=lambda _: None,
        _topic_by_arn_any_scope=lambda arn: topic if arn == "arn:t" else None,
        _xml=lambda status, tag, inner: (status, {}, inner.encode()), topic=topic,
    )  # fmt: skip


def asked(protocol: str, endpoint: str, **more: str) -> dict[str, list[str]]:
    given = {"TopicArn": "arn:t", "Protocol": protocol, "Endpoint": endpoint, **more}
    return {name: [value] for name, value in given.items()}


@pytest.mark.parametrize(
    ("protocol", "waits"), [("email", True), ("email-json", True), ("https", True), ("sqs", False)]
)
def test_the_embedded_aws_waits_for_a_confirmation_as_sns_does(protocol: str, waits: bool) -> None:
    """Its ARN is told to who asks for it, and not in a list; without a topic the answer is MiniStack's own."""
    service = sns()
    subscriptions.mend_subscriptions(service)
    bare = service._subscribe(asked(protocol, "e"))[2].decode()
    wanted = service._subscribe(asked(protocol, "e", ReturnSubscriptionArn="true"))[2].decode()
    listed = service._list_subscriptions_by_topic({"TopicArn": ["arn:t"]})[2].decode()

    assert ("pending confirmation" in bare) == waits
    assert "<SubscriptionArn>arn:e<" in wanted
    assert (f"<SubscriptionArn>{subscriptions.PENDING}<" in listed) == waits
    assert service._subscribe({**asked(protocol, "e"), "TopicArn": ["arn:other"]})[2] == b"<SubscribeResponse/>"


def test_one_that_was_confirmed_stays_so() -> None:
    """When the same address is subscribed again."""
    service = sns()
    subscriptions.mend_subscriptions(service)
    service._subscribe(asked("email", "e"))
    service.topic["subscriptions"][0]["confirmed"] = True

    assert b"arn:e" in service._subscribe(asked("email", "e"))[2]
