"""What is about to be created is known before it is, beside the state."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from deployer.deploy.ledger import FILE, Ledger, creations_in
from deployer.errors import EnvironmentUnready
from deployer.resources.configuration import Configuration
from deployer.targets import targets
from tests.unit.deployer.moto_target import aws

ROLE, BUCKET = ("aws_iam_role", "role-x"), ("aws_s3_bucket", "bucket-x")
IDENTITY = {"Project": "tap", "EnvironmentSuffix": "x"}
STATE = {"bucket": "states", "key": "x/TapStack.tfstate"}


@pytest.fixture(params=["file", "object"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """Both kinds of ledger: beside a local state, and beside one in S3."""
    with mock_aws():
        target = aws()
        target.client("s3").create_bucket(Bucket="states")
        backend = STATE if request.param == "object" else {}
        yield Ledger(target, Configuration({}, IDENTITY, backend, suffix="x"), tmp_path)


def test_what_is_written_is_known_until_all_is_gone(ledger: Ledger) -> None:
    """Entries of several deployments add up, each once; a cleanup that left nothing forgets them."""
    ledger.add([ROLE])
    ledger.add([ROLE, BUCKET])

    assert ledger.recorded() == {ROLE, BUCKET}
    assert [(one.account, one.region, one.suffix) for one in ledger.entries()] == [
        ("123456789012", "us-east-1", "x")
    ] * 2

    ledger.forget()

    assert ledger.entries() == []


def test_after_an_apply_what_has_no_row_is_known_by_its_arn(ledger: Ledger) -> None:
    """What the state no longer has is struck; of what has a row the inventory knows more than the state."""
    ledger.add([("aws_vpc", "aws_vpc.net"), ("aws_vpc", "aws_vpc.old"), ROLE])
    ledger.settle(lambda: {"aws_vpc.net": {"id": "vpc-1", "arn": "arn:vpc"}})

    assert [(one.name, one.arn) for one in ledger.entries()] == [("aws_vpc.net", "arn:vpc"), (ROLE[1], "")]
    assert [one.name for one in ledger.unsupported()] == ["aws_vpc.net"]


def test_what_a_destroy_took_is_struck_and_the_rest_stays(ledger: Ledger) -> None:
    """What it knew nothing of was left by a killed deployment; with the last entry the ledger itself goes."""
    ledger.add([ROLE, BUCKET])
    ledger.strike([BUCKET, ("aws_sns_topic", "never-noted")])
    left = ledger.recorded()
    ledger.strike([ROLE])

    assert left == {ROLE}
    assert ledger.entries() == []


def test_an_entry_of_another_region_is_not_ours_here(ledger: Ledger, tmp_path: Path) -> None:
    """A state bucket may serve several regions; what was created in one is looked for there alone."""
    target = aws("eu-west-1")
    ledger.add([ROLE])
    elsewhere = Ledger(target, Configuration({}, IDENTITY, STATE if not (tmp_path / FILE).exists() else {}), tmp_path)

    assert len(elsewhere.entries()) == 1
    assert elsewhere.recorded() == frozenset()


def test_a_ledger_that_is_none_is_refused(tmp_path: Path) -> None:
    """A spoilt file is named, not taken for an empty one."""
    (tmp_path / FILE).write_text('{"half": ')
    target = targets.emulator("embedded", "http://127.0.0.1:1", "us-east-1")

    with pytest.raises(EnvironmentUnready, match=FILE):
        Ledger(target, Configuration({}, IDENTITY, {}, suffix="x"), tmp_path).recorded()


def test_creations_are_what_stands_by_itself_and_is_made_anew() -> None:
    """A plan's creations and replacements, by type and name; parts go with what they belong to."""

    def change(type_: str, *actions: str, **after: str) -> dict[str, Any]:
        return {"type": type_, "change": {"actions": list(actions), "after": after}}

    plan = {
        "resource_changes": [
            change("aws_iam_role", "create", name="role-x"),
            change("aws_s3_bucket", "delete", "create", bucket="bucket-x"),
            change("aws_sns_topic", "update", name="topic-x"),
            change("aws_s3_bucket_policy", "create", bucket="bucket-x"),
        ]
    }

    assert creations_in(plan) == [ROLE, BUCKET]
