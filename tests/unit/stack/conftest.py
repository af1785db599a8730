"""The configurations that the synth unit tests read: each distinct one is synthesised once, for all workers."""

from collections.abc import Callable
from typing import Any

import pytest

from deployer.pytest_plugin.stacks import Stack
from stack.settings import Settings

Document = dict[str, Any]


@pytest.fixture(scope="session")
def tap_settings() -> dict[str, str]:
    """The stack in eu-west-1 without a state bucket."""
    return Settings.load({}, environment_suffix="unit", aws_region="eu-west-1").environment()


@pytest.fixture
def document(tap_stack: Stack) -> Document:
    """The synthesised document."""
    return tap_stack


@pytest.fixture
def synthesised(tap_stack: Stack, tap_settings: dict[str, str]) -> Callable[..., Stack]:
    """`synthesised(aws_region="...")` is that of the settings given, others being fixed."""
    return lambda **given: tap_stack.with_settings(**Settings.load(tap_settings, **given).environment())
