"""A project of somebody else's, in which the suite's plugin is tried; its deployments are only noted.

A pytest plugin, named by the root conftest.py.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from deployer.pytest_plugin import session

DEPLOYS = """
import json, sys, time
from pathlib import Path

folder, root, options = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
with (root / "deployed").open("a") as noted:
    noted.write(options["target"] + "\\n")
answer = json.loads((root / "answer.json").read_text())
if (root / "reached.json").exists():
    (folder / "half").write_text((root / "reached.json").read_text())
    (folder / "half").rename(folder / "target.json")
    while not (root / "begun").exists():
        time.sleep(0.05)
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
STACK = """
import json, os
from pathlib import Path

suffix = os.environ["ENVIRONMENT_SUFFIX"]
tags = {"Service": "orders", "Stage": suffix}
name = os.environ.get("ORDERS_TOPIC", "orders") + "-" + suffix
document = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}},
    "provider": {"aws": [{"region": os.environ["AWS_REGION"], "default_tags": [{"tags": tags}]}]},
    "resource": {"aws_sns_topic": {"orders": {"name": name}}},
    "output": {"topic": {"value": "${aws_sns_topic.orders.arn}"}},
}
folder = Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "Orders"
folder.mkdir(parents=True)
(folder / "cdk.tf.json").write_text(json.dumps(document))
"""
TESTS = """
import pytest

pytestmark = pytest.mark.smoke


@pytest.fixture
def queue(tap_deployment):
    return tap_deployment.outputs["queue_url"]


def test_it(queue):
    assert queue == "https://q"
"""
# What else is installed takes half a second to start, in each of xdist's workers.
NEEDED = ("--disable-plugin-autoload", "-p", "xdist", "-p", "tap")
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


def reached(project: Path) -> None:
    """The AWS is there at once; the deployment says nothing until a test wrote the file `begun`."""
    told = {name: ANSWER[name] for name in ("settings", "target")}
    (project / "reached.json").write_text(json.dumps(told))


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """`run("--collect-only")` runs pytest with Tap's plugin and xdist."""
    return lambda *options: pytester.runpytest_inprocess(*NEEDED, *options)


@pytest.fixture
def run_apart(pytester: pytest.Pytester) -> Run:
    """The same in a process of its own, with the plugins that the environment has."""
    return lambda *options: pytester.runpytest_subprocess(*options)


def write_stack(project: Path, more: str = "") -> None:
    """A stack of one topic, which a script synthesises without Node; `more` are lines of the script."""
    (project / "orders.py").write_text(STACK + more)
    table = "[tool.tap]\napp = 'python orders.py'\nenvironment = ['ORDERS_*']\n"
    (project / "pyproject.toml").write_text(table)


def deployments(project: Path) -> list[str]:
    """The targets that were deployed on so far."""
    noted = project / "deployed"
    return noted.read_text().split() if noted.exists() else []
