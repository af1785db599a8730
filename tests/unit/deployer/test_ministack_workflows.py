"""The mends of MiniStack's workflows, over a stand-in with the same functions."""

from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import workflows
from tests.unit.deployer.refusing import iam

ROLE = "arn:aws:iam::000000000000:role/one"
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:m"
WRITER = {"ResultWriter": {"Parameters": {"Bucket": "b", "Prefix": "runs"}}}


class FailedStep(Exception):  # noqa: N818 - as a step of a workflow fails: an error's name and its cause
    pass


def service_of() -> Any:
    """A service whose execution `e` invokes what its definition says."""
    service = SimpleNamespace(
        _executions={"e": {"stateMachineArn": MACHINE, "steps": []}},
        _state_machines={MACHINE: {"roleArn": ROLE}},
        _ExecutionError=FailedStep,
        _invoke_resource=lambda resource, given: "invoked",
        _s3_object_text=lambda bucket, key: "read",
        _run_distributed_map=lambda state, raw, effective, iterator, execution, context: "spread",
        _apply_result_selector=lambda state, result: result,
        _error_matches=lambda names, error: "States.ALL" in names,
    )
    service._run_execution = lambda arn: [step() for step in service._executions[arn]["steps"]]
    return service


STEPS = {
    "lambda:InvokeFunction": lambda s: s._invoke_resource("arn:aws:states:::lambda:invoke", {"FunctionName": "arn:f"}),
    "sns:Publish": lambda s: s._invoke_resource("arn:aws:states:::sns:publish", {"TopicArn": "arn:t"}),
    "sqs:SendMessage": lambda s: s._invoke_resource("arn:aws:states:::sqs:sendMessage", {"QueueUrl": "https://h/0/q"}),
    "s3:GetObject": lambda s: s._s3_object_text("b", "key"),
    "states:StartExecution": lambda s: s._run_distributed_map({}, {}, {}, {}, s._executions["e"], {}),
}
RESOURCES = {
    "lambda:InvokeFunction": "arn:f",
    "sns:Publish": "arn:t",
    "sqs:SendMessage": "arn:aws:sqs:us-east-1:000000000000:q",
    "s3:GetObject": "arn:aws:s3:::b/key",
    "states:StartExecution": MACHINE,
}


@pytest.mark.parametrize("action", STEPS)
def test_a_workflows_step_is_asked_of_its_role(action: str) -> None:
    """It is done if the role may, and fails with IAM's reason if it may not."""
    for refused in ((), (action,)):
        service, granted = service_of(), iam(*refused)
        workflows.mend_workflows(service, granted)
        service._executions["e"]["steps"] = [lambda service=service: STEPS[action](service)]
        if refused:
            with pytest.raises(FailedStep, match=f"workflow may not {action}"):
                service._run_execution("e")
        else:
            service._run_execution("e")
        assert granted.asked == [(ROLE, action, RESOURCES[action])]


def test_an_execution_does_not_wait_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a definition asks to wait for is waited for."""
    slept: list[float] = []
    monkeypatch.setattr(workflows.time, "sleep", slept.append)
    service = service_of()
    workflows.mend_workflows(service, iam())

    for seconds in (0.15, 0.1, 2.0):
        service.time.sleep(seconds)
    assert slept == [0.1, 2.0]
    assert service.time.monotonic is workflows.time.monotonic


def test_a_step_of_an_unknown_kind_fails() -> None:
    """Nothing is done for a role that nobody asked about."""
    service = service_of()
    workflows.mend_workflows(service, iam())
    service._executions["e"]["steps"] = [lambda: service._invoke_resource("arn:aws:states:::ecs:runTask", {})]

    with pytest.raises(FailedStep, match=r"ecs:runTask needs is not known"):
        service._run_execution("e")


def within(service: Any, step: Any) -> Any:
    """What a step of the execution comes to."""
    found: list[Any] = []
    service._executions["e"]["steps"] = [lambda: found.append(step())]
    service._run_execution("e")
    return found[0]


def test_a_map_with_a_writer_gives_back_where_its_results_are() -> None:
    """Whatever there was; and the role needs to write there, or the map fails as on AWS."""
    service, granted = service_of(), iam()
    workflows.mend_workflows(service, granted)
    told = within(service, lambda: service._apply_result_selector(WRITER, [{}] * 100_000))
    ((role, action, where),) = granted.asked

    assert told["ResultWriterDetails"]["Bucket"] == "b"
    assert (role, action) == (ROLE, "s3:PutObject")
    assert where.startswith("arn:aws:s3:::b/runs/")

    service = service_of()
    workflows.mend_workflows(service, iam("s3:PutObject"))
    with pytest.raises(FailedStep, match="ResultWriterFailed"):
        within(service, lambda: service._apply_result_selector(WRITER, []))


def test_a_result_is_as_large_as_a_payload_may_be() -> None:
    """One byte more ends the execution, as on AWS."""
    service = service_of()
    workflows.mend_workflows(service, iam())
    largest = "x" * (workflows.LONGEST_PAYLOAD - 2)

    assert within(service, lambda: service._apply_result_selector({}, largest)) == largest
    with pytest.raises(FailedStep, match="DataLimitExceeded"):
        within(service, lambda: service._apply_result_selector({}, largest + "x"))


def test_what_ends_an_execution_is_caught_by_its_name_alone() -> None:
    """States.ALL catches neither a payload that is too large nor what the runtime could not do."""
    service = service_of()
    workflows.mend_workflows(service, iam())

    assert service._error_matches(["States.ALL"], "States.Timeout")
    assert not service._error_matches(["States.ALL"], "States.DataLimitExceeded")
    assert not service._error_matches(["States.ALL"], "States.Runtime")
    assert service._error_matches(["States.Runtime"], "States.Runtime")
