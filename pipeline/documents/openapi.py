"""docs/openapi.json: the status API as OpenAPI 3.1, from the synthesised stack's routes and the schemas of the data.

What each route is for and what it answers stands here; a route that the stack adds is refused until it does.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deployer.paths import Paths
from deployer.settings import EMULATOR_REGION
from pipeline.documents.example import Stack, example_stack, referred
from pipeline.domain import DERIVED, INCOMING, NAME_PATTERN, SHIPPED

Json = dict[str, Any]
REPORT = "docs/schemas/report.schema.json"
_FORMATS = {"datetime": "date-time", "date": "date", "time": "time"}
_DECIMAL = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
_DERIVED: Mapping[str, Json] = {
    "transaction_date": {"format": "date", "description": "The day in UTC."},
    "source_file": {"pattern": f"^{INCOMING}", "description": "The key of the file that it came with."},
    "source_version": {"description": "The version of that file."},
    "source_part": {"description": "The part of that file, `KEY#VERSION#00000`; a key of the index `by-source`."},
    "source_line": {"pattern": r"^\d+$", "description": "The physical line in that file, the header being line 1."},
    "content_hash": {"pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the columns, to tell a repeat."},
    "loaded_at": {"format": "date-time", "description": "When it was loaded."},
}
# By the first part of the path: the operation's id, its summary, what it answers with.
_OPERATIONS = {
    "files": ("getFile", "Where the newest version of a file is, and its figures", "Report"),
    "transactions": ("getTransaction", "A transaction, with its amount as it was written", "Transaction"),
}
_KEY = "The file's key without `incoming/`. Its slashes may stand as they are, or as %2F."
# What API Gateway answers by itself:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_ANSWERS = {
    "400": ("Refused", "The key or the id can't be one.", "Message"),
    "403": ("Forbidden", "Not signed, wrongly signed, or without permission; or no such route.", "Forbidden"),
    "404": ("Unknown", "There is none, or not yet.", "Message"),
    "413": ("TooLarge", "The call has a body, and a larger one than API Gateway takes.", "Message"),
    # for the name as it is sent: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    "414": ("TooLong", "The ARN of the call, of which its path is the longest part, has over 1,600 bytes.", "Message"),
    "429": ("Throttled", "More requests than the stage takes.", "Message"),
    "500": ("Failed", "The request could not be answered; try again.", "Message"),
    "502": ("Broken", "The function did not answer rightly.", "Message"),
    "504": ("Late", "The function did not answer in time.", "Message"),
}
_SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
    "description": (
        "AWS Signature Version 4 for the service `execute-api`, by a caller whom IAM allows `execute-api:Invoke`: "
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html"
    ),
}


def built(paths: Paths) -> str:
    """The text of docs/openapi.json."""
    columns = json.loads(SHIPPED.read_text("utf-8"))
    report = json.loads((paths.root / REPORT).read_text("utf-8"))
    return json.dumps(described(example_stack(paths), columns, report), ensure_ascii=False, indent=1) + "\n"


def described(stack: Stack, columns: Json, report: Json) -> Json:
    """The API of a synthesised stack; `columns` is the Table Schema of the files, `report` the report's JSON Schema."""
    resources = stack["resource"]
    (api,) = resources["aws_api_gateway_rest_api"].values()
    (stage,) = resources["aws_api_gateway_stage"].values()
    (throttling,) = resources["aws_api_gateway_method_settings"].values()
    parameters = {"key": _name_schema(), "transaction_id": _id_schema(columns)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "transaction-status-api",
            "version": stage["stage_name"],
            "summary": api["description"],
            "description": "At most {throttling_rate_limit} requests a second, and {throttling_burst_limit} at once."
            " Amounts are decimal texts, so that no reader makes floats of them.".format_map(throttling["settings"]),
        },
        "servers": [_server(stage["stage_name"])],
        "security": [{"sigv4": []}],
        "paths": dict(sorted(_paths(resources, parameters))),
        "components": {
            "schemas": {**_of_report(report), "Transaction": _transaction(columns), **_MESSAGES},
            "responses": {name: _answer(text, schema) for name, text, schema in _ANSWERS.values()},
            "securitySchemes": {"sigv4": _SIGNED},
        },
    }


def _server(stage: str) -> Json:
    return {
        "url": "https://{api_id}.execute-api.{region}.amazonaws.com/{stage}",
        "description": "What `tap outputs` calls `api_url`.",
        "variables": {
            "api_id": {"default": "api-id", "description": "The output `api_id`."},
            "region": {"default": EMULATOR_REGION, "description": "The output `region`."},
            "stage": {"default": stage, "enum": [stage]},
        },
    }


def _paths(resources: Mapping[str, Any], parameters: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    """Each path with its methods."""
    for method in resources["aws_api_gateway_method"].values():
        if method["authorization"] != "AWS_IAM":
            raise KeyError(f"no security scheme is described for {method['authorization']}")
        route = _route(method["resource_id"], resources)
        operation, summary, answer = _OPERATIONS[route.split("/")[1]]
        names = [name.rpartition(".")[2] for name in method["request_parameters"]]
        yield (
            route,
            {
                method["http_method"].lower(): {
                    "operationId": operation,
                    "summary": summary,
                    "parameters": [{"name": one, "in": "path", "required": True, **parameters[one]} for one in names],
                    "responses": {
                        "200": _answer(f"The {answer.lower()}.", answer),
                        **{code: {"$ref": f"#/components/responses/{name}"} for code, (name, *_) in _ANSWERS.items()},
                    },
                }
            },
        )


def _route(resource: str, resources: Mapping[str, Any]) -> str:
    """The path of a resource, from its parents; OpenAPI has no sign for a greedy parameter."""
    kind, name, attribute = referred(resource)
    if attribute == "root_resource_id":
        return ""
    part = resources[kind][name]
    return f"{_route(part['parent_id'], resources)}/{part['path_part'].replace('+}', '}')}"


def _name_schema() -> Json:
    return {"description": _KEY, "schema": {"type": "string", "pattern": f"^{NAME_PATTERN}$"}}


def _id_schema(columns: Json) -> Json:
    column = next(each for each in columns["fields"] if each["name"] == columns["tap"]["roles"]["id"])
    schema = _column(column)
    return {"description": schema.pop("description"), "schema": schema}


def _answer(text: str, schema: str) -> Json:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": text, "content": content}


def _of_report(report: Json) -> Json:
    """The report's schema as components; what is relative to a document of its own becomes relative to this one."""
    text = json.dumps({name: value for name, value in report.items() if name not in ("$schema", "$id", "$defs")})
    return {"Report": json.loads(text.replace("#/$defs/", "#/components/schemas/")), **report["$defs"]}


def _transaction(columns: Json) -> Json:
    """An item of the table. All values are texts; a column without a value is left out."""
    own = {each["name"]: _column(each) for each in columns["fields"]}
    required = [each["name"] for each in columns["fields"] if each.get("constraints", {}).get("required")]
    return {
        "title": "Transaction",
        "description": "A loaded transaction, and where it came from.",
        "type": "object",
        "properties": {**own, **{name: {"type": "string", **_DERIVED[name]} for name in DERIVED}},
        "required": [*required, *DERIVED],
        "additionalProperties": False,
    }


def _column(column: Json) -> Json:
    """A column of the Table Schema as the API answers it: numbers, too, as text; limits of values are the file's."""
    limits = column.get("constraints", {})
    schema: Json = {"type": "string", "description": column["description"]}
    if column["type"] in ("number", "integer"):
        schema |= _DECIMAL
    if column["type"] in _FORMATS:
        schema["format"] = _FORMATS[column["type"]]
    if "pattern" in limits:
        schema["pattern"] = f"^(?:{limits['pattern']})$"  # the Table Schema's patterns mean the whole value
    return schema | {name: limits[name] for name in ("enum", "minLength", "maxLength") if name in limits}


_TEXT = {"type": "string"}
_MESSAGES: Json = {
    "Message": {
        "type": "object",
        "properties": {"message": _TEXT, "statusCode": {"type": "integer", "description": "The answer's own."}},
        "required": ["message"],
        "additionalProperties": False,
        "description": "What is wrong with the request, and nothing else.",
    },
    "Forbidden": {
        "type": "object",
        "properties": {"message": _TEXT, "Message": _TEXT},
        "minProperties": 1,
        "additionalProperties": False,
        "description": "API Gateway's own words; IAM's refusals are spelled `Message`.",
    },
}
