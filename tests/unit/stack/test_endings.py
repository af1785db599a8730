"""Whichever way a load ends, somebody hears of it: by the rule below the machine's own way, and by alarms."""

import sys
from pathlib import Path
from typing import Any

import pytest

from stack.settings import ACCOUNT, FUNCTIONS, PARTITION, REGION
from tests.unit.stack.reading import Document, resources, the

MACHINE = f"arn:{PARTITION}:states:{REGION}:{ACCOUNT}:stateMachine:transaction-load-unit"
ASYNCHRONOUS = ("csv-validator", "csv-transformer", "transaction-loader")


def _alarms(document: Document) -> dict[str, Document]:
    return {each["alarm_name"]: each for each in resources(document, "aws_cloudwatch_metric_alarm").values()}


def test_the_rule_hears_of_each_bad_end_of_this_machine_alone(document: Document) -> None:
    """Failed, timed out and aborted; of no map's child, whose machine has the map's label in its name."""
    pattern = the(document, "aws_cloudwatch_event_rule").json("event_pattern")

    assert pattern == {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED", "TIMED_OUT", "ABORTED"], "stateMachineArn": [MACHINE]},
    }


def test_the_rule_may_call_the_loader_before_it_does(document: Document) -> None:
    """Its target is the loader, which only this rule of all may call, and which waits for the permission."""
    target = the(document, "aws_cloudwatch_event_target")
    (loader,) = (name for name in resources(document, "aws_lambda_function") if "loader" in name)
    permissions = resources(document, "aws_lambda_permission")
    (permission,) = (name for name, each in permissions.items() if each["principal"] == "events.amazonaws.com")

    assert target["arn"] == f"${{aws_lambda_function.{loader}.arn}}"
    assert target["depends_on"] == [f"aws_lambda_permission.{permission}"]
    assert permissions[permission]["source_arn"].endswith(":rule/transaction-load-ended-unit")
    assert permissions[permission]["function_name"] == f"${{aws_lambda_function.{loader}.function_name}}"


def test_every_asynchronous_function_keeps_what_it_fails_at(document: Document) -> None:
    """Validator, transformer, and the loader for the rule's events: in the dead letters, which its role may write."""
    (queue,) = resources(document, "aws_sqs_queue")
    configs = list(resources(document, "aws_lambda_function_event_invoke_config").values())

    assert len(configs) == len(ASYNCHRONOUS)
    assert {each["destination_config"]["on_failure"]["destination"] for each in configs} == {
        f"${{aws_sqs_queue.{queue}.arn}}"
    }
    assert {each["maximum_retry_attempts"] for each in configs} == {2}


WATCHED = {
    **{
        f"transaction-load-unit-{metric}": ("AWS/States", metric, {"StateMachineArn": MACHINE})
        for metric in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled")
    },
    **{
        f"{name}-unit-{metric}": ("AWS/Lambda", metric, {"FunctionName": f"{name}-unit"})
        for name in ASYNCHRONOUS
        for metric in ("DestinationDeliveryFailures", "AsyncEventsDropped")
    },
    **{f"{name}-unit-Throttles": ("AWS/Lambda", "Throttles", {"FunctionName": f"{name}-unit"}) for name in FUNCTIONS},
    "transaction-load-ended-unit-FailedInvocations": (
        "AWS/Events", "FailedInvocations", {"RuleName": "transaction-load-ended-unit"},
    ),
    "transaction-dead-letters-unit-not-empty": (
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "transaction-dead-letters-unit"},
    ),
}  # fmt: skip


def test_each_failure_that_aws_counts_has_its_alarm(document: Document) -> None:
    """By the documented metrics and dimensions; a name or a dimension that AWS does not know would never alarm.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    found = {
        name: (each["namespace"], each["metric_name"], each["dimensions"]) for name, each in _alarms(document).items()
    }

    assert found == WATCHED


def test_an_alarm_tells_the_topic_of_the_first_within_a_minute(document: Document) -> None:
    """Above zero, in one minute, and silence is no alarm; that a state is over is told as well."""
    for name, alarm in _alarms(document).items():
        assert (alarm["comparison_operator"], alarm["threshold"]) == ("GreaterThanThreshold", 0), name
        assert (alarm["period"], alarm["evaluation_periods"]) == (60, 1), name
        assert alarm["treat_missing_data"] == "notBreaching", name
        assert alarm["alarm_actions"][0].endswith(":transaction-notifications-unit"), name
        assert bool(alarm.get("ok_actions")) == (alarm["statistic"] == "Maximum"), name
    assert the(document, "aws_sqs_queue")["message_retention_seconds"] == 14 * 24 * 3600


def test_the_loader_knows_by_which_end_the_letter_rests(document: Document) -> None:
    """The machine's own way of failure ends with an error of a name that the loader has, and with no other."""
    sys.path.append(str(Path(__file__).parents[3] / "lambdas" / "loader"))
    from failing import KEPT

    states: dict[str, Any] = the(document, "aws_sfn_state_machine").json("definition")["States"]
    errors = {name: state.get("Error") for name, state in states.items() if state["Type"] == "Fail"}

    assert errors == {"Failed": KEPT, "FailedUnkept": None}
    assert {name for name, state in states.items() if state.get("Next") == "Failed"} == {"TellFailure"}


@pytest.mark.parametrize("name", ["DEAD_LETTERS_URL", "TOPIC_ARN"])
def test_the_loader_is_told_where_a_failure_goes(document: Document, name: str) -> None:
    """The queue and the topic are in its environment."""
    functions = resources(document, "aws_lambda_function").values()
    (loader,) = (each for each in functions if each["function_name"] == "transaction-loader-unit")

    assert loader["environment"]["variables"][name]
