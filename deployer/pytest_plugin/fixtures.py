"""The fixtures of the suite. `pytest --fixtures` lists them; their docstrings are for people who write tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deployer.pytest_plugin.levels import project_paths
from deployer.pytest_plugin.session import Answer, Shared, shared

if TYPE_CHECKING:  # what needs CDKTF, Checkov or boto3 is imported by the test that asks for it
    from deployer.compliance.judgement import Judgement
    from deployer.pytest_plugin.stacks import Stack
    from deployer.settings import Settings
    from deployer.targets.targets import Target


@dataclass(frozen=True)
class Deployment:
    """What is deployed for this session."""

    outputs: Mapping[str, Any]  # of Terraform, by name
    settings: "Settings"
    target: "Target"
    seconds: Mapping[str, float]  # by stage of the deployment, in their order
    compliance: Mapping[str, Any]  # what the gate said before, as `tap comply --json`; empty where nothing changed
    work: Path  # Terraform's working folder
    shared: Path  # a folder that all workers of the session have in common


@pytest.fixture(scope="session")
def tap_settings() -> dict[str, str]:
    """The environment variables that `tap_stack` is synthesised with: dict[str, str].

    Define a fixture of this name in a conftest.py, and it holds for the tests there. What the stack reads and is not
    given here has its default, whatever the variables of who runs the tests.
    """
    return {"ENVIRONMENT_SUFFIX": "test"}


@pytest.fixture
def tap_stack(request: pytest.FixtureRequest, tap_settings: Mapping[str, str]) -> "Stack":
    """The synthesised stack: its Terraform JSON as a dict, with `settings` and `folder`. Needs no AWS.

    `tap_stack.the("aws_sqs_queue")` is the one resource of a type, `tap_stack.the(type, name="orders-test")` one of
    several, `tap_stack.all(type)` all by name. `.expect(fifo_queue=True, name="orders-test")` fails with the address in
    Terraform, each attribute, what it is and what was expected, and the line of Python that made the resource.

    Other settings: `tap_stack.with_settings(AWS_REGION="eu-north-1")`, or for the whole test
    `@pytest.mark.parametrize("tap_stack", [{"AWS_REGION": "eu-north-1"}], indirect=True)`, which `tap_plan` and
    `tap_gate` then follow. What was synthesised before is taken from the cache.
    """
    from deployer.pytest_plugin.stack_failures import READ
    from deployer.pytest_plugin.stacks import Stack

    stack = Stack(project_paths(request.config), {**tap_settings, **getattr(request, "param", {})})
    request.node.stash.setdefault(READ, []).append(stack.origin)
    return stack


@pytest.fixture
def tap_plan(tap_stack: "Stack") -> dict[str, Any]:
    """The plan of `tap_stack` as a dict, as `terraform show -json` tells it. Made without credentials or an AWS."""
    return tap_stack.plan()


@pytest.fixture
def tap_gate(request: pytest.FixtureRequest, tap_stack: "Stack") -> "Judgement":
    """What the compliance gate says of `tap_stack`: a Judgement with `findings`, `suppressed`, `evaluations`.

    As `tap comply`: by all rules of Checkov, Tap and the project, written and planned. Judged once per session.
    """
    return tap_stack.judged(shared(request.config).folder)


@pytest.fixture(scope="session")
def tap_deployment(request: pytest.FixtureRequest) -> Deployment:
    """The stack as it is deployed on --target: a Deployment with `outputs`, `settings`, `target`, `seconds`.

    One for the whole session and all its workers; it ends with the session, unless --keep or --reuse is given. There
    is one only if a test that runs asks for it.
    """
    session = shared(request.config)
    return _deployment(_whole(session, session.answer(), "the stack was not deployed"), session.folder)


@pytest.fixture(scope="session")
def tap_target(request: pytest.FixtureRequest) -> "Target":
    """The AWS that the stack is deployed on: a Target. `tap_target.client("sqs")` is a boto3 client of it.

    A test with this fixture and without `tap_deployment` begins as soon as the AWS answers, before anything is on it.
    `trait("iam_enforced")` tells what it can do; the marker `needs(trait)` skips a test where it can't.
    """
    from deployer.settings import Settings

    session = shared(request.config)
    content = _whole(session, session.reached(), "there is no AWS to test on")
    return _target(Settings.load(content["settings"]), content["target"])


def _whole(session: Shared, content: Answer, failed: str) -> Answer:
    """The answer, unless it is an error, with which the test fails."""
    if "error" in content:
        pytest.fail(f"{failed}:\n{content['error']}\n{session.told()}", pytrace=False)
    return content


def _deployment(content: Answer, folder: Path) -> Deployment:
    from deployer.settings import Settings

    settings = Settings.load(content["settings"])
    return Deployment(
        content["outputs"], settings, _target(settings, content["target"]),
        content["seconds"], content["compliance"], Path(content["work"]), folder,
    )  # fmt: skip


def _target(settings: "Settings", reached: Mapping[str, Any]) -> "Target":
    """A live account by the usual credential chain; an emulator as it was reached."""
    from deployer.targets import connect, targets

    if settings.target == "aws":
        return connect.live(settings)
    name, endpoint, region = (reached[each] for each in ("name", "endpoint", "region"))
    more = {each: reached[each] for each in ("account_id", "ca_bundle", "plain_endpoint", "lacks")}
    return targets.emulator(name, endpoint, region, **more)
