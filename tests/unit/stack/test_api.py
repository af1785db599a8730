"""The API answers two questions, to callers that IAM knows, at a bounded rate, and writes down who asked."""

from typing import Any

from tests.unit.stack.reading import resources, the


def test_every_method_is_authorised_by_iam_and_answered_by_the_status_function(document: dict[str, Any]) -> None:
    """No method is open, and each goes to `transaction-status-{suffix}`."""
    methods = list(resources(document, "aws_api_gateway_method").values())
    integrations = list(resources(document, "aws_api_gateway_integration").values())

    assert [each["authorization"] for each in methods] == ["AWS_IAM", "AWS_IAM"]
    assert [each["http_method"] for each in methods] == ["GET", "GET"]
    assert all("function:transaction-status-unit/invocations" in each["uri"] for each in integrations)
    assert all(each["type"] == "AWS_PROXY" for each in integrations)


def test_the_two_questions(document: dict[str, Any]) -> None:
    """`/files/{key+}` and `/transactions/{transaction_id}`."""
    parts = {each["path_part"] for each in resources(document, "aws_api_gateway_resource").values()}

    assert parts == {"files", "{key+}", "transactions", "{transaction_id}"}


def test_stage_is_throttled_and_logged(document: dict[str, Any]) -> None:
    """All methods share a rate and a burst; each request leaves a line of JSON with caller and status."""
    settings = the(document, "aws_api_gateway_method_settings")
    stage = the(document, "aws_api_gateway_stage")

    assert settings["method_path"] == "*/*"
    assert settings["settings"]["throttling_rate_limit"] == 50
    assert settings["settings"]["throttling_burst_limit"] == 100
    assert {"caller", "status", "requestId"} <= set(stage["access_log_settings"].json("format"))


def test_a_new_deployment_comes_before_the_old_one_goes(document: dict[str, Any]) -> None:
    """A stage must point at a deployment at every moment."""
    deployment = the(document, "aws_api_gateway_deployment")

    assert deployment["lifecycle"] == {"create_before_destroy": True}
    assert deployment["triggers"]["routes"]
    assert len(deployment["depends_on"]) == 2
