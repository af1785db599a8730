"""How the embedded AWS delivers a rule's events and an alarm's actions, over stand-ins with MiniStack's names."""

from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import events

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:f"
RULE = "arn:aws:events:us-east-1:000000000000:rule/r"
TOPIC = "arn:aws:sns:us-east-1:000000000000:t"
ALARM = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a"


@pytest.mark.parametrize("why", ["", "not invited"])
def test_a_rules_event_is_an_asynchronous_call_by_invitation(why: str) -> None:
    """The function's own policy is asked with the rule as source; what fails is tried again, as any such call."""
    invoked: list[Any] = []
    asked: list[tuple[str, str, str]] = []
    eventbridge = SimpleNamespace()
    eventbridge._dispatch_to_lambda = None
    eventbridge._invoke_target = lambda target, event, rule, view=None: eventbridge._dispatch_to_lambda(
        target["Arn"], '{"a": 1}'
    )
    functions = SimpleNamespace(
        _get_func_record_for_ref=lambda arn: ("record", "config", "f"),
        _execution_record_for_config=lambda record, config: (record, config),
        invoke_async_with_retry=lambda record, event: invoked.append((record, event)),
    )
    iam = SimpleNamespace(invocation_refusal=lambda *given: asked.append(given) or why)
    events.mend_rules(eventbridge, functions, iam)

    eventbridge._invoke_target({"Arn": FUNCTION}, {}, {"Arn": RULE}, None)

    assert asked == [("events.amazonaws.com", FUNCTION, RULE)]
    assert invoked == ([] if why else [(("record", "config"), {"a": 1})])


@pytest.mark.parametrize("why", ["", "its key is not to be used"])
def test_an_alarm_reaches_the_topic_that_lets_it(why: str) -> None:
    """The topic's policy is asked, and its key's; other states of the alarm have other actions."""
    told: list[Any] = []
    asked: list[tuple[str, ...]] = []
    cloudwatch = SimpleNamespace(
        _dispatch_alarm_actions=lambda alarm, *given: told.append((alarm["AlarmActions"], given))
    )
    iam = SimpleNamespace(service_refusal=lambda *given: asked.append(given) or why)
    events.mend_alarm_actions(cloudwatch, iam)

    cloudwatch._dispatch_alarm_actions({"AlarmArn": ALARM, "AlarmActions": [TOPIC]}, "OK", "ALARM", "a test")

    assert asked == [("cloudwatch.amazonaws.com", "sns:Publish", TOPIC, ALARM)]
    assert told == [([] if why else [TOPIC], ("OK", "ALARM", "a test"))]
