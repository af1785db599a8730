"""A stack as its tests read it: what a failure says, and that it is a plain dict to all who only read."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from deployer.pytest_plugin.blocks import Block, NotInStackError, Origin, resource_blocks, told
from tests.unit.suite.other_project import Run, write_stack

LINES = {"Orders/queue": ["main.py:41 in __init__", "main.py:98 in <module>"]}
QUEUE = {"name": "orders", "policy": '{"Statement": [{"Effect": "Allow"}]}', "tags": [{"key": "a"}],
         "//": {"metadata": {"path": "Orders/queue"}}}  # fmt: skip


@pytest.fixture
def origin() -> Origin:
    return Origin(LINES)


@pytest.fixture
def queue(origin: Origin) -> Any:
    return resource_blocks({"aws_sqs_queue": {"q": QUEUE}}, origin)["aws_sqs_queue"]["q"]


def test_it_says_of_each_attribute_what_it_is_and_what_was_expected(queue: Any) -> None:
    """With the address in Terraform, the line of Python and what called it; what is right is not told."""
    with pytest.raises(AssertionError) as failed:
        queue.expect(name="other", fifo_queue=True, tags=[{"key": "a"}])

    assert str(failed.value).splitlines() == [
        "not as expected: aws_sqs_queue.q",
        "  made by main.py:41 in __init__, called from main.py:98 in <module>",
        "  name: 'orders', expected 'other'",
        "  fifo_queue: not set, expected True",
    ]


def test_what_is_as_expected_passes(queue: Any) -> None:
    """None stands for what is not set."""
    queue.expect(name="orders", fifo_queue=None)

    with pytest.raises(AssertionError, match="name: 'orders', expected not set"):
        queue.expect(name=None)


@pytest.mark.parametrize(
    ("read", "path"),
    [
        (lambda queue: queue["nam"], "`nam`"),
        (lambda queue: queue["tags"][0]["value"], r"`tags\[0\].value`"),
        (lambda queue: queue.json("policy")["Statement"][0]["Action"], r"`policy.Statement\[0\].Action`"),
    ],
)
def test_what_is_not_there_is_told_with_its_place(queue: Any, read: Any, path: str) -> None:
    """However deep, also within a text that holds JSON; with what is there instead."""
    with pytest.raises(NotInStackError, match=rf"{path} is not there, of aws_sqs_queue.q\n +made by main.py:41"):
        read(queue)


def test_a_type_that_is_not_there_is_told_with_those_that_are(origin: Origin) -> None:
    """And whoever expects a KeyError gets one."""
    blocks = resource_blocks({"aws_sqs_queue": {}}, origin)

    with pytest.raises(KeyError, match=r"`resource.aws_vpc` is not there, of the stack\n  there is aws_sqs_queue"):
        blocks["aws_vpc"]


def test_a_block_is_a_dict(origin: Origin) -> None:
    """Equal to the plain one, copied, changed and written as one."""
    content = {"a": {"b": [1, {"c": 2}]}}
    block = Block(content, origin)
    copied = copy.deepcopy(block)
    copied["a"]["b"].append(3)

    assert block == content == json.loads(json.dumps(block))
    assert copied == {"a": {"b": [1, {"c": 2}, 3]}}
    assert block.get("x") is None


def test_what_was_read_last_is_remembered(queue: Any, origin: Origin) -> None:
    """The newest first."""
    assert queue["name"] + queue["policy"]

    assert [line.splitlines()[1].split(":")[0].strip() for line in told(origin)] == ["policy", "name"]


FAILS = """
def test_expected(tap_stack):
    tap_stack.the("aws_sns_topic").expect(name="other")

def test_asserted(tap_stack):
    assert tap_stack.the("aws_sns_topic", name="orders-test")["name"] == "other"

def test_of_other_settings(tap_stack):
    assert tap_stack.with_settings(ORDERS_TOPIC="urgent").the("aws_sns_topic")["name"] == "other"

def test_none(tap_stack):
    tap_stack.the("aws_sns_topic", name="news")

def test_passes(tap_stack):
    assert tap_stack.the("aws_sns_topic")["name"] == "orders-test"
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_failed_test_shows_what_it_read_of_the_stack(project: Path, run: Run, workers: str) -> None:
    """Whatever it asserts with. A stack that is not CDKTF's has no lines of Python, and says so by leaving them out."""
    write_stack(project)
    (project / "tests" / "unit" / "test_unit.py").write_text(FAILS)

    result = run("tests/unit", "-n", workers)

    result.assert_outcomes(failed=4, passed=1)
    text = result.stdout.str()
    result.stdout.re_match_lines([r"E +AssertionError: not as expected: aws_sns_topic.orders$",
                                  r"E +name: 'orders-test', expected 'other'$"], consecutive=True)  # fmt: skip
    assert "the stack has 0 of aws_sns_topic with {'name': 'news'}, and one was expected" in text
    assert text.count("read last from the stack") == 2
    assert "aws_sns_topic.orders\n  name: 'orders-test'\n" in text
    assert "aws_sns_topic.orders\n  name: 'urgent-test'\n" in text
