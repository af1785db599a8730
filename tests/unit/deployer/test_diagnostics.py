"""What Terraform says went wrong becomes an error a person can act on."""

import json

import pytest

from deployer.errors import KeyRefused, NameTaken, TerraformFailed
from deployer.terraform.diagnostics import errors_in, failure

PLAIN = """
╷
│ Error: Failed to query available provider packages
│
│ Could not retrieve the list of available versions for provider hashicorp/aws:
│ could not connect to registry.terraform.io
╵
"""


PAINTED = (
    "\x1b[31m╷\x1b[0m\x1b[0m\n"
    "\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[0m\x1b[1mFailed to load state: HeadObject, "
    "api error Forbidden\x1b[0m\n\x1b[31m╵\x1b[0m\x1b[0m\n"
)


def event(summary: str, detail: str = "", address: str = "", severity: str = "error") -> str:
    told = {"severity": severity, "summary": summary, "detail": detail, "address": address}
    return json.dumps({"type": "diagnostic", "diagnostic": told})


def test_a_taken_bucket_name_names_the_setting() -> None:
    """BucketAlreadyExists is told as somebody else's name, with the setting that mends it."""
    output = event("creating S3 Bucket (x)", "api error BucketAlreadyExists: The name is taken", "aws_s3_bucket.b")

    error = failure("terraform apply", errors_in(output), "apply.log")

    assert isinstance(error, NameTaken)
    assert "--suffix" in error.remedy
    assert error.details[0].startswith("aws_s3_bucket.b: ")


def test_a_painted_error_is_read() -> None:
    """As `terraform output` writes it for a pipe too: the reason and its remedy are told."""
    error = failure("terraform output", errors_in(PAINTED), "folder")

    assert error.details == ("Failed to load state: HeadObject, api error Forbidden",)
    assert "permission" in error.remedy


def test_a_refusal_by_a_key_is_told_apart() -> None:
    """A deployment may go on from it: a new key's tags count after a while."""
    told = (
        "operation error KMS: EnableKeyRotation, https response error StatusCode: 400, api error "
        "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/deployer/x is not authorized to perform: "
        "kms:EnableKeyRotation on resource: arn:aws:kms:eu-west-1:111122223333:key/0a-1b because no identity-based "
        "policy allows the kms:EnableKeyRotation action"
    )

    assert isinstance(failure("terraform apply", errors_in(event(told)), "log"), KeyRefused)


@pytest.mark.parametrize(
    ("summary", "remedy"),
    [
        ("Error acquiring the state lock. operation error S3: PutObject, api error PreconditionFailed", "wait"),
        ("Error acquiring the state lock. operation error S3: PutObject, api error AccessDenied", "permission"),
        ("error loading state: operation error S3: HeadObject, api error Forbidden: Forbidden", "permission"),
        ("operation error: ExpiredToken: expired", "sign in"),
        ("operation error IAM: AccessDenied", "permission"),
        ("dial tcp 127.0.0.1:1: connect: connection refused", "tap doctor"),
        ("creating Log Group: ResourceAlreadyExistsException: already exists", "--suffix"),
        ("api error BucketNotEmpty: not empty", "empty it"),
        ("BadRequestException: CloudWatch Logs role ARN must be set in account settings", "step 2"),
        ("something new", "log"),
    ],
)
def test_a_common_failure_comes_with_its_remedy(summary: str, remedy: str) -> None:
    """Each failure that Terraform commonly tells has a remedy of its own; any other points at the log."""
    error = failure("terraform apply", errors_in(event(summary)), "apply.log")

    assert remedy in error.remedy
    assert summary in str(error)
    assert error.exit_code == 3


def test_plain_text_errors_are_read_too() -> None:
    """`terraform init` prints boxes instead of JSON; its error keeps summary and detail."""
    (found,) = errors_in(PLAIN)

    assert found.summary == "Failed to query available provider packages"
    assert "could not connect" in found.detail
    assert "TAP_PROVIDER_MIRROR" in failure("terraform init", [found], "x").remedy


def test_warnings_and_noise_are_no_errors() -> None:
    """Warnings, other events and lines that are not JSON are left out."""
    output = "\n".join([event("old attribute", severity="warning"), '{"type": "version"}', "noise", "{broken"])

    assert errors_in(output) == []


def test_a_terraform_that_says_nothing_still_gives_an_error() -> None:
    """A crash without diagnostics ends in an error that names the log."""
    error = failure("terraform plan", errors_in(""), "plan.log")

    assert isinstance(error, TerraformFailed)
    assert error.where == "plan.log"
