"""Who may not: roles without a grant, clients without TLS, strangers, and other accounts of the same AWS."""

from dataclasses import replace

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from deployer.pipeline import Pipeline
from deployer.targets import Target
from tests.integration.census import census
from tests.integration.conftest import Caller, CsvFile
from tests.integration.enforcement import refused_without_grant
from tests.integration.journeys import Travel

pytestmark = pytest.mark.security


@pytest.mark.needs("iam_enforced")
def test_a_role_without_its_grant_is_refused(target: Target) -> None:
    """Enforcement is on: what no policy grants is refused, and what one grants is not."""
    assert refused_without_grant(target)


@pytest.mark.needs("iam_enforced")
def test_the_bucket_is_closed_to_strangers(travel: Travel, pipeline: Pipeline, csv_file: CsvFile, tag: str) -> None:
    """An unsigned request reads nothing, lists nothing, writes nothing."""
    journey = travel(csv_file([{}]), f"{tag}.csv")
    target = pipeline.target
    stranger = boto3.client(
        "s3", region_name=target.region, endpoint_url=target.endpoint or None, verify=target.ca_bundle or None,
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, proxies={}),
    )  # fmt: skip

    for ask in (
        lambda: stranger.get_object(Bucket=pipeline.bucket, Key=journey.upload.key),
        lambda: stranger.list_objects_v2(Bucket=pipeline.bucket),
        lambda: stranger.put_object(Bucket=pipeline.bucket, Key=f"incoming/{tag}-stranger.csv", Body=b"x"),
    ):
        with pytest.raises(ClientError) as caught:
            ask()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    journey.reconciles()


def test_another_account_of_the_same_aws_sees_nothing(pipeline: Pipeline, account: Target) -> None:
    """A suite under another account id meets nothing of this deployment."""
    names = {name for listing in census(account).values() for name in listing}

    assert not [name for name in names if pipeline.outputs.table_name in str(name) or pipeline.bucket in str(name)]


@pytest.mark.needs("iam_enforced")
def test_the_bucket_takes_no_other_encryption_than_its_own(pipeline: Pipeline, caller: Caller, tag: str) -> None:
    """An object that names another encryption is refused; one that names none gets the bucket's key."""
    s3, key = caller("s3:*", "kms:*").client("s3"), f"elsewhere/{tag}"

    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=pipeline.bucket, Key=key, Body=b"x", ServerSideEncryption="AES256")
    assert s3.put_object(Bucket=pipeline.bucket, Key=key, Body=b"x")["ServerSideEncryption"] == "aws:kms"


@pytest.mark.needs("iam_enforced")
def test_the_bucket_is_closed_to_plain_http(
    travel: Travel, pipeline: Pipeline, caller: Caller, csv_file: CsvFile, tag: str
) -> None:
    """Who may do everything is refused all the same without TLS, and is not with it."""
    journey = travel(csv_file([{}]), f"{tag}.csv")
    user = caller("s3:*", "kms:*")
    plain = replace(user, endpoint=user.plain_endpoint, ca_bundle="", _clients={})
    asked = {"Bucket": pipeline.bucket, "Key": journey.upload.key}

    assert plain.endpoint.startswith("http://")
    for ask in (
        lambda: plain.client("s3").get_object(**asked),
        lambda: plain.client("s3").list_objects_v2(Bucket=pipeline.bucket),
        lambda: plain.client("s3").put_object(Bucket=pipeline.bucket, Key=f"elsewhere/{tag}", Body=b"x"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            ask()
    assert user.client("s3").get_object(**asked)["ResponseMetadata"]["HTTPStatusCode"] == 200
    journey.reconciles()
