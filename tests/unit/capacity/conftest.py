"""The model as the documents use it, and the stack that it reads."""

import json
from typing import Any

import pytest

from deployer.documents.ideal import SUFFIX
from deployer.documents.scale import Model
from deployer.documents.scale import model as of_repository
from deployer.places import Places
from deployer.synthesis import synthesised
from stack.settings import Settings


@pytest.fixture(scope="session")
def model() -> Model:
    """Of the stack with its default settings."""
    return of_repository()


@pytest.fixture
def document() -> dict[str, Any]:
    """The synthesised stack of the same settings, to be changed at will."""
    settings = Settings.load({}, environment_suffix=SUFFIX)
    folder = synthesised(settings, Places.here()) / "stacks" / settings.construct_id
    found: dict[str, Any] = json.loads((folder / "cdk.tf.json").read_text())
    return found
