"""The long proofs of the deployer, by the real command on an embedded AWS: `make prove-deployer`, about an hour.

No part of the suite: pytest collects this file only where it is named. Strangers live in the account all the while, and
after each test they are byte for byte what they were.
Random choices are drawn from a seed, which is printed and can be given as TAP_PROOF_SEED.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from deployer.deploy.synthesis import stack_folder
from deployer.paths import Paths
from deployer.resources.configuration import configuration_in
from deployer.targets import embedded
from deployer.targets.connect import on
from deployer.targets.targets import Target
from stack.settings import Settings
from tests.proofs.strangers import Strangers, settled

SEED = os.environ.get("TAP_PROOF_SEED") or str(random.randrange(10**6))
DRAW = random.Random(SEED)
SUFFIX, TAKEN = f"proof-{SEED}", f"taken-{SEED}"
MOMENTS = int(os.environ.get("TAP_PROOF_MOMENTS", "20"))
DEPLOY_S, DESTROY_S = 70.0, 12.0  # about what each takes
CLEANUP, DESTROY = ("cleanup", "--yes"), ("destroy", "--data-too", "--yes")
ADDRESSES = sorted(configuration_in(stack_folder(Settings.load({}, environment_suffix=SUFFIX), Paths.here())).wanted)
ITEM = {"transaction_id": {"S": "kept"}, "account_id": {"S": "a"}, "timestamp": {"S": "2026-01-01T00:00:00Z"}}


@dataclass(frozen=True)
class Environment:
    """One environment on the embedded AWS that is kept running, and the command that works on it."""

    target: Target
    settings: Settings
    work: Path
    strangers: Strangers

    def start(self, *arguments: str, suffix: str = SUFFIX) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "deployer", *arguments, "--suffix", suffix, "--json"]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def tap(self, *arguments: str) -> str:
        """What the command said; fails unless it ended with 0."""
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=900)
        assert process.returncode == 0, f"seed {SEED}: tap {' '.join(arguments)}: {process.returncode}\n{said[-3000:]}"
        assert "already exists" not in said.lower()
        return said

    def lose(self, addresses: list[str]) -> None:
        """Remove them from Terraform's state, and from nowhere else."""
        path = self.work / "terraform.tfstate"
        state = json.loads(path.read_text())
        state["resources"] = [one for one in state["resources"] if f"{one['type']}.{one['name']}" not in addresses]
        path.write_text(json.dumps({**state, "serial": state["serial"] + 1}))

    def planned(self) -> dict[str, Any]:
        said = self.tap("plan")
        plan: dict[str, Any] = json.loads(said[said.index("{") :])
        return plan

    def assert_whole(self) -> None:
        """Deployed, with an empty plan, one API, and the item still in the table."""
        assert self.planned() == {"changes": [], "adopted": [], "outputs_change": False}
        apis = self.target.client("apigateway").get_rest_apis()["items"]
        assert [api["name"] for api in apis].count(self.settings.api) == 2  # ours, and a stranger's of the same name
        assert self.items() == [ITEM]

    def items(self) -> Any:
        return self.target.client("dynamodb").scan(TableName=self.settings.table)["Items"]


@pytest.fixture(scope="module")
def environment() -> Iterator[Environment]:
    paths = Paths.here()
    ran = embedded.local(paths) is not None
    emulator = embedded.local_start(paths)
    settings = Settings.load({}, environment_suffix=SUFFIX)
    target = on(emulator, settings)
    work = paths.work(target.name, target.account_id, target.region, SUFFIX)
    try:
        yield Environment(target, settings, work, settled(target, SUFFIX, TAKEN))
    finally:
        if not ran:
            embedded.local_stop(paths)


@pytest.fixture(autouse=True)
def _strangers_are_untouched(environment: Environment) -> Iterator[None]:
    """Whatever the test did or killed."""
    yield
    assert environment.strangers.harmed() == []


@pytest.fixture
def deployed(environment: Environment) -> Environment:
    """Deployed, with an item in the table. Stays for the next test; the last one removes it."""
    if not (environment.work / "terraform.tfstate").is_file():
        environment.tap("deploy")
    environment.target.client("dynamodb").put_item(TableName=environment.settings.table, Item=ITEM)
    return environment


@pytest.mark.parametrize("address", DRAW.sample(ADDRESSES, len(ADDRESSES)))
def test_any_single_resource_may_be_lost_from_the_state(deployed: Environment, address: str) -> None:
    """Lost and deployed: the state holds it again, nothing is there twice, the data are."""
    deployed.lose([address])

    deployed.tap("deploy")

    deployed.assert_whole()


@pytest.mark.parametrize("size", [2, 5, 12, 25, 40, 53])
def test_any_subset_may_be_lost_from_the_state(deployed: Environment, size: int) -> None:
    """The same for random subsets."""
    lost = DRAW.sample(ADDRESSES, size)
    print(f"seed {SEED}: {lost}")
    deployed.lose(lost)

    deployed.tap("deploy")

    deployed.assert_whole()


def test_the_whole_state_may_be_lost_with_its_folder(deployed: Environment) -> None:
    """Nothing is known any more, not even the ledger: the deployment is found again, with its data."""
    import shutil

    shutil.rmtree(deployed.work)

    deployed.tap("deploy")

    deployed.assert_whole()


def test_without_state_a_cleanup_leaves_nothing(deployed: Environment) -> None:
    """The state is lost, an environment is beside it whose name begins alike: one goes, the other stays as it was."""
    (deployed.work / "terraform.tfstate").unlink()

    deployed.tap(*CLEANUP)
    second = deployed.tap(*CLEANUP)

    assert json.loads(second[second.index("{") :])["removed"] == []
    assert _ours(deployed) == []


@pytest.mark.parametrize("command", [("deploy",), ("adopt",)])
def test_names_that_strangers_hold_are_refused_and_nothing_is_made(
    environment: Environment, command: tuple[str, ...]
) -> None:
    """A role of our name below a path, a bucket of another account, a table, a queue and a log group."""
    process = environment.start(*command, suffix=TAKEN)
    said, _ = process.communicate(timeout=900)

    assert process.returncode == 3, said
    assert "not this environment's" in said
    assert [row for row in environment.strangers.new() if TAKEN in row] == []


def test_a_cleanup_of_names_that_strangers_hold_takes_nothing(environment: Environment) -> None:
    """By one environment's name, and as the janitor does, over all that are overdue."""
    process = environment.start(*CLEANUP, suffix=TAKEN)
    said, _ = process.communicate(timeout=900)
    overdue = subprocess.run(
        [sys.executable, "-m", "deployer", "cleanup", "--expired", "--yes", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert process.returncode == 0, said
    assert json.loads(said[said.index("{") :])["removed"] == []
    assert overdue.returncode == 0, overdue.stderr


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_kill_at_any_moment_is_survived(environment: Environment, moment: int) -> None:
    """SIGKILL of tap, of Terraform or of both, while deploying or destroying: the next deploy converges, or the next
    cleanup leaves nothing.
    """
    destroying = (environment.work / "terraform.tfstate").is_file()
    whom, after_s = DRAW.choice(("tap", "terraform", "both")), DRAW.uniform(1, DESTROY_S if destroying else DEPLOY_S)
    print(f"seed {SEED}: {'destroy' if destroying else 'deploy'}, {whom} killed after {after_s:.1f} s")
    _kill(environment.start(*(DESTROY if destroying else ("deploy",))), whom, after_s)

    if DRAW.random() < 0.5:
        environment.tap(*CLEANUP)
        assert _ours(environment) == []
        assert not environment.work.exists()
    else:
        environment.tap("deploy")
        assert environment.planned()["changes"] == []


def test_the_last_cleanup_leaves_nothing(environment: Environment) -> None:
    """The account is as it was before all of this."""
    environment.tap(*CLEANUP)

    assert _ours(environment) == []


def _kill(process: subprocess.Popen[str], whom: str, after_s: float) -> None:
    """Kill at that moment, if it still runs. What was not killed is let to its end: the next command is the next."""
    with suppress(subprocess.TimeoutExpired):
        process.communicate(timeout=after_s)
        return  # it was faster
    tap = psutil.Process(process.pid)
    below = tap.children(recursive=True)
    for victim in [one for one in below if whom != "tap"] + [tap] * (whom != "terraform"):
        with suppress(psutil.Error):
            victim.kill()
    process.communicate()
    psutil.wait_procs(below, timeout=180)


def _ours(environment: Environment) -> list[str]:
    """What any service lists that names the environment, and is no stranger's."""
    return [row for row in environment.strangers.new() if SUFFIX in row]
