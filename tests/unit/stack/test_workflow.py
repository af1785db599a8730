"""The state machine maps over the parts, retries what may pass, and never fails in silence."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stack.errors import StackError
from stack.settings import Settings
from stack.state_machine import definition
from tests.unit.stack.reading import strings, the


@pytest.fixture
def machine(document: dict[str, Any]) -> dict[str, Any]:
    return the(document, "aws_sfn_state_machine").json("definition")


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
    """One item per part, read from S3; the results go there, or the map's own would outgrow 256 KiB with the parts.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
    """
    load = machine["States"]["LoadParts"]

    assert load["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert load["ItemReader"]["Parameters"] == {"Bucket.$": "$.bucket", "Key.$": "$.parts_key"}
    assert load["ResultPath"] is None
    assert load["ResultWriter"]["Parameters"] == {"Bucket": "transaction-csv-files-unit", "Prefix": "runs"}
    assert load["ItemProcessor"]["States"]["LoadPart"]["ResultSelector"] == {}
    assert "ItemBatcher" not in load


def test_every_failure_is_kept_told_and_reported(machine: dict[str, Any]) -> None:
    """First the letter, without the loader, which may be what is broken; the report, which says that, comes last."""
    states = machine["States"]

    for name in ("LoadParts", "Reconcile"):
        catches = states[name]["Catch"]
        assert catches[-1]["ErrorEquals"] == ["States.ALL"]
        assert {catch["Next"] for catch in catches} == {"KeepForRedrive"}
    assert [states[name]["Next"] for name in ("KeepForRedrive", "NotifyFailure", "TellFailure")] == [
        "NotifyFailure", "TellFailure", "Failed",
    ]  # fmt: skip


def test_no_hiccup_on_the_way_of_failure_loses_the_letter_or_the_report(machine: dict[str, Any]) -> None:
    """Each step is tried again, and where it fails for good the next is done; without a letter the end says so."""
    caught = {
        name: [(catch["ErrorEquals"], catch["ResultPath"], catch["Next"]) for catch in machine["States"][name]["Catch"]]
        for name in ("KeepForRedrive", "NotifyFailure", "TellFailure")
    }

    assert caught == {
        "KeepForRedrive": [(["States.ALL"], None, "FailedUnkept")],
        "NotifyFailure": [(["States.ALL"], None, "TellFailure")],
        "TellFailure": [(["States.ALL"], None, "Failed")],
    }
    assert machine["States"]["FailedUnkept"]["ErrorPath"] == "$.error.Error"


def test_no_failure_needs_a_cause(machine: dict[str, Any]) -> None:
    """An error's output has a name, and usually a cause: a path to one that is not there fails the failure itself.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    assert [text for text in strings(machine) if ".Cause" in text] == []


@pytest.mark.parametrize("name", ["NotifySuccess", "KeepForRedrive", "NotifyFailure"])
def test_what_is_sent_is_sent_again(machine: dict[str, Any], name: str) -> None:
    """Whatever SNS or SQS answers, for some seconds."""
    (retry,) = machine["States"][name]["Retry"]

    assert retry["ErrorEquals"] == ["States.ALL"]
    assert sum(retry["BackoffRate"] ** number for number in range(retry["MaxAttempts"])) >= 15


def test_a_reconciled_load_succeeds_whoever_can_be_told(machine: dict[str, Any]) -> None:
    """That SNS fails for good is no failure of the load."""
    (catch,) = machine["States"]["NotifySuccess"]["Catch"]

    assert catch["ErrorEquals"] == ["States.ALL"]
    assert machine["States"][catch["Next"]]["Type"] == "Succeed"


def test_reading_the_parts_and_writing_the_results_is_tried_again(machine: dict[str, Any]) -> None:
    """A hiccup of S3 fails no load; what was loaded is found again."""
    (retry,) = machine["States"]["LoadParts"]["Retry"]

    assert retry["ErrorEquals"] == ["States.ItemReaderFailed", "States.ResultWriterFailed"]


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
