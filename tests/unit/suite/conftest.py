"""A project of somebody else's, in which the suite's plugin is tried; its deployments are only noted."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deployer.pytest_plugin import session

pytest_plugins = ["pytester"]
DEPLOYS = """
import json, sys
from pathlib import Path

folder, root, options = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
with (root / "deployed").open("a") as noted:
    noted.write(options["target"] + "\\n")
answer = json.loads((root / "answer.json").read_text())
if answer:
    (folder / "half").write_text(json.dumps(answer))
    (folder / "half").rename(folder / "deployment.json")
    sys.stdin.read()
sys.exit(int((root / "ends").read_text()))
"""
ANSWER = {
    "settings": {"ENVIRONMENT_SUFFIX": "it-1"}, "outputs": {"queue_url": "https://q"}, "seconds": {"apply": 1.5},
    "compliance": {}, "work": "work",
    "target": {
        "name": "embedded", "endpoint": "https://127.0.0.1:1", "region": "us-east-1", "account_id": "000000000000",
        "ca_bundle": "", "plain_endpoint": "", "lacks": {"lambda_sandbox": "no namespaces here"}, "version": "1",
    },
}  # fmt: skip
TESTS = """
import pytest

pytestmark = pytest.mark.smoke


@pytest.fixture
def queue(tap_deployment):
    return tap_deployment.outputs["queue_url"]


def test_it(queue):
    assert queue == "https://q"
"""
OTHERS = ("-p", "no:schemathesis", "-p", "no:anyio")  # each start of theirs takes half a second
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With `[tool.tap]`, one test of the stack and one of its deployment."""
    pytester.makepyprojecttoml("[tool.tap]\n[tool.pytest.ini_options]\nfilterwarnings = ['error']\n")
    monkeypatch.setattr(session, "MODULE", "pretends_to_deploy")
    pytester.makepyfile(pretends_to_deploy=DEPLOYS)
    pytester.makepyfile(**{"tests/unit/test_unit": "def test_it():\n    pass\n", "tests/integration/test_e2e": TESTS})
    answers(pytester.path)
    return pytester.path


def answers(project: Path, *, ends: int = 0, **content: object) -> None:
    """What the deployment says, and how it ends."""
    (project / "answer.json").write_text(json.dumps(content or ANSWER))
    (project / "ends").write_text(str(ends))


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """`run("--collect-only")` runs pytest with the plugins that the environment has."""
    return lambda *options: pytester.runpytest_inprocess(*OTHERS, *options)


@pytest.fixture
def run_apart(pytester: pytest.Pytester) -> Run:
    """The same in a process of its own."""
    return lambda *options: pytester.runpytest_subprocess(*OTHERS, *options)


def deployments(project: Path) -> list[str]:
    """The targets that were deployed on so far."""
    noted = project / "deployed"
    return noted.read_text().split() if noted.exists() else []
