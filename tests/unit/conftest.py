"""Unit tests know no AWS but the one that they bring."""

import os

import pytest

OUTSIDE = (
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_CA_BUNDLE",
    "AWS_USE_",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
)


@pytest.fixture(autouse=True)
def _no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the caller's shell says about an AWS, such as where a LocalStack answers, is for the third level."""
    for name in [name for name in os.environ if name.startswith(OUTSIDE)]:
        monkeypatch.delenv(name)
