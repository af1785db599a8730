"""An alarm reaches whoever listens to the topic: by its action, the topic's policy, and that of the topic's key."""

import json

import pytest

from pipeline.client import Pipeline
from stack.settings import Settings
from tests.integration.listening import listening
from tests.integration.waiting import HANG_S

pytestmark = pytest.mark.fault


@pytest.mark.parametrize("metric", ["ExecutionsAborted", "ExecutionThrottled"])
def test_an_alarm_is_told_to_who_listens(pipeline: Pipeline, settings: Settings, tag: str, metric: str) -> None:
    """What goes off reaches the topic's subscribers, with the alarm's name and what to do."""
    name = f"{settings.state_machine}-{metric}"

    with listening(pipeline, f"tap-news-{tag}") as listener:
        for state in ("OK", "ALARM"):  # what went off in an earlier run and is used again would not go off anew
            pipeline.target.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
        told = (json.loads(json.loads(one)["Message"]) for one in listener.heard(HANG_S) if name in one)
        went_off = any(news["NewStateValue"] == "ALARM" for news in told)

    assert went_off, f"nothing was told of {name} within {HANG_S:.0f} s"
