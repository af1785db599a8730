"""The model as the documents use it, and the stack that it reads."""

from copy import deepcopy
from typing import Any

import pytest

from deployer.paths import Paths
from pipeline.documents.example import example_stack
from pipeline.documents.scale import Model
from pipeline.documents.scale import model as of_repository


@pytest.fixture(scope="session")
def model() -> Model:
    """Of the stack with its default settings."""
    return of_repository(Paths.here())


@pytest.fixture
def document() -> dict[str, Any]:
    """The synthesised stack of the same settings, to be changed at will."""
    return deepcopy(dict(example_stack(Paths.here())))
