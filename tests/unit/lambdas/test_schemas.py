"""Manifests and reports are what docs/schemas says, whatever becomes of the file."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.unit.rows import make_file, make_row
from transactions.layout import Upload

from .conftest import EVENTS

DOCS = Path(__file__).parents[3] / "docs"
SCHEMAS = DOCS / "schemas"
OPENAPI = json.loads((DOCS / "openapi.json").read_text())
KEY = "incoming/a.csv"
CONTENTS = {
    "good": make_file(*range(3)),
    "rejected": make_file(1) + make_row(2, amount="-2") + make_row(3, currency="JPY", amount="1.5"),
    "nothing accepted": make_file(1, amount="x"),
    "empty": "",
    "no CSV": b"\x89PNG\r\n\x1a\n" + bytes(10),
}
STEPS = ("validate", "transform", "load", "reconcile")


@cache
def validator(name: str) -> Any:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("content", CONTENTS)
def test_each_document_fits_its_schema(way: Any, content: str) -> None:
    """After each stage of each kind of file."""
    version = way.put(KEY, CONTENTS[content])
    upload = Upload.of(KEY, version)
    for step in STEPS:
        getattr(way, step)(KEY, version)
        validator("report").validate(way.json(upload.report))
        if way.json(upload.report)["stage"] == "failed":
            return  # it goes no further, and has no manifest
        validator("manifest").validate(way.json(upload.manifest))


def test_a_conflict_fits_too(way: Any) -> None:
    """Its amount stands under `conflicting`."""
    way.move(KEY, make_file(1))
    way.move("incoming/b.csv", make_file(1, amount="9.99"))
    report = way.json("reports/b.csv.json")

    assert report["totals"]["EUR"]["conflicting"] == "9.99"
    validator("report").validate(report)


@pytest.mark.parametrize("name", ["manifest", "report"])
def test_the_schemas_are_strict(way: Any, name: str) -> None:
    """A field more, a field less and a figure that is no figure are refused."""
    upload = Upload.of(KEY, way.move(KEY, make_file(1)))
    document = way.json(getattr(upload, name))

    for spoil in (
        lambda one: one.update(more=1),
        lambda one: one.pop("rows"),
        lambda one: one["rows"].update(read="1"),
        lambda one: one["totals"]["EUR"].update(read=1.5),
        lambda one: one["source"].pop("version_id"),
    ):
        spoiled = copy.deepcopy(document)
        spoil(spoiled)
        with pytest.raises(jsonschema.ValidationError):
            validator(name).validate(spoiled)


def test_each_answer_of_the_api_is_what_the_api_says(way: Any) -> None:
    """docs/openapi.json has the status of each kind of answer, and its body fits."""
    way.move(KEY, make_file(1, 2) + make_row(3, amount="x"))
    asked = {
        ("files", "a.csv"): 200,
        ("transactions", "T1"): 200,
        ("files", "../a"): 400,
        ("files", "b.csv"): 404,
        ("transactions", "T9"): 404,
    }

    for (resource, name), status in asked.items():
        parameter = {"files": "key", "transactions": "transaction_id"}[resource]
        event = json.loads((EVENTS / "api_get_file.json").read_text())
        answer = way.call("status", event | {"path": f"/{resource}/{name}", "pathParameters": {parameter: name}})
        assert answer["statusCode"] == status
        _fits(json.loads(answer["body"]), f"/{resource}/{{{parameter}}}", str(status))


def _fits(body: Any, path: str, status: str) -> None:
    """Against the schema of a path's answer; references are relative to the whole document."""
    answer = OPENAPI["paths"][path]["get"]["responses"][status]
    if "$ref" in answer:
        answer = OPENAPI["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = {**OPENAPI, **answer["content"]["application/json"]["schema"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(body)
