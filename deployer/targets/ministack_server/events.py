"""What happens by itself: a rule's events and an alarm's actions, as AWS delivers them. Seen in MiniStack 1.5.33."""

import json
import logging
from contextvars import ContextVar
from typing import Any

_LOG = logging.getLogger("tap")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def mend_rules(eventbridge: Any, functions: Any, iam: Any) -> None:
    """A rule's event reaches a function whatever its own policy says, and what fails is neither tried again nor kept.

    AWS invokes it asynchronously: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
    """
    invoke = eventbridge._invoke_target
    rule: ContextVar[str] = ContextVar("rule")

    def invoke_target(target: Any, event: Any, of: Any, *given: Any) -> None:
        rule.set(of["Arn"])
        invoke(target, event, of, *given)

    def dispatch_to_lambda(function: str, payload: str) -> None:
        if why := iam.invocation_refusal("events.amazonaws.com", function, rule.get()):
            _LOG.warning("an event is lost: %s", why)
            return
        record, config, _ = functions._get_func_record_for_ref(function)
        functions.invoke_async_with_retry(functions._execution_record_for_config(record, config), json.loads(payload))

    eventbridge._invoke_target, eventbridge._dispatch_to_lambda = invoke_target, dispatch_to_lambda


def mend_alarm_actions(cloudwatch: Any, iam: Any) -> None:
    """An alarm reaches a topic whatever the topic's policy says, and that of its key."""
    dispatch = cloudwatch._dispatch_alarm_actions

    def allowed(alarm: Any, topic: str) -> bool:
        why = iam.service_refusal("cloudwatch.amazonaws.com", "sns:Publish", topic, alarm["AlarmArn"])
        if why:
            _LOG.warning("an alarm is not told: %s", why)
        return not why

    def dispatch_alarm_actions(alarm: Any, *given: Any) -> None:
        left = {name: [one for one in alarm.get(name) or [] if allowed(alarm, one)] for name in _ACTIONS}
        dispatch({**alarm, **left}, *given)

    cloudwatch._dispatch_alarm_actions = dispatch_alarm_actions
