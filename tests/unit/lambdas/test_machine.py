"""The state machine's stand-in retries and catches what Step Functions would, and nothing else."""

import pytest

from .moods.machine import FAILED, SUCCEEDED, Machine, StateError, matches


@pytest.mark.parametrize(
    ("wanted", "error", "matched"),
    [
        ("States.ALL", "Throttled", True),
        ("States.ALL", "States.Timeout", True),
        ("States.ALL", "States.DataLimitExceeded", False),
        ("States.ALL", "States.Runtime", False),
        ("States.Runtime", "States.Runtime", False),
        ("States.DataLimitExceeded", "States.DataLimitExceeded", True),
        ("States.TaskFailed", "Throttled", True),
        ("States.TaskFailed", "States.Timeout", False),
        ("Throttled", "throttled", False),
    ],
)
def test_an_error_is_matched_as_step_functions_does(wanted: str, error: str, matched: bool) -> None:
    """By its exact name, or by a wildcard that leaves out what ends an execution."""
    assert matches(wanted, error) is matched


def machine(errors: list[str], **state: object) -> Machine:
    """One task that fails so often, with these errors, and then succeeds."""
    left = iter(errors)

    def task(name: str, given: object) -> str:
        if error := next(left, ""):
            raise StateError(error, "why")
        return "done"

    work = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {}, "End": True, **state}
    return Machine({"StartAt": "Work", "States": {"Work": work, "Kept": {"Type": "Succeed"}}}, task)


RETRY = [{"ErrorEquals": ["Throttled"], "MaxAttempts": 2}, {"ErrorEquals": ["Broken"], "MaxAttempts": 1}]
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Kept"}]


def test_each_retrier_counts_for_itself_and_the_catcher_comes_last() -> None:
    """Two tries of one and one of the other are forgiven; the next is caught with its name, or ends the execution."""
    forgiven = machine(["Throttled", "Broken", "Throttled"], Retry=RETRY).run({})
    caught = machine(["Throttled"] * 3, Retry=RETRY, Catch=CATCH).run({"key": "k"})
    ended = machine(["States.DataLimitExceeded"], Retry=RETRY, Catch=CATCH).run({})

    assert (forgiven.status, forgiven.output) == (SUCCEEDED, "done")
    assert caught.output == {"key": "k", "error": {"Error": "Throttled", "Cause": "why"}}
    assert (ended.status, ended.error) == (FAILED, "States.DataLimitExceeded")


def test_a_payload_that_is_too_large_ends_the_execution() -> None:
    """256 KiB at most, and no catcher helps."""
    assert (
        machine([], Catch=CATCH, ResultPath="$.more").run({"a": "x" * (256 * 1024)}).error == "States.DataLimitExceeded"
    )


def test_what_is_not_known_is_an_error_and_not_left_out() -> None:
    """A field or a path that the stand-in can't read stops the test."""
    with pytest.raises(NotImplementedError, match="HeartbeatSeconds"):
        machine([], HeartbeatSeconds=1).run({})
    with pytest.raises(NotImplementedError, match=r"States\.Format"):
        machine([], Parameters={"a.$": "States.Format('x')"}).run({})
