"""docs/openapi.json describes the API that the stack deploys, and no other."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.documents.openapi import described
from tests.unit.stack.reading import Document, resources, the

ROOT = Path(__file__).parents[3]
OPENAPI = json.loads((ROOT / "docs" / "openapi.json").read_text())


def _paths(document: Document) -> dict[str, Document]:
    """The full path of each resource, by its reference."""
    parts = resources(document, "aws_api_gateway_resource")

    def path(name: str) -> str:
        above = parts[name]["parent_id"].split(".")
        return f"{'' if above[-1].startswith('root_') else path(above[1])}/{parts[name]['path_part']}"

    return {f"${{aws_api_gateway_resource.{name}.id}}": path(name) for name in parts}


def test_paths_methods_and_parameters_are_those_of_the_stack(document: Document) -> None:
    """A route that is deployed and not described, or the other way round, is drift."""
    paths = _paths(document)
    deployed = {
        (
            paths[each["resource_id"]].replace("+}", "}"),
            each["http_method"].lower(),
            name.removeprefix("method.request."),
        )
        for each in resources(document, "aws_api_gateway_method").values()
        for name in each["request_parameters"]
    }
    described = {
        (path, method, f"{parameter['in']}.{parameter['name']}")
        for path, methods in OPENAPI["paths"].items()
        for method, operation in methods.items()
        for parameter in operation["parameters"]
    }

    assert described == deployed
    assert OPENAPI["servers"][0]["variables"]["stage"]["enum"] == [the(document, "aws_api_gateway_stage")["stage_name"]]


def test_every_call_is_signed_as_the_stack_demands(document: Document) -> None:
    """The one security scheme is AWS's own for IAM, for all operations."""
    authorizations = {each["authorization"] for each in resources(document, "aws_api_gateway_method").values()}
    (scheme,) = OPENAPI["security"]

    assert authorizations == {"AWS_IAM"}
    assert OPENAPI["components"]["securitySchemes"][next(iter(scheme))]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert all("security" not in each["get"] for each in OPENAPI["paths"].values())


@pytest.mark.parametrize(("name", "value"), [("authorization", "NONE"), ("request_parameters", {"a.path.other": True})])
def test_what_is_not_described_is_refused(document: Document, name: str, value: Any) -> None:
    """A method without IAM and a parameter without a schema don't pass silently."""
    changed = json.loads(json.dumps(document))
    next(iter(resources(changed, "aws_api_gateway_method").values()))[name] = value
    columns = json.loads((ROOT / "lambdas" / "transactions" / "transactions.schema.json").read_text())

    with pytest.raises(KeyError):
        described(changed, columns, {"$defs": {}})


def test_a_name_that_api_gateway_refuses_for_its_length_is_described(document: Document) -> None:
    """Keys of up to 850 bytes are thrice that when encoded, and API Gateway answers 414 before any function is asked.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    """
    columns = json.loads((ROOT / "lambdas" / "transactions" / "transactions.schema.json").read_text())
    report = json.loads((ROOT / "docs" / "schemas" / "report.schema.json").read_text())
    told = described(document, columns, report)

    assert all("414" in path["get"]["responses"] for path in told["paths"].values())
    assert "1,600 bytes" in told["components"]["responses"]["TooLong"]["description"]
