"""AWS's endpoints: which are AWS's, and how the user's way to them reaches clients and Terraform."""

from pathlib import Path

import boto3
import pytest
from botocore.loaders import Loader

from deployer.errors import AccountRefused, EnvironmentUnready
from deployer.settings import Settings
from deployer.targets import connect, endpoints, targets
from deployer.terraform.cli import environment_for

REAL_KEY = "AKIA" + "ABCDEFGHIJKLMNOP"
VPC = "https://bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com"


def live(session: boto3.Session | None = None) -> targets.Target:
    options = endpoints.options(session or boto3.Session(region_name="eu-west-1"))
    return targets.Target("aws", "eu-west-1", "1" * 12, targets.Credentials(REAL_KEY, "s"), options=options)


def suffixes() -> list[str]:
    partitions = Loader().load_data("endpoints")["partitions"]
    variants = [variant for one in partitions for variant in one["defaults"]["variants"]]
    return sorted({one["dnsSuffix"] for one in (*partitions, *variants)})


@pytest.mark.parametrize("suffix", suffixes())
def test_every_partition_is_aws(suffix: str) -> None:
    """Real credentials go to each partition that botocore knows of, and an emulator's are kept from it."""
    connect.refuse_mixed_credentials(REAL_KEY, f"https://sts.a-region-1.{suffix}")

    with pytest.raises(AccountRefused):
        connect.refuse_mixed_credentials("test", f"https://sts.a-region-1.{suffix}")


@pytest.mark.parametrize("host", ["sts.amazonaws.eu.example", "evilamazonaws.eu", "aws.amazonaws.eu@evil.example"])
def test_a_name_that_only_looks_like_aws_is_not(host: str) -> None:
    """Neither a longer name, nor one that ends alike, nor a user's name before another host counts."""
    with pytest.raises(AccountRefused):
        connect.refuse_mixed_credentials(REAL_KEY, f"https://{host}")


@pytest.mark.parametrize("variable", ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
def test_the_kind_of_endpoint_is_the_users(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """FIPS and dual stack hold for the deployer's clients and for Terraform."""
    monkeypatch.setenv(variable, "true")
    target = live()

    assert environment_for(target.environment(), None)[variable] == "true"
    assert target.client("sqs").meta.endpoint_url != "https://sqs.eu-west-1.amazonaws.com"


def test_a_switch_that_means_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for FIPS by another word than true is told so, and not given an endpoint without it."""
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "1")

    with pytest.raises(EnvironmentUnready, match="AWS_USE_FIPS_ENDPOINT"):
        live()


def test_a_services_own_endpoint_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint for S3 alone holds for clients and Terraform, and for no other service."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", VPC)
    target = live()

    assert environment_for(target.environment(), None)["AWS_ENDPOINT_URL_S3"] == VPC
    assert target.client("s3").meta.endpoint_url == VPC
    assert target.client("sqs").meta.endpoint_url == "https://sqs.eu-west-1.amazonaws.com"


def test_a_services_endpoint_that_is_not_awss_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only S3 would go elsewhere, nobody is asked anything, and the variable is named."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", REAL_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.example")

    with pytest.raises(AccountRefused) as caught:
        connect.live(Settings.load({"AWS_REGION": "eu-west-1", "TAP_TARGET": "aws"}))

    assert "AWS_ENDPOINT_URL_S3=https://s3.example" in str(caught.value.where)


def test_a_profile_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the profile says of endpoints and certificates holds as if variables had said it."""
    profile = "[default]\nuse_fips_endpoint = true\nca_bundle = office.pem\nservices = mine\n"
    (tmp_path / "config").write_text(f"{profile}[services mine]\ns3 =\n  endpoint_url = {VPC}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)

    environment = live().environment()

    assert environment["AWS_USE_FIPS_ENDPOINT"] == "true"
    assert environment["AWS_CA_BUNDLE"] == str(tmp_path / "office.pem")
    assert environment["AWS_ENDPOINT_URL_S3"] == VPC
