"""docs/json/*.schema.json: a JSON Schema of what each command with `--json` prints, derived from `json_shapes`."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from deployer.paths import Paths
from pipeline.documents.json_shapes import SHAPES

FOLDER = "docs/json"


class _Strict(GenerateJsonSchema):
    """What is printed has each of its fields and no other."""

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:
        return {**super().dataclass_schema(schema), "additionalProperties": False}

    def field_is_required(self, field: Any, total: bool) -> bool:
        return True

    def default_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, *_: Any) -> bool:
        return False


def path_of(command: str) -> str:
    """Where the schema of a command is, by its words."""
    return f"{FOLDER}/{command.replace(' ', '-')}.schema.json"


def schema_of(command: str) -> dict[str, Any]:
    """A command's schema, of JSON Schema 2020-12."""
    derived = TypeAdapter(SHAPES[command]).json_schema(schema_generator=_Strict, mode="serialization")
    told = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": path_of(command).rpartition("/")[2],
        "title": f"tap {command} --json",
    }
    return told | {name: value for name, value in derived.items() if name != "title"}


def built(command: str, _: Paths) -> str:
    """The same as it is written."""
    return json.dumps(schema_of(command), indent=1) + "\n"


SCHEMAS: dict[str, Callable[[Paths], str]] = {path_of(command): partial(built, command) for command in SHAPES}
