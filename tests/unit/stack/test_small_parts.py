"""What is small and yet has a purpose: the key's alias, and the API's validator of requests."""

from tests.unit.stack.reading import Document, resources, the


def test_the_alias_names_the_key_for_people(document: Document) -> None:
    """The alias has the environment's name and points to the pipeline's key; no policy relies on it."""
    alias = the(document, "aws_kms_alias")
    (key,) = resources(document, "aws_kms_key")

    assert alias["name"] == "alias/transactions-unit"
    assert alias["target_key_id"] == f"${{aws_kms_key.{key}.key_id}}"


def test_the_api_refuses_requests_without_their_parameters(document: Document) -> None:
    """Every method has the validator, which asks for the path's parameter."""
    (name,) = resources(document, "aws_api_gateway_request_validator")

    assert the(document, "aws_api_gateway_request_validator")["validate_request_parameters"] is True
    for method in resources(document, "aws_api_gateway_method").values():
        assert method["request_validator_id"] == f"${{aws_api_gateway_request_validator.{name}.id}}"
