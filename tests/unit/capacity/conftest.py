"""The model as the documents use it, and the stack that it reads."""

from copy import deepcopy
from typing import Any

import pytest

from deployer.documents.example import example_stack
from deployer.documents.scale import Model
from deployer.documents.scale import model as of_repository
from deployer.places import Places


@pytest.fixture(scope="session")
def model() -> Model:
    """Of the stack with its default settings."""
    return of_repository(Places.here())


@pytest.fixture
def document() -> dict[str, Any]:
    """The synthesised stack of the same settings, to be changed at will."""
    return deepcopy(dict(example_stack(Places.here())))
