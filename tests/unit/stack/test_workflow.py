"""The state machine maps over the parts, retries what may pass, and never fails in silence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack.errors import StackError
from stack.settings import Settings
from stack.workflow import definition
from tests.unit.stack.reading import strings, the


@pytest.fixture
def machine(document: dict[str, Any]) -> dict[str, Any]:
    return json.loads(the(document, "aws_sfn_state_machine")["definition"])


def _states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from _states(state["ItemProcessor"])


def test_every_placeholder_is_filled(machine: dict[str, Any]) -> None:
    """No `<name>` is left, and the concurrency is a number."""
    assert [text for text in strings(machine) if "<" in text] == []
    assert machine["States"]["LoadParts"]["MaxConcurrency"] == 10
    assert machine["States"]["LoadParts"]["ToleratedFailurePercentage"] == 0.0


def test_an_unknown_placeholder_is_refused(tmp_path: Path) -> None:
    """A placeholder that nobody fills stops the synthesis, with the file's name, instead of reaching AWS."""
    broken = tmp_path / "workflow.asl.json"
    broken.write_text('{"a": ["<nobody>"]}')

    with pytest.raises(StackError, match=r"workflow\.asl\.json.*nobody"):
        definition(Settings.load(aws_region="eu-west-1"), "url", broken)


def test_parts_are_mapped_distributed_and_no_payload_grows(machine: dict[str, Any]) -> None:
    """One item per part, read from S3; the results stay there, and the map gives nothing back."""
    load = machine["States"]["LoadParts"]

    assert load["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert load["ItemReader"]["Parameters"] == {"Bucket.$": "$.bucket", "Key.$": "$.parts_key"}
    assert load["ResultPath"] is None
    assert load["ItemProcessor"]["States"]["LoadPart"]["ResultSelector"] == {}
    assert "ItemBatcher" not in load


def test_every_task_that_calls_a_function_retries_and_every_failure_is_kept_and_told(machine: dict[str, Any]) -> None:
    """Failures go to the dead letters and to the topic before the run fails with its own error."""
    states = dict(_states(machine))
    calls = [state for state in states.values() if state.get("Resource", "").endswith("lambda:invoke")]

    assert len(calls) == 3
    assert all(any("Throttled" in retry["ErrorEquals"] for retry in state["Retry"]) for state in calls)
    for name in ("LoadParts", "Reconcile"):
        catches = states[name]["Catch"]
        assert catches[-1]["ErrorEquals"] == ["States.ALL"]
        assert {catch["Next"] for catch in catches} == {"TellFailure"}
    assert {states["TellFailure"]["Next"], states["TellFailure"]["Catch"][0]["Next"]} == {"KeepForRedrive"}
    assert states["KeepForRedrive"]["Next"] == "NotifyFailure"
    assert states["NotifyFailure"]["Next"] == "Failed"
    assert states["Failed"]["ErrorPath"] == "$.error.Error"


def test_own_error_names_are_those_the_loader_raises(machine: dict[str, Any]) -> None:
    """A retry or catch for a name that nobody raises would never fire."""
    from transactions import errors

    rules = [rule for _, state in _states(machine) for rule in [*state.get("Retry", []), *state.get("Catch", [])]]
    own = {name for rule in rules for name in rule["ErrorEquals"] if "." not in name}

    assert own == {"Throttled", "NotReconciled"}
    assert all(issubclass(getattr(errors, name), Exception) for name in own)


def test_workflow_is_logged_traced_and_without_the_data(document: dict[str, Any]) -> None:
    """History goes to an encrypted log group, without the payloads."""
    machine = the(document, "aws_sfn_state_machine")

    assert machine["logging_configuration"]["level"] == "ALL"
    assert machine["logging_configuration"]["include_execution_data"] is False
    assert machine["tracing_configuration"]["enabled"] is True
