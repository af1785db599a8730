"""The bucket of Terraform's state: `tap bootstrap` makes what `tap doctor` asks for, and nothing twice."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deployer.errors import EnvironmentUnready, UsageError
from deployer.settings import Settings
from deployer.targets import targets
from deployer.terraform.state_bucket import (
    TRAITS,
    StateBucket,
    _delete_probe,
    _write_probe,
    bootstrap,
    exists,
    findings,
)
from deployer.terraform.state_lock import Holder, free
from tests.unit.deployer.moto_target import Aws, aws

NAME = "my-states"
SETTINGS = Settings(aws_region="eu-west-1", state_bucket=NAME, environment_suffix="x")
BACKEND = {"bucket": NAME, "key": "x/TapStack.tfstate", "region": "eu-west-1"}
OFF = {"Status": "Suspended"}
OTHERS = {
    "Sid": "Theirs",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:PutObject",
    "Resource": f"arn:aws:s3:::{NAME}/*",
    "Condition": {"Null": {"aws:PrincipalArn": "true"}},
}


@pytest.fixture
def target() -> Iterator[Aws]:
    with mock_aws():
        yield aws()


@pytest.fixture
def bucket(target: Aws) -> StateBucket:
    return StateBucket.of(BACKEND, target)


def test_a_bucket_is_made_once_where_the_stack_is(bucket: StateBucket) -> None:
    """The first bootstrap creates all that is asked for, in the stack's region; the second finds nothing to do."""
    first, second = bootstrap(bucket), bootstrap(bucket)

    assert first[0] == f"created {NAME} in eu-west-1"
    assert second == []
    assert bucket.s3.get_bucket_location(Bucket=NAME)["LocationConstraint"] == "eu-west-1"
    assert all(trait.holds(bucket) for trait in TRAITS)


@pytest.mark.parametrize(
    ("name", "undo"),
    [
        ("versioning", lambda s3: s3.put_bucket_versioning(Bucket=NAME, VersioningConfiguration=OFF)),
        ("encryption", lambda s3: s3.delete_bucket_encryption(Bucket=NAME)),
        ("privacy", lambda s3: s3.delete_public_access_block(Bucket=NAME)),
        ("transport", lambda s3: s3.delete_bucket_policy(Bucket=NAME)),
        ("retention", lambda s3: s3.delete_bucket_lifecycle(Bucket=NAME)),
    ],
)  # fmt: skip
def test_what_is_lacking_is_told_and_mended(bucket: StateBucket, name: str, undo: Callable[[Any], object]) -> None:
    """Each thing that the bucket must be is missed by the doctor when it is gone, and mended alone."""
    bootstrap(bucket)
    undo(bucket.s3)
    missed = [one.name for one in findings(bucket) if not one.fine and one.name not in ("state lock", "state unlock")]
    done = bootstrap(bucket)

    assert missed == [f"state {name}"]
    assert [line.split(":")[0] for line in done] == [f"mended {name}"]


def test_what_others_wrote_stays(bucket: StateBucket) -> None:
    """Statements and rules that are there already are kept beside ours."""
    bucket.s3.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    bucket.s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps({"Version": "2012-10-17", "Statement": [OTHERS]}))
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "x/"}, "Expiration": {"Days": 3}}
    bucket.s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": [rule]})
    bootstrap(bucket)

    policy = json.loads(bucket.s3.get_bucket_policy(Bucket=NAME)["Policy"])
    rules = bucket.s3.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"]
    assert [one["Sid"] for one in policy["Statement"]] == ["Theirs", "DenyPlainHttp"]
    assert [one["ID"] for one in rules] == ["theirs", "old-states"]


def test_a_bucket_in_another_region_is_told_with_the_setting_that_says_so(target: Aws, bucket: StateBucket) -> None:
    """Terraform would fail on it later, and say less."""
    bootstrap(bucket)

    with pytest.raises(EnvironmentUnready, match="lies in eu-west-1") as caught:
        exists(StateBucket.named(replace(SETTINGS, aws_region="eu-north-1"), target))
    assert caught.value.remedy == "TERRAFORM_STATE_BUCKET_REGION=eu-west-1"


def test_without_a_name_nothing_is_made(target: Aws) -> None:
    """The name is global, so nobody but its owner can choose it."""
    with pytest.raises(UsageError, match="no state bucket is named"):
        StateBucket.named(replace(SETTINGS, state_bucket=""), target)


@dataclass
class Endpoint:
    """An S3 with one object: it answers what has a condition as `refuses` says, and does what it is told otherwise."""

    refuses: str
    denies: bool = False
    objects: set[str] = field(default_factory=set)

    def put_object(self, Key: str, **asked: Any) -> dict[str, Any]:  # noqa: N803 - boto3's own names
        self._answer("PutObject", asked)
        self.objects.add(Key)
        return {}

    def delete_object(self, Key: str, **asked: Any) -> dict[str, Any]:  # noqa: N803
        self._answer("DeleteObject", asked)
        self.objects.discard(Key)
        return {}

    def get_object(self, **_: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(b'{"ID": "lock-1"}'), "ETag": '"1"', "LastModified": datetime.now(UTC)}

    def _answer(self, operation: str, asked: dict[str, Any]) -> None:
        code = "AccessDenied" if self.denies else self.refuses if "IfMatch" in asked else ""
        if code:
            raise ClientError({"Error": {"Code": code, "Message": ""}}, operation)

    @property
    def bucket(self) -> StateBucket:
        class Target(targets.Target):
            def client(self, service: str) -> Any:
                return endpoint

        endpoint = self
        return StateBucket("b", "eu-west-1", "k", Target("aws", "eu-west-1", "1", targets.Credentials("", "")))


@pytest.mark.parametrize(
    ("refuses", "fine"),
    [
        ("NoSuchKey", True),
        ("PreconditionFailed", True),
        ("AccessDenied", False),
        ("NotImplemented", False),
        ("", False),
    ],
)
def test_a_lock_works_only_where_conditions_are_looked_at(refuses: str, fine: bool) -> None:
    """An endpoint that writes in spite of a condition, or can't hear one, is not fit; nothing is left there."""
    endpoint = Endpoint(refuses)

    assert _write_probe(endpoint.bucket).fine is fine
    assert endpoint.objects == set()


DENIES: dict[str, Any] = {
    "Effect": "Deny", "Principal": "*", "Action": "s3:*",
    "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip


@pytest.mark.parametrize(
    "statements",
    [
        DENIES,  # one statement, as an object
        [OTHERS, {**DENIES, "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}],
        [{**DENIES, "Principal": {"AWS": ["*"]}, "Action": ["s3:*"], "Resource": f"arn:aws:s3:::{NAME}/*"}],
        [{**DENIES, "Condition": {"BoolIfExists": {"AWS:securetransport": False}}}],
    ],
)
def test_a_policy_is_read_as_iam_reads_it(bucket: StateBucket, statements: Any) -> None:
    """One of a thing is a list of one; names of conditions have no case: nothing is mended that is fine."""
    bootstrap(bucket)
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    bucket.s3.put_bucket_policy(Bucket=NAME, Policy=policy)

    assert [one.name for one in findings(bucket) if not one.fine and one.name == "state transport"] == []
    assert bootstrap(bucket) == []


@pytest.mark.parametrize(
    "weaker",
    [
        {"Action": "s3:PutObject"},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:role/x"}},
        {"Effect": "Allow"},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalArn": "x"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    ],
)
def test_a_statement_that_lets_some_plain_http_through_is_not_enough(bucket: StateBucket, weaker: Any) -> None:
    """It stays, and the one that is missing is set beside it."""
    bootstrap(bucket)
    bucket.s3.put_bucket_policy(
        Bucket=NAME, Policy=json.dumps({"Version": "2012-10-17", "Statement": {**DENIES, **weaker}})
    )

    assert bootstrap(bucket) == ["mended transport: plain HTTP is not denied"]
    assert len(json.loads(bucket.s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"]) == 2


@pytest.mark.parametrize("endpoint", [Endpoint("NotImplemented"), Endpoint(""), Endpoint("", denies=True)])
def test_the_doctor_and_unlock_give_one_answer(endpoint: Endpoint) -> None:
    """A lock that `tap unlock` can free, with a condition or without, is one of which the doctor says so."""
    endpoint.objects.add("k.tflock")
    found = _delete_probe(endpoint.bucket)
    with suppress(ClientError):
        free(endpoint.bucket, Holder("lock-1", "ann", "apply", datetime.now(UTC)))

    assert (found.fine, endpoint.objects == set()) == (not endpoint.denies, not endpoint.denies)
