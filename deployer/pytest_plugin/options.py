"""The options and markers of the suite."""

import re

import pytest

from deployer.targets.targets import DIFFERENCES

OPTIONS = ("target", "suffix", "account", "keep", "reuse")
REUSED = "reused"  # the environment that runs with --reuse share
MARKERS = {
    "smoke": "the least that shows that what is deployed works; what a live account is asked for",
    "journey": "what the deployed system is there for, from end to end",
    "security": "who may do what, and who may not",
    "fault": "something fails on the way, and nothing is lost",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tap", "the deployment that tests with the fixture tap_deployment share")
    group.addoption("--target", default="embedded", choices=tuple(DIFFERENCES), help="which AWS answers")
    group.addoption("--suffix", default=None, help="the environment suffix; default: one of its own per session")
    group.addoption("--account", default=None, help="12 digits: an emulator's account that no other suite uses")
    group.addoption("--keep", action="store_true", help="leave what was deployed")
    group.addoption(
        "--reuse", action="store_true", help=f"leave it as `{REUSED}` for the next run, which deploys only what changed"
    )


def pytest_configure(config: pytest.Config) -> None:
    _refuse_live(config)
    if (account := config.getoption("account")) and not re.fullmatch(r"\d{12}", account):
        raise pytest.UsageError(f"--account {account}: an account has 12 digits")
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.addinivalue_line("markers", "needs(trait): skipped, with the reason, on a target that lacks it")


def _refuse_live(config: pytest.Config) -> None:
    if config.getoption("target") != "aws":
        return
    if config.getoption("reuse"):
        raise pytest.UsageError("--reuse is for emulators: a live account is left as it was found")
    if account := config.getoption("account"):
        raise pytest.UsageError(f"--account {account} is for emulators: a live account is that of the credentials")
