"""`metadata.json` follows its schema and says what is true of the synthesised stack."""

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).parents[3]
# The service of a resource type is told by the longest of these that the type begins with.
SERVICES = {
    "aws_api_gateway": "API Gateway",
    "aws_cloudwatch": "CloudWatch",
    "aws_cloudwatch_log": "CloudWatch Logs",
    "aws_dynamodb": "DynamoDB",
    "aws_iam": "IAM",
    "aws_kms": "KMS",
    "aws_lambda": "Lambda",
    "aws_s3": "S3",
    "aws_sfn": "Step Functions",
    "aws_sns": "SNS",
    "aws_sqs": "SQS",
}


@pytest.fixture
def metadata() -> dict[str, Any]:
    return json.loads((ROOT / "metadata.json").read_text("utf-8"))


@pytest.fixture
def schema() -> dict[str, Any]:
    return json.loads((ROOT / "metadata.schema.json").read_text("utf-8"))


def test_metadata_follows_its_schema(metadata: dict[str, Any], schema: dict[str, Any]) -> None:
    """Platform, language, author, team and all further fields are there and of the right form."""
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(metadata, schema)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("team", 2), ("team", "synth-1"), ("author", "somebody"), ("platform", "cdk"), ("language", "ts")],
)
def test_schema_refuses_another_origin(
    metadata: dict[str, Any], schema: dict[str, Any], field: str, wrong: Any
) -> None:
    """The team is the string synth-2, and the others are as fixed."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**metadata, field: wrong}, schema)


def test_services_are_those_in_the_synthesised_stack(metadata: dict[str, Any], document: dict[str, Any]) -> None:
    """A service that the stack does not use is not listed, and one that it uses is."""
    kinds = document["resource"]
    used = {SERVICES[max((p for p in SERVICES if kind.startswith(p)), key=len)] for kind in kinds}

    assert set(metadata["aws_services"]) == used


def test_versions_are_those_in_use(metadata: dict[str, Any], document: dict[str, Any]) -> None:
    """Python, CDKTF, the bindings and the provider are the ones that synthesise."""
    assert metadata["python_version"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert metadata["cdktf_version"] == version("cdktf")
    assert metadata["provider_bindings_version"] == version("cdktf-cdktf-provider-aws")
    assert metadata["provider_version"] == document["terraform"]["required_providers"]["aws"]["version"]
