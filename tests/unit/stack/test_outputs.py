"""Outputs are all there, or it is an error."""

from dataclasses import fields
from typing import Any

import pytest

from stack.outputs import Outputs, OutputsError

COMPLETE = {field.name: f"the-{field.name}" for field in fields(Outputs)}


def test_outputs_are_those_the_stack_declares(document: dict[str, Any]) -> None:
    """Each field of `Outputs` is an output of the stack, and there is no other."""
    assert set(document["output"]) == set(COMPLETE)


def test_complete_outputs_are_parsed() -> None:
    """The values by name become a typed value."""
    assert Outputs.parse(COMPLETE).bucket_name == "the-bucket_name"


@pytest.mark.parametrize("value", ["", None])
def test_a_missing_or_blank_output_is_an_error(value: str | None) -> None:
    """An empty name never travels on to be an empty ARN elsewhere."""
    with pytest.raises(OutputsError, match="topic_arn"):
        Outputs.parse({**COMPLETE, "topic_arn": value})
