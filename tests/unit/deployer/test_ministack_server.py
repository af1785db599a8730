"""The mends of MiniStack's answers, over a stand-in with the same functions."""

import json
import xml.etree.ElementTree as ET
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import lambda_throttling, responses

ALARM = {
    "AlarmName": "a<b",
    "Period": 60,
    "ActionsEnabled": True,
    "Unit": None,
    "Dimensions": [{"Name": "QueueName", "Value": "q"}],
    "AlarmActions": ["arn:topic"],
    "StateUpdatedTimestamp": 0,
}


def cloudwatch() -> Any:
    def describe(params: Any, document: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if is_json and document.get("AlarmNames") == ["a<b"]:
            return 200, {}, json.dumps({"MetricAlarms": [ALARM]}).encode()
        return 400 if is_json else 418, {}, b"the original"

    return SimpleNamespace(
        _describe_alarms=describe, _xml=lambda status, tag, inner: (status, {}, f"<{tag}>{inner}</{tag}>")
    )


def test_an_alarm_is_described_whole_in_xml() -> None:
    """Every attribute that the JSON answer has is in the XML answer, escaped, with lists as members."""
    service = cloudwatch()
    responses.mend_alarms(service)

    status, _, body = service._describe_alarms({"AlarmNames.member.1": ["a<b"]}, None, False)

    alarm = ET.fromstring(body).find("DescribeAlarmsResult/MetricAlarms/member")  # noqa: S314 - our own answer
    assert status == 200
    assert alarm is not None
    assert alarm.findtext("AlarmName") == "a<b"
    assert alarm.findtext("ActionsEnabled") == "true"
    assert alarm.findtext("Dimensions/member/Value") == "q"
    assert alarm.findtext("AlarmActions/member") == "arn:topic"
    assert alarm.findtext("StateUpdatedTimestamp") == "1970-01-01T00:00:00+00:00"
    assert alarm.find("Unit") is None


def test_a_refused_request_is_answered_by_the_original() -> None:
    """An error keeps MiniStack's own form."""
    service = cloudwatch()
    responses.mend_alarms(service)

    assert service._describe_alarms({"AlarmNames.member.1": "other"}, None, False) == (418, {}, b"the original")


def test_a_state_machines_tracing_is_kept_and_told() -> None:
    """tracingConfiguration given at creation or update comes back from a description."""
    machines: dict[str, Any] = {"arn": {}}
    service = SimpleNamespace(
        _state_machines=machines,
        _create_state_machine=lambda data: (200, {}, b'{"stateMachineArn": "arn"}'),
        _update_state_machine=lambda data: (200, {}, b"{}"),
        _describe_state_machine=lambda data: (200, {}, b'{"name": "n"}'),
    )
    responses.mend_state_machines(service)

    service._create_state_machine({"tracingConfiguration": {"enabled": True}})
    created = json.loads(service._describe_state_machine({"stateMachineArn": "arn"})[2])
    service._update_state_machine({"stateMachineArn": "arn", "tracingConfiguration": {"enabled": False}})
    updated = json.loads(service._describe_state_machine({"stateMachineArn": "arn"})[2])

    assert created == {"name": "n", "tracingConfiguration": {"enabled": True}}
    assert updated["tracingConfiguration"] == {"enabled": False}


def test_a_ministack_without_the_mended_function_is_refused() -> None:
    """A MiniStack that changed fails at the start instead of running unmended."""
    with pytest.raises(AttributeError):
        responses.mend_alarms(SimpleNamespace())


FULL = {"throttle": True, "body": {"Reason": "ConcurrentInvocationLimitExceeded"}}
LIMITED = {"throttle": True, "body": {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}}


def functions(*results: Any) -> Any:
    """A service whose functions give these results, one after the other."""
    left = iter(results)
    return SimpleNamespace(_execute_function=lambda function, event: next(left))


def test_a_function_without_room_waits_for_it() -> None:
    """Two tries find no room, the third runs; after the longest wait the answer is the throttling."""
    service, full = functions(FULL, FULL, {"body": "done"}), functions(FULL, FULL)
    lambda_throttling.mend_throttling(service, pause_s=0)
    lambda_throttling.mend_throttling(full, longest_s=-1, pause_s=0)

    assert service._execute_function({}, {}) == {"body": "done"}
    assert full._execute_function({}, {}) == FULL


def test_a_limit_of_the_functions_own_throttles() -> None:
    """Reserved concurrency is AWS's limit too, and so is an error."""
    for result in (LIMITED, {"error": True, "body": "no"}):
        service = functions(result)
        lambda_throttling.mend_throttling(service, pause_s=0)
        assert service._execute_function({}, {}) == result
