"""Two at once, an interrupt, two regions: `tap` on an account that it takes for a live one, with its state in S3.

Part of `make prove-deployer`. The second of two is another checkout, which knows of the first by the state alone.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deployer.targets.targets import Target
from tests.integration.account_snapshot import census
from tests.proofs.conftest import PLACES, REGION

SUFFIX, OTHER, STATES = "pair", "elsewhere", "tap-proof-states"
SAMPLE = PLACES.root / "tests" / "data" / "transactions.csv"
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".tap", "build", "__pycache__")


@dataclass(frozen=True)
class Checkout:
    """A checkout, and the variables by which its `tap` reaches the account."""

    root: Path
    environment: dict[str, str]

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "deployer", *arguments], cwd=self.root, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip

    def tap(self, *arguments: str, suffix: str = SUFFIX) -> str:
        """What the command said; fails unless it ended with 0."""
        process = self.start(*arguments, "--suffix", suffix)
        said = process.communicate(timeout=900)[0]
        assert process.returncode == 0, f"tap {' '.join(arguments)}: {process.returncode}\n{said[-3000:]}"
        return said

    def planned(self) -> Any:
        said = self.tap("plan", "--json")
        return json.loads(said[said.index("{") :])["changes"]


@pytest.fixture
def first(live: tuple[Target, dict[str, str]]) -> Iterator[Checkout]:
    """This checkout, with a state bucket. What it deployed goes with the test."""
    settings = {
        "TAP_TARGET": "aws", "TAP_LOCK_SECONDS": "300",
        "TERRAFORM_STATE_BUCKET": STATES, "TERRAFORM_STATE_BUCKET_REGION": REGION,
    }  # fmt: skip
    checkout = Checkout(PLACES.root, {**live[1], **settings})
    checkout.tap("bootstrap")
    yield checkout
    checkout.tap("cleanup", "--data-too", "--yes")
    assert [
        row for rows in census(live[0]).values() for row in rows if f"-{SUFFIX}" in row and "mapRun" not in row
    ] == []


@pytest.fixture
def second(first: Checkout, tmp_path: Path) -> Checkout:
    """Another checkout of the same, as on another machine; only what costs minutes to make is shared."""
    root = tmp_path / "checkout"
    shutil.copytree(PLACES.root, root, ignore=NOT_COPIED)
    (root / ".tap").mkdir()
    for name in ("cache", "environments"):
        (root / ".tap" / name).symlink_to(PLACES.state / name)
    return Checkout(root, first.environment)


def ended(*processes: subprocess.Popen[str]) -> list[tuple[int, str]]:
    """Their exit codes, and what they said."""
    said = [process.communicate(timeout=900)[0] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]


def until(holds: Callable[[], bool], seconds: float = 180) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.2)


def applying(live: tuple[Target, dict[str, str]]) -> Callable[[], bool]:
    """Whether somebody is in the middle of an apply."""

    def some_roles_are_there() -> bool:
        rows = live[0].client("iam").list_roles()["Roles"]
        return sum(role["RoleName"].endswith(f"-role-{SUFFIX}") for role in rows) > 2

    return some_roles_are_there


def test_of_two_deployments_one_waits_or_leaves(
    live: tuple[Target, dict[str, str]], first: Checkout, second: Checkout
) -> None:
    """Begun at once: one deploys, the other does too or ends with 3; the state is whole, and nothing is double."""
    answers = ended(first.start("deploy", "--suffix", SUFFIX), second.start("deploy", "--suffix", SUFFIX))

    codes = sorted(code for code, _ in answers)
    assert codes in ([0, 0], [0, 3]), answers
    assert not any("already exists" in said.lower() for _, said in answers)
    assert (first.planned(), second.planned()) == ([], [])
    names = [api["name"] for api in live[0].client("apigateway").get_rest_apis()["items"]]
    assert sum(SUFFIX in name for name in names) == 1


def test_a_cleanup_waits_for_a_deployment_of_another_checkout(
    live: tuple[Target, dict[str, str]], first: Checkout, second: Checkout
) -> None:
    """It begins when the deployment has ended, which is told; the deployment ends well, and then all goes."""
    deployment = first.start("deploy", "--suffix", SUFFIX)
    until(applying(live))
    cleanup = second.start("cleanup", "--data-too", "--yes", "--suffix", SUFFIX)
    (cleaned, told), (deployed, said) = ended(cleanup, deployment)

    assert cleaned == 0, told
    assert "the state is locked by" in told
    assert deployed in (0, 1), said  # its last look, after the lock is free, may find that all goes already


def test_an_interrupted_deployment_tells_what_stands_and_goes_on(
    live: tuple[Target, dict[str, str]], first: Checkout
) -> None:
    """Ctrl-C in the middle of an apply: Terraform ends its step, exit 130, and the next deployment converges."""
    # A shell's background job inherits an ignored SIGINT, and so would its children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    deployment = first.start("deploy", "--suffix", SUFFIX)
    signal.signal(signal.SIGINT, before)
    until(applying(live))
    deployment.send_signal(signal.SIGINT)
    ((code, said),) = ended(deployment)
    again = first.tap("deploy")

    assert code == 130, said
    assert "Terraform finishes its step" in said
    assert "resources stand and are in the state" in said
    assert "already exists" not in again.lower()
    assert first.planned() == []


def test_two_regions_of_an_account_each_move_a_file(live: tuple[Target, dict[str, str]], first: Checkout) -> None:
    """Deployed side by side at once; each reconciles its file, and the cleanup of one leaves the other as it was."""
    elsewhere = ["--region", "us-east-1"]
    codes = ended(
        first.start("deploy", "--suffix", SUFFIX), first.start("deploy", "--suffix", OTHER, *elsewhere)
    )  # fmt: skip
    assert [code for code, _ in codes] == [0, 0], codes
    for suffix, place in ((SUFFIX, []), (OTHER, elsewhere)):
        first.tap("upload", str(SAMPLE), *place, suffix=suffix)
        first.tap("watch", SAMPLE.name, *place, suffix=suffix)
    first.tap("cleanup", "--data-too", "--yes", *elsewhere, suffix=OTHER)

    assert first.planned() == []
    assert "loaded" in first.tap("status")
