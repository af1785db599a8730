"""Each resource of the stack knows which line of Python made it."""

import re
from pathlib import Path

import pytest

from deployer.pytest_plugin.blocks import Resource
from deployer.pytest_plugin.stacks import Stack

ROOT = Path(__file__).parents[3]
LINE = re.compile(r"(stack/\w+\.py):(\d+) in \S+")


def _all(stack: Stack) -> list[Resource]:
    return [one for type_ in stack["resource"] for one in stack.all(type_).values()]


def test_it_is_a_line_that_makes_such_a_resource(tap_stack: Stack) -> None:
    """In the text, the class of the resource's type is called there; of the fleet, not one is without."""
    wrong = []
    for one in _all(tap_stack):
        file, number = LINE.findall(one.made)[0]
        words = (ROOT / file).read_text().splitlines()[int(number) - 1]
        if one.address.split(".")[0].removeprefix("aws_").replace("_", "") not in words.lower():
            wrong.append((one.address, one.made, words.strip()))

    assert wrong == []


def test_what_a_helper_makes_leads_to_who_called_it(tap_stack: Stack) -> None:
    """An alarm is made in one place for all, and meant in another."""
    alarm = tap_stack.the("aws_cloudwatch_metric_alarm", alarm_name="transaction-dead-letters-unit-not-empty")

    assert re.match(r"stack/alarms\.py:\d+ in alarm, called from stack/failures\.py:\d+ in __init__", alarm.made)


@pytest.mark.parametrize("type_", ["aws_vpc", "aws_lambda_permission"])
def test_none_or_several_of_a_type_are_told(tap_stack: Stack, type_: str) -> None:
    """Of several each has its address and its line."""
    with pytest.raises(AssertionError, match=rf"the stack has \d of {type_}, and one was expected") as failed:
        tap_stack.the(type_)

    told = str(failed.value).splitlines()[1:]
    assert len(told) == len(tap_stack.all(type_))
    assert all(LINE.search(line) for line in told)
