"""Who may not: roles without a grant, clients without TLS, strangers, and other accounts of the same AWS."""

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from deployer.pytest_plugin.enforcement import refused_without_grant
from deployer.targets.targets import Target
from pipeline.client import Pipeline
from tests.integration.account_snapshot import census
from tests.integration.conftest import Caller, CsvFile
from tests.integration.journeys import Travel

pytestmark = pytest.mark.security
OTHER_KEY = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
OTHER_ENCRYPTIONS: tuple[dict[str, Any], ...] = (
    {"ServerSideEncryption": "AES256"},
    {"ServerSideEncryption": "aws:kms:dsse"},
    {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": OTHER_KEY},
    {"ServerSideEncryption": "aws:kms"},  # S3 takes the account's own `aws/s3`
    {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "0" * 32},
)


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
    """Another algorithm, another key, none beside `aws:kms`, and the caller's own are refused, however an object comes.

    One that names none gets the bucket's key.
    """
    s3 = caller("s3:*", "kms:*").client("s3")
    named = {"Bucket": pipeline.bucket, "Key": f"elsewhere/{tag}"}

    for other in OTHER_ENCRYPTIONS:
        for ask in (
            lambda: s3.put_object(**named, Body=b"x", **other),  # noqa: B023 - asked at once
            lambda: s3.create_multipart_upload(**named, **other),  # noqa: B023
            lambda: s3.copy_object(**named, CopySource=named, **other),  # noqa: B023
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                ask()
    assert s3.put_object(**named, Body=b"x")["ServerSideEncryption"] == "aws:kms"


@pytest.mark.needs("iam_enforced")
def test_the_bucket_takes_what_names_its_own_key(pipeline: Pipeline, caller: Caller, tag: str) -> None:
    """By its ARN, at once and in parts; and in parts without any header, which the part's own request never has."""
    s3, own = caller("s3:*", "kms:*").client("s3"), pipeline.outputs.kms_key_arn
    named = {"Bucket": pipeline.bucket, "Key": f"elsewhere/{tag}"}

    for encryption in ({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": own}, {}):
        s3.put_object(**named, Body=b"x", **encryption)
        begun = {**named, "UploadId": s3.create_multipart_upload(**named, **encryption)["UploadId"]}
        part = s3.upload_part(**begun, PartNumber=1, Body=b"x")
        done = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        s3.complete_multipart_upload(**begun, MultipartUpload=done)
        assert s3.head_object(**named)["SSEKMSKeyId"] == own


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
