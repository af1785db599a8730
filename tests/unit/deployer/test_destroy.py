"""`tap destroy` is asked for, says what holds data, and takes all or nothing."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from deployer.commands.confirmation import ask, require_somebody
from deployer.deploy import destroy
from deployer.deploy.plan import changes_in
from deployer.deploy.stages import Run
from deployer.errors import CheckFailed, EnvironmentUnready, ForeignResource, UsageError, WouldLoseData
from deployer.resources.resource import AwsResource
from deployer.resources.resource_types import is_protected
from tests.unit.deployer.moto_target import aws
from tests.unit.deployer.terminal import Terminal
from tests.unit.deployer.working_folder import run_in

BUCKET, TABLE = AwsResource("aws_s3_bucket", "files", "files"), AwsResource("aws_dynamodb_table", "rows", "rows")
RULE = {
    "address": "aws_cloudwatch_event_rule.t", "type": "aws_cloudwatch_event_rule",
    "change": {"actions": ["delete"], "before": {"name": "t", "id": "t"}},
}  # fmt: skip
BESIDE = {
    "Sid": "Beside", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucketWebsite",
    "Resource": "arn:aws:s3:::files",
}  # fmt: skip
KEPT = {
    "Sid": "NotDeleted", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:DeleteBucket",
    "Resource": "arn:aws:s3:::files",
}  # fmt: skip


def going(thing: AwsResource) -> dict[str, Any]:
    before = {"bucket": thing.name, "name": thing.name, "id": thing.id}
    change = {"actions": ["delete"], "before": before}
    return {"address": f"{thing.type}.one", "type": thing.type, "change": change}


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A plan to destroy a protected table and a protected bucket with a file in it, on an account that has them."""
    with mock_aws():
        target = aws()
        s3 = target.client("s3")
        s3.create_bucket(Bucket=BUCKET.name, ObjectLockEnabledForBucket=True)
        s3.put_object(Bucket=BUCKET.name, Key="a.csv", Body=b"a")
        policy = {"Version": "2012-10-17", "Statement": [BESIDE, KEPT]}
        s3.put_bucket_policy(Bucket=BUCKET.name, Policy=json.dumps(policy))
        target.client("dynamodb").create_table(
            TableName=TABLE.name, BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=True,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )  # fmt: skip
        run = run_in(tmp_path, target)
        run.planned = {"resource_changes": [going(BUCKET), going(TABLE), RULE]}
        run.changes = changes_in(run.planned)
        yield run


def client(run: Run, thing: AwsResource) -> Any:
    return run.session.target.client("s3" if thing == BUCKET else "dynamodb")


def files(run: Run) -> list[str]:
    listed = client(run, BUCKET).list_object_versions(Bucket=BUCKET.name)
    return [one["Key"] for one in listed.get("Versions", [])]


def test_what_holds_data_is_refused_as_a_whole(run: Run) -> None:
    """Without `--data-too` nothing goes; all that would is told by address, and what holds data is marked."""
    with pytest.raises(WouldLoseData, match="--data-too") as refused:
        destroy.refuse_loss(run, data_too=False)

    assert refused.value.exit_code == 1
    assert refused.value.details == (
        "destroy  aws_cloudwatch_event_rule.t",
        "destroy  aws_dynamodb_table.one, and the data in it",
        "destroy  aws_s3_bucket.one, and the data in it",
    )
    destroy.refuse_loss(run, data_too=True)


def test_the_way_is_free_before_the_first_deletion(run: Run) -> None:
    """The bucket is empty, and neither it nor the table refuses any more; what else its policy says still holds."""
    destroy.make_way(run)

    assert files(run) == []
    assert not any(is_protected(client(run, thing), thing) for thing in (BUCKET, TABLE))
    policy = json.loads(client(run, BUCKET).get_bucket_policy(Bucket=BUCKET.name)["Policy"])
    assert policy["Statement"] == [BESIDE]


def test_what_s3_keeps_ends_it_with_all_else_in_place(run: Run) -> None:
    """A file under legal hold: the table and the bucket are as protected as they were, and nothing was deleted."""
    client(run, BUCKET).put_object_legal_hold(Bucket=BUCKET.name, Key="a.csv", LegalHold={"Status": "ON"})

    with pytest.raises(EnvironmentUnready, match=r"a\.csv"):
        destroy.make_way(run)

    assert files(run) == ["a.csv"]
    assert all(is_protected(client(run, thing), thing) for thing in (BUCKET, TABLE))


def test_without_a_terminal_nobody_can_be_asked() -> None:
    """A program is told so with 2, and of `--yes`; at a terminal, somebody can be asked."""
    with pytest.raises(UsageError, match="--yes") as refused:
        require_somebody("deletion", io.StringIO())

    assert refused.value.exit_code == 2
    require_somebody("deletion", Terminal())


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "yes\n", "prod\n", "Dev\n"])
def test_anything_but_the_suffix_is_a_no(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What goes is shown, on which account, and then left alone; the end of the input is no answer."""
    with pytest.raises(CheckFailed, match="nothing was removed"):
        ask(["destroy  aws_s3_bucket.one"], "dev", "aws, account 123456789012", Terminal(typed))

    shown = capsys.readouterr().err
    assert "aws_s3_bucket.one" in shown
    assert "123456789012" in shown


def test_the_suffix_is_a_yes() -> None:
    """Typed as it is."""
    ask([], "dev", "aws", Terminal("dev\n"))


def test_a_state_of_another_region_destroys_nothing(run: Run) -> None:
    """Under a wrong `--region`, roles and buckets would be all that Terraform finds, and all that it takes."""
    work = run.session.work
    attributes = {"arn": "arn:aws:sns:eu-west-1:123456789012:t", "id": "t"}
    instances = [{"attributes": attributes}]
    topic = {"mode": "managed", "type": "aws_sns_topic", "name": "t", "instances": instances}
    (work / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {"local": {"path": "terraform.tfstate"}}}}))
    (work / "terraform.tfstate").write_text(json.dumps({"resources": [topic]}))

    with pytest.raises(ForeignResource, match="eu-west-1"):
        destroy.plan(run)
