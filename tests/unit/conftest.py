"""Unit tests know no AWS but the one that they bring."""

import os
from collections.abc import Iterator
from functools import cache

import pytest
from botocore.loaders import create_loader

OUTSIDE = (
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_CA_BUNDLE",
    "AWS_USE_",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
)
OF_THE_TERMINAL = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


@pytest.fixture(autouse=True)
def _no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's shell says about an AWS, such as where a LocalStack answers, is for the third level.

    What it says of its terminal goes before a test's own, and is for nobody.
    """
    for name in [name for name in os.environ if name.startswith(OUTSIDE) or name in OF_THE_TERMINAL]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="session")
def _models_read_once() -> Iterator[None]:
    """What botocore knows of a service is the same in each of its sessions, and 0.1 s to read; moto has one a test."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("botocore.session.create_loader", cache(create_loader))
        yield
