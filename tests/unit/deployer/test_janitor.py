"""The janitor finds the environments that are over their time, and no other."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from deployer.deploy.expired import expired
from deployer.identity import Identity
from tests.unit.deployer.moto_target import Aws, aws

IDENTITY = Identity(tags={"Project": "tap", "EnvironmentSuffix": "{suffix}"})
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
BEFORE, AFTER = "2026-11-24T01:59:59+00:00", "2026-11-24T02:00:01+00:00"


@pytest.fixture
def target() -> Iterator[Aws]:
    with mock_aws():
        yield aws("eu-west-1")


def queue(target: Aws, name: str, **tags: str) -> None:
    target.client("sqs").create_queue(QueueName=name, tags=tags)


def table(target: Aws, name: str, **tags: str) -> None:
    rows: list[Any] = [{"Key": key, "Value": value} for key, value in tags.items()]
    target.client("dynamodb").create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST", Tags=rows,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip


def test_only_what_is_over_its_time_is_named(target: Aws) -> None:
    """One second over is over; one second to go, or no such tag at all, is not."""
    queue(target, "a", Project="tap", EnvironmentSuffix="over", ExpiresAt=BEFORE)
    queue(target, "b", Project="tap", EnvironmentSuffix="at-work", ExpiresAt=AFTER)
    queue(target, "c", Project="tap", EnvironmentSuffix="lasting")

    assert expired(target, NOW, IDENTITY) == ["over"]


@pytest.mark.parametrize("tags", [{}, {"ExpiresAt": AFTER}])
def test_a_lasting_environment_protects_its_suffix(target: Aws, tags: dict[str, str]) -> None:
    """One thing of the suffix that is not over its time, or has none, keeps all that has the suffix."""
    queue(target, "a", Project="tap", EnvironmentSuffix="shared", ExpiresAt=BEFORE)
    table(target, "b", Project="tap", EnvironmentSuffix="shared", **tags)

    assert expired(target, NOW, IDENTITY) == []


@pytest.mark.parametrize(
    "tags",
    [
        {"Project": "another", "EnvironmentSuffix": "theirs"},
        {"EnvironmentSuffix": "nobodys"},
        {"Project": "tap"},
        {"Project": "tap", "EnvironmentSuffix": "Not_A_Suffix"},
        {"Project": "tap", "EnvironmentSuffix": "../x"},
        {"Project": "tap", "EnvironmentSuffix": ""},
    ],
)
def test_tags_of_others_are_nobodys_business(target: Aws, tags: dict[str, str]) -> None:
    """Another project, half of the tags, or a suffix that no deployment could have."""
    queue(target, "a", ExpiresAt=BEFORE, **tags)

    assert expired(target, NOW, IDENTITY) == []


def test_an_unreadable_time_is_not_over(target: Aws) -> None:
    """Who wrote something else than a time did not say that it may go."""
    queue(target, "a", Project="tap", EnvironmentSuffix="odd", ExpiresAt="")
    queue(target, "b", Project="tap", EnvironmentSuffix="odder", ExpiresAt="1 week")

    assert expired(target, NOW, IDENTITY) == []


def test_a_key_that_only_waits_for_its_deletion_is_not_visited_again(target: Aws) -> None:
    """A cleanup schedules it for a week later, and it keeps its tags until then; a key that nobody scheduled counts."""
    kms = target.client("kms")
    for suffix in ("cleaned", "left"):
        tags = {"Project": "tap", "EnvironmentSuffix": suffix, "ExpiresAt": BEFORE}
        key = kms.create_key(Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()])
        if suffix == "cleaned":
            kms.schedule_key_deletion(KeyId=key["KeyMetadata"]["KeyId"], PendingWindowInDays=7)

    assert expired(target, NOW, IDENTITY) == ["left"]


def role(target: Aws, name: str, region: str, **tags: str) -> None:
    trust = {
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:{region}:123456789012:function:f"}},
    }  # fmt: skip
    target.client("iam").create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )  # fmt: skip


def test_an_environment_of_which_only_roles_are_left_is_found(target: Aws) -> None:
    """The listing by tags knows no roles; those that serve another region, or another project, are not meant."""
    tags = {"Project": "tap", "ExpiresAt": BEFORE}
    role(target, "a", target.region, EnvironmentSuffix="here", **tags)
    role(target, "b", "us-west-2", EnvironmentSuffix="elsewhere", **tags)
    role(target, "c", target.region, **{**tags, "Project": "another"}, EnvironmentSuffix="theirs")
    role(target, "d", target.region, EnvironmentSuffix="lasting", Project="tap")

    assert expired(target, NOW, IDENTITY) == ["here"]
