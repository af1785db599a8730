"""What was deployed is what was planned, and stays so."""

import json
from typing import Any

import pytest

from deployer.pytest_plugin.fixtures import Deployment
from deployer.pytest_plugin.options import REUSED
from pipeline.client import Pipeline
from stack.settings import Settings

pytestmark = pytest.mark.journey


def test_a_plan_after_the_apply_is_empty(tap_deployment: Deployment) -> None:
    """The deployment's last stage plans anew and stops unless nothing is left to change; it ran, after the apply.

    Where a deployment of an earlier run is used again and nothing changed, its first plan is that plan; and where only
    the code of functions changed there is none, as test_orders.py has it that it would be empty.
    """
    stages = list(tap_deployment.seconds)

    unchanged = ["synth", "init", "adopt", "plan", "outputs"]
    changed = ["synth", "init", "adopt", "plan", "comply", "apply", "outputs", "verify"]
    code_alone = ["synth", "init", "comply", "code", "outputs"]
    assert stages in (
        [changed, unchanged, code_alone] if tap_deployment.settings.environment_suffix == REUSED else [changed]
    )


def test_functions_run_from_their_zips(pipeline: Pipeline) -> None:
    """The deployed functions are ZIPs on python3.11 with `app.handler`."""
    client = pipeline.target.client("lambda")
    names = [
        pipeline.outputs.validator_function_name,
        pipeline.outputs.transformer_function_name,
        pipeline.outputs.loader_function_name,
        pipeline.outputs.status_function_name,
    ]
    found = [client.get_function_configuration(FunctionName=name) for name in names]

    assert [each["Runtime"] for each in found] == ["python3.11"] * 4
    assert [each["Handler"] for each in found] == ["app.handler"] * 4
    assert [each.get("PackageType", "Zip") for each in found] == ["Zip"] * 4


def test_news_of_a_load_name_the_workflow_of_this_environment(pipeline: Pipeline, settings: Settings) -> None:
    """The outputs lead to the machine whose definition calls this environment's loader."""
    machine: dict[str, Any] = pipeline.target.client("stepfunctions").describe_state_machine(
        stateMachineArn=pipeline.outputs.state_machine_arn
    )

    assert settings.function("transaction-loader") in json.dumps(machine["definition"])
