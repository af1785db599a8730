"""The embedded AWS as a live account, for the proofs of what happens there."""

import os
from collections.abc import Iterator

import pytest

from deployer.paths import Paths
from deployer.targets import embedded
from deployer.targets.connect import on
from deployer.targets.targets import EMULATOR_ACCOUNT, EMULATOR_SECRET, Target
from stack.settings import Settings

PLACES = Paths.here()
REGION = "eu-west-1"


@pytest.fixture
def live() -> Iterator[tuple[Target, dict[str, str]]]:
    """The account as a census sees it, and the variables by which `tap` takes it for a live one."""
    ran = embedded.local(PLACES) is not None
    emulator = embedded.local_start(PLACES)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAP_", "TERRAFORM_"))}
    given = {
        "AWS_ENDPOINT_URL": emulator.secure_endpoint, "AWS_CA_BUNDLE": emulator.ca_bundle, "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": EMULATOR_SECRET,
        "TAP_ALLOWED_ACCOUNTS": EMULATOR_ACCOUNT,
    }  # fmt: skip
    yield on(emulator, Settings.load({}, aws_region=REGION)), {**kept, **given}
    if not ran:
        embedded.local_stop(PLACES)
