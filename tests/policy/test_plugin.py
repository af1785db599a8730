"""The fixtures of the plan and of the gate, in a project that has only a stack, `[tool.tap]` and tests."""

from pathlib import Path

import pytest

from tests.policy.shared import PLACES
from tests.unit.suite.other_project import Run, write_stack

JUDGED = """
import pytest


def test_plan(tap_plan):
    (planned,) = tap_plan["planned_values"]["root_module"]["resources"]
    assert (planned["type"], planned["values"]["name"]) == ("aws_sns_topic", "orders-test")


def test_gate(tap_gate):
    assert "CKV_AWS_26" in {one.rule for one in tap_gate.findings}
    assert {one.eye for one in tap_gate.evaluations} == {"written", "planned"}


@pytest.mark.parametrize("tap_stack", [{"ORDERS_TOPIC": "urgent"}], indirect=True)
def test_plan_of_other_settings(tap_plan):
    assert tap_plan["planned_values"]["root_module"]["resources"][0]["values"]["name"] == "urgent-test"
"""


def test_a_plan_and_a_judgement_of_a_stack(pytester: pytest.Pytester, project: Path, run: Run) -> None:
    """Both follow the settings of the stack, and need neither credentials nor an AWS."""
    write_stack(project)
    pytester.makepyfile(**{"tests/policy/test_policy": JUDGED})
    (project / ".tap").mkdir()
    (project / ".tap" / "environments").symlink_to(PLACES.state / "environments")  # Checkov's is large

    run("tests/policy").assert_outcomes(passed=3)
