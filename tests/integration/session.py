"""One deployment for the whole test session, made by the deployer's own code and shared by all xdist workers.

A pytest plugin, registered by the root conftest. The process that leads the session (xdist's controller, or pytest
itself) starts `tests/integration/deployment.py` as soon as it knows that a collected test needs it, so that the
minute in which Terraform mostly waits passes while unit tests run. Workers only wait for its answer. The deployment
lives as long as the leader holds its pipe: it ends with the session, however that ends.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

INTEGRATION = "tests/integration/"
MARKERS = {
    "smoke": "a small file moves through the deployed pipeline; what a live account is asked for",
    "journey": "files of every kind move through it",
    "security": "who may do what, and who may not",
    "fault": "something fails on the way, and nothing is lost",
}
ANSWER = "deployment.json"
DEADLINE_S = 600.0
REUSED = "reused"  # the environment that runs with --reuse share
Starter = pytest.StashKey["Deployment"]()


class Deployment:
    """The process that deploys and holds what it deployed, and the folder in which it answers."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.folder, self.options = folder, options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, once."""
        if self.process is None:
            command = [sys.executable, "-m", "tests.integration.deployment", str(self.folder), json.dumps(self.options)]
            with (self.folder / "deployment.log").open("wb") as log:
                self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)

    def end(self) -> bool:
        """Let it take down what it deployed, and wait for that. Whether nothing is left."""
        if self.process is None or self.process.stdin is None:
            return True
        self.process.stdin.close()
        return self.process.wait() == 0


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tap", "the deployment that the integration tests run against")
    group.addoption("--target", default="embedded", choices=("embedded", "localstack", "aws"), help="which AWS answers")
    group.addoption("--suffix", default=None, help="the environment suffix; default: one of its own per session")
    group.addoption("--account", default=None, help="12 digits: an emulator's account that no other suite uses")
    group.addoption("--keep", action="store_true", help="leave what was deployed")
    group.addoption(
        "--reuse", action="store_true", help=f"leave it as `{REUSED}` for the next run, which deploys only what changed"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("reuse") and config.getoption("target") == "aws":
        raise pytest.UsageError("--reuse is for emulators: a live account is left as it was found")
    if (account := config.getoption("account")) and config.getoption("target") == "aws":
        raise pytest.UsageError(f"--account {account} is for emulators: a live account is that of the credentials")
    if account and not re.fullmatch(r"\d{12}", account):
        raise pytest.UsageError(f"--account {account}: an account has 12 digits")
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    config.addinivalue_line("markers", "needs(trait): skipped, with the reason, on a target that lacks it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the deployment comes last; each such test says by exactly one marker what it is about."""
    items.sort(key=_needs_deployment)
    third = list(filter(_needs_deployment, items))
    items[len(items) - len(third) :] = _in_turn(third)
    for item in third:
        if len(named := [mark.name for mark in item.iter_markers() if mark.name in MARKERS]) != 1:
            raise pytest.UsageError(
                f"{item.nodeid}: give it exactly one of the markers {', '.join(MARKERS)}; has {named}"
            )


def _in_turn(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Who has the pipeline alone in turn with who does without it, so that no worker waits; then the rest."""
    uses = {item: set(getattr(item, "fixturenames", ())) for item in items}
    alone = [item for item in items if "plant" in uses[item]]
    apart = [item for item in items if "pipeline" not in uses[item]]
    for pair in zip_longest(alone, apart):
        yield from filter(None, pair)
    yield from (item for item in items if item not in {*alone, *apart})


def _needs_deployment(item: pytest.Item) -> bool:
    return item.nodeid.startswith(INTEGRATION)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Without xdist, this process leads."""
    if not hasattr(session.config, "workerinput") and any(map(_needs_deployment, session.items)):
        _deployment(session.config).start()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With xdist, the controller leads and tells each worker where the answer will be."""
    node.workerinput["tap_folder"] = str(_deployment(node.config).folder)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: list[str]) -> None:
    if any(each.startswith(INTEGRATION) for each in ids):
        _deployment(node.config).start()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Before the report is written: a night that leaves something behind is red, whatever its tests say."""
    deployment = session.config.stash.get(Starter, None)
    if deployment is not None and not deployment.end():
        sys.stderr.write(f"\nwhat was deployed could not be taken down:\n{_log(deployment.folder)}\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    elif deployment is not None:
        session.exitstatus = _refused(deployment.folder) or session.exitstatus


def _refused(folder: Path) -> int:
    """The exit code that `tap` ends with where nothing could be deployed, such as 3 without an AWS; otherwise 0."""
    answer = folder / ANSWER
    return int(json.loads(answer.read_text()).get("exit", 0)) if answer.exists() else 0


def pytest_unconfigure(config: pytest.Config) -> None:
    """Where a session did not come to its finish."""
    if deployment := config.stash.get(Starter, None):
        deployment.end()


def _deployment(config: pytest.Config) -> Deployment:
    if Starter not in config.stash:
        folder: Path = config._tmp_path_factory.mktemp("deployment", numbered=False)  # type: ignore[attr-defined]
        options = {name: config.getoption(name) for name in ("target", "suffix", "account", "keep", "reuse")}
        config.stash[Starter] = Deployment(folder, options)
    return config.stash[Starter]


@pytest.fixture(scope="session")
def deployment_folder(request: pytest.FixtureRequest) -> Path:
    """Where the session's deployment answers."""
    given = getattr(request.config, "workerinput", {}).get("tap_folder")
    return Path(given) if given else _deployment(request.config).folder


@pytest.fixture(scope="session")
def deployed(deployment_folder: Path) -> dict[str, Any]:
    """What `tests/integration/deployment.py` answered: how to reach the target, and the outputs."""
    answer = deployment_folder / ANSWER
    ends = time.monotonic() + DEADLINE_S
    while not answer.exists():
        if time.monotonic() > ends:
            pytest.fail(f"nothing was deployed within {DEADLINE_S:.0f} s:\n{_log(deployment_folder)}", pytrace=False)
        time.sleep(0.1)
    content = json.loads(answer.read_text())
    if "error" in content:
        pytest.fail(f"the stack was not deployed:\n{content['error']}\n{_log(deployment_folder)}", pytrace=False)
    return content


def _log(folder: Path) -> str:
    lines = (folder / "deployment.log").read_text(errors="replace").splitlines()
    return "\n".join(lines[-40:])
