"""A second project on the engine, as its own people would work with it: by `tap` and `pytest`, in its folder.

Its tests are examples/orders/tests; what is tested here is what a project does not test by itself: a lost state, and
that nothing is left.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from deployer.paths import Paths
from deployer.targets.targets import EMULATOR_ACCOUNT

pytestmark = [pytest.mark.smoke, pytest.mark.xdist_group("orders")]  # one worker, in this order, as days follow
ORDERS = Path(__file__).parents[2] / "examples" / "orders"
SUFFIX = "second"
UNSUPPORTED = {
    "aws_default_security_group.closed", "aws_iam_policy.policy", "aws_iam_role_policy_attachment.attached",
    'aws_lambda_event_source_mapping.feed["phone"]', 'aws_lambda_event_source_mapping.feed["shop"]', "aws_vpc.network",
}  # fmt: skip
HANGS_S = 1200
Tap = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A copy of it, which will have an embedded AWS of its own; what takes long to make is shared with this one."""
    if request.config.getoption("target") != "embedded":
        pytest.skip("it starts an embedded AWS of its own")
    folder = tmp_path_factory.mktemp("second") / "orders"
    shutil.copytree(ORDERS, folder, ignore=shutil.ignore_patterns(".tap", "build", "__pycache__", ".pytest_cache"))
    (folder / ".tap").mkdir()
    for shared in ("cache", "environments"):
        (Paths.here().state / shared).mkdir(parents=True, exist_ok=True)
        (folder / ".tap" / shared).symlink_to(Paths.here().state / shared)
    yield folder
    run(folder, "local", "stop")


def outside() -> dict[str, str]:
    """The environment of somebody who knows nothing of this suite."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("AWS_", "TAP_", "TERRAFORM_", "PYTEST")) and name != "ENVIRONMENT_SUFFIX"
    }  # fmt: skip
    return kept | {"ENVIRONMENT_SUFFIX": SUFFIX}


def run(folder: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """`tap` in the project's folder, or `pytest`; nothing of this suite is in their environment."""
    program = ["-m", "pytest", "-p", "no:schemathesis"] if words[0] == "pytest" else ["-m", "deployer"]
    command = [sys.executable, *program, *(words[1:] if words[0] == "pytest" else words)]
    done = subprocess.run(command, cwd=folder, env=outside(), capture_output=True, text=True, check=False)
    assert done.returncode == code, f"{' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def deployed(project: Path) -> Path:
    """Deployed, on an embedded AWS that stays; its tests of all three levels passed on that one, and left it there."""
    assert "is started and kept" in run(project, "deploy").stdout
    run(project, "pytest", "--keep", "--suffix", SUFFIX)
    return project


def work(project: Path) -> Path:
    return Paths(project).work("embedded", EMULATOR_ACCOUNT, "us-east-1", SUFFIX)


def client(project: Path, service: str) -> Any:
    """Of the embedded AWS that the project is deployed on."""
    endpoint = json.loads(run(project, "local", "status", "--json").stdout)["endpoint"]
    return boto3.client(  # type: ignore[call-overload]
        service, "us-east-1", endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture
def without_state(deployed: Path) -> Iterator[Path]:
    state = work(deployed) / "terraform.tfstate"
    lost = state.rename(deployed / "lost.tfstate")
    yield deployed
    lost.rename(state)


def test_its_gate_is_clean(project: Path) -> None:
    """`tap comply` in its folder: all of Checkov's rules and Tap's, and what is suppressed has a reason."""
    judged = json.loads(run(project, "comply", "--json").stdout)

    assert judged["findings"] == []
    assert all(one["reason"] for one in judged["suppressed"])


def test_a_second_deployment_changes_nothing(deployed: Path) -> None:
    """Of a queue for each channel, and types that no table has a row for."""
    assert "nothing to change" in run(deployed, "plan").stdout


def test_new_code_is_deployed_alone_and_the_next_plan_is_empty(deployed: Path) -> None:
    """Without a plan or an apply, and yet the state tells what a provider would have read."""
    code = deployed / "functions" / "record.py"
    code.write_text(code.read_text().replace('"batchItemFailures": failed', '"batchItemFailures": failed, "new": True'))
    told = json.loads(run(deployed, "deploy", "--json").stdout)
    answer = client(deployed, "lambda").invoke(FunctionName=f"orders-record-{SUFFIX}", Payload=b'{"Records": []}')
    planned = json.loads(run(deployed, "plan", "--json").stdout)
    shown = ["terraform", "show", "-json", "plan.tfplan"]
    environment = os.environ | {"TF_CLI_CONFIG_FILE": str(work(deployed) / "tap.tfrc")}
    plan = json.loads(
        subprocess.run(shown, cwd=work(deployed), env=environment, stdout=subprocess.PIPE, check=True).stdout
    )
    read = [one["change"] for one in plan.get("resource_drift", []) if one["address"] == "aws_lambda_function.function"]

    assert list(told["seconds"]) == ["synth", "init", "comply", "code", "outputs"]
    assert [one["address"] for one in told["changes"]] == ["aws_lambda_function.function"]
    assert json.load(answer["Payload"])["new"]
    assert (planned["changes"], planned["outputs_change"]) == ([], False)
    assert {
        name for one in read for name, was in one["before"].items() if was not in (None, one["after"][name])
    } == set()


@pytest.fixture
def dev(deployed: Path) -> Iterator[subprocess.Popen[str]]:
    """`tap dev` at work in the folder, whose files are afterwards as they were."""
    before = {file: file.read_text() for file in (deployed / "main.py", deployed / "functions" / "record.py")}
    command = [sys.executable, "-u", "-m", "deployer", "dev"]
    with subprocess.Popen(
        command, cwd=deployed, env=outside(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    ) as running:  # fmt: skip
        end = threading.Timer(HANGS_S, running.kill)
        end.start()
        yield running
        end.cancel()
        running.kill()
    for file, text in before.items():
        file.write_text(text)


def until(running: subprocess.Popen[str], word: str) -> str:
    """All that it says until a line with the word."""
    told = ""
    for line in running.stdout or ():
        told += line
        if word in line:
            return told
    return pytest.fail(f"it ended with {running.wait()}, and said nothing of `{word}`:\n{told}")


def test_each_change_is_deployed_tried_and_seen_in_the_log(deployed: Path, dev: subprocess.Popen[str]) -> None:
    """Also after one that could not be deployed, which is told; an interrupt ends it in order."""
    main, code = deployed / "main.py", deployed / "functions" / "record.py"
    begun, good = until(dev, "the sample is through"), main.read_text()
    main.write_text(f"{good}(")
    broken = until(dev, "waiting for a change")
    main.write_text(good)
    until(dev, "the sample is through")
    code.write_text(code.read_text().replace("    failed = []", "    print('this is new')\n    failed = []"))
    edited = until(dev, "the sample is through")
    logged = edited if "this is new" in edited else until(dev, "this is new")
    dev.send_signal(signal.SIGINT)
    ended = until(dev, "ended")

    assert "sample         recorded" in begun
    assert "changed: main.py" in broken
    assert "SyntaxError" in broken
    assert "the sample" not in broken
    assert "changed: functions/record.py" in edited
    assert "only code changed: orders-record-second" in edited
    assert "orders-record  this is new" in logged
    assert ended.endswith("what is deployed stays\n")
    assert dev.wait(HANGS_S) == 0


def test_a_lost_state_is_adopted_where_that_is_possible_and_told_where_not(without_state: Path) -> None:
    """Each instance of a queue by its own name; for the rest there is a way by hand."""
    done = run(without_state, "plan", "--json")
    found = json.loads(done.stdout)

    assert {'aws_sqs_queue.queue["phone"]', "aws_dynamodb_table.table", "aws_kms_key.key"} <= set(found["adopted"])
    assert {one["address"] for one in found["changes"] if one["change"] == "create"} >= UNSUPPORTED
    assert not UNSUPPORTED & set(found["adopted"])
    assert all(address in done.stderr for address in (*UNSUPPORTED, "an import block"))


def test_without_a_state_a_cleanup_tells_what_it_leaves(without_state: Path) -> None:
    """The ledger has the network's ARN, which is told with what to do; nothing is removed by looking."""
    found = json.loads(run(without_state, "cleanup", "--suffix", SUFFIX, "--dry-run", "--json").stdout)
    left = {one["name"]: one for one in found["left"]}

    assert "vpc/vpc-" in left["aws_vpc.network"]["id"]
    assert "by hand" in left["aws_vpc.network"]["reason"]


def test_a_cleanup_leaves_nothing(deployed: Path) -> None:
    """What has no row goes by Terraform's state; asked of the account itself, neither network nor queue is there."""
    found = json.loads(run(deployed, "cleanup", "--suffix", SUFFIX, "--yes", "--json").stdout)
    networks = [one["VpcId"] for one in client(deployed, "ec2").describe_vpcs()["Vpcs"] if not one["IsDefault"]]
    policies = client(deployed, "iam").list_policies(Scope="Local")["Policies"]
    assert (found["left"], found["not_looked_for"]) == ([], [])
    assert (networks, policies, client(deployed, "sqs").list_queues().get("QueueUrls", [])) == ([], [], [])
    assert not work(deployed).exists()
