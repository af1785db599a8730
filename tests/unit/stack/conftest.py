"""Fixtures of the synth unit tests: each distinct configuration is synthesised once, for all workers."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from deployer.places import Places
from deployer.synthesis import stack_folder
from stack.settings import Settings

Document = dict[str, Any]
BLANK = {
    "environment_suffix": "unit",
    "aws_region": "eu-west-1",
    "state_bucket": "",
    "state_bucket_region": "",
    "repository": "tap",
    "commit_author": "raaj1021",
    "target": "embedded",
}


@pytest.fixture(scope="session")
def synthesised() -> Callable[..., Document]:
    """`synthesised(aws_region="...")` is the synthesised document of the settings given, others being fixed."""

    @cache
    def document(**overrides: str) -> Document:
        settings = Settings.load(**{**BLANK, **overrides})
        folder = stack_folder(settings, Places.here())
        return json.loads((folder / "cdk.tf.json").read_text())

    return document


@pytest.fixture
def document(synthesised: Callable[..., Document]) -> Document:
    """The stack in eu-west-1 without a state bucket."""
    return synthesised()
