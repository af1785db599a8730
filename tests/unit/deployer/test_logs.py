"""The functions' logs: which they are, each line once and by time, and what a person sees of a line."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from rich.cells import cell_len

from deployer.logs.following import LATE_MS, Follower, pause_s
from deployer.logs.groups import groups_in
from deployer.logs.lines import in_columns, readable
from deployer.targets.targets import DIFFERENCES
from tests.unit.deployer.moto_target import aws

GROUPS = {"one": "/aws/lambda/one-dev", "two": "/aws/lambda/two-dev"}
NOW = 1_800_000_000_000


@dataclass
class Logs:
    """As much of CloudWatch Logs as is asked: events by group, in pages of two; a group can be refused."""

    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)

    def log(self, group: str, at: int, message: str, **more: str) -> None:
        self.events.setdefault(group, []).append({"timestamp": at, "message": message, **more})

    def get_paginator(self, operation: str) -> "Logs":
        assert operation == "filter_log_events"
        return self

    def paginate(self, logGroupName: str, startTime: int) -> Iterator[Mapping[str, Any]]:  # noqa: N803 - boto3's
        self.asked.append((logGroupName, startTime))
        if code := self.refused.get(logGroupName):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "FilterLogEvents")
        found = sorted(self.events.get(logGroupName, []), key=lambda one: one["timestamp"])
        found = [one for one in found if one["timestamp"] >= startTime]
        yield {"events": []}  # as AWS may, with more to come
        for start in range(0, len(found), 2):
            yield {"events": found[start : start + 2]}


@pytest.fixture
def logs() -> Logs:
    return Logs()


@pytest.fixture
def follower() -> Follower:
    return Follower(NOW)


def said(follower: Follower, logs: Logs, groups: Mapping[str, str] = GROUPS) -> list[tuple[str, str]]:
    return [(one.function, one.message) for one in follower.new(logs, groups)]


def test_each_line_comes_once_and_by_its_time(logs: Logs, follower: Follower) -> None:
    """Of all functions together, over all pages."""
    for at in (3, 1, 5):
        logs.log(GROUPS["one"], NOW + at, f"one {at}", eventId=str(at))
    logs.log(GROUPS["two"], NOW + 2, "two 2", eventId="t")

    assert said(follower, logs) == [("one", "one 1"), ("two", "two 2"), ("one", "one 3"), ("one", "one 5")]
    assert said(follower, logs) == []


def test_a_line_that_comes_late_is_told_and_what_was_told_is_not_again(logs: Logs, follower: Follower) -> None:
    """Another instance's may be older than the newest that was seen; beyond LATE_MS nothing is asked for again."""
    logs.log(GROUPS["one"], NOW + LATE_MS * 3, "newest", eventId="1")
    said(follower, logs)
    logs.log(GROUPS["one"], NOW + LATE_MS * 2, "late", eventId="2")

    assert said(follower, logs) == [("one", "late")]
    assert [start for group, start in logs.asked if group == GROUPS["one"]] == [NOW - LATE_MS, NOW + LATE_MS * 2]


def test_of_lines_that_are_alike_without_an_id_each_is_told(logs: Logs, follower: Follower) -> None:
    """MiniStack gives no ids, and all lines of a call the same time."""
    for _ in range(2):
        logs.log(GROUPS["one"], NOW, "again", logStreamName="s")
    assert said(follower, logs) == [("one", "again"), ("one", "again")]
    logs.log(GROUPS["one"], NOW, "again", logStreamName="s")

    assert said(follower, logs) == [("one", "again")]
    assert said(follower, logs) == []


def test_a_log_that_cant_be_read_is_told_once_and_holds_up_no_other(logs: Logs, follower: Follower) -> None:
    """A group that is not there yet is none that fails; one that fails again later is told again."""
    logs.refused = {GROUPS["one"]: "AccessDeniedException"}
    logs.log(GROUPS["two"], NOW, "two", eventId="1")
    first = follower.new(logs, GROUPS)
    again = said(follower, logs)
    logs.refused = {GROUPS["one"]: "ResourceNotFoundException"}
    absent = said(follower, logs)
    logs.refused = {GROUPS["one"]: "AccessDeniedException"}

    assert {one.message.partition(":")[0] for one in first} == {"two", "its log can't be read"}
    assert (again, absent, len(said(follower, logs))) == ([], [], 1)


def test_a_function_that_comes_later_is_told_from_the_beginning(logs: Logs, follower: Follower) -> None:
    """One that a change of the stack has made."""
    said(follower, logs, {"one": GROUPS["one"]})
    logs.log(GROUPS["two"], NOW + 1, "first", eventId="1")

    assert said(follower, logs) == [("two", "first")]


@mock_aws
def test_it_asks_as_boto3_does() -> None:
    """By the real client, of groups with and without lines, and of one that is not there; from the beginning, too."""
    client = aws().client("logs")
    for name in ("full", "empty"):
        client.create_log_group(logGroupName=name)
    client.create_log_stream(logGroupName="full", logStreamName="s")
    now = int(time.time() * 1000)
    client.put_log_events(
        logGroupName="full", logStreamName="s", logEvents=[{"timestamp": now, "message": "hello"}] * 2
    )
    follower, groups = Follower(now), {name: name for name in ("full", "empty", "none")}

    assert [(one.function, one.at, one.message) for one in follower.new(client, groups)] == [("full", now, "hello")] * 2
    assert follower.new(client, groups) == []
    assert [one.message for one in Follower(0).new(client, groups)] == ["hello"] * 2


def test_the_account_is_asked_less_often_than_it_answers() -> None:
    """With any number of functions, the share of what AWS answers leaves room for others."""
    calls = DIFFERENCES["aws"]["log_calls_per_s"].value

    assert [groups / pause_s(groups, calls) for groups in (1, 4, 40)] == [calls] * 3
    assert calls <= 5 / 2
    assert pause_s(0, calls) > 0


def function(name: str, address: str = "", **more: Any) -> dict[str, Any]:
    instance = {"attributes": {"function_name": name, **more}}
    provider = 'provider["registry.terraform.io/hashicorp/aws"]'
    return {
        "mode": "managed", "type": "aws_lambda_function", "name": address or name, "provider": provider,
        "instances": [instance],
    }  # fmt: skip


def test_the_groups_are_those_of_the_states_functions() -> None:
    """By the name without the suffix where that says which; a group that the function names itself goes before."""
    state = {
        "resources": [
            function("judge-dev"),
            function("own-dev", logging_config=[{"log_group": "elsewhere"}]),
            function("usual-dev", logging_config=[{"log_group": ""}]),
            function("twice", "twice_1"),
            function("twice-dev", "twice_2"),
            {**function("far-dev"), "provider": 'provider["registry.terraform.io/hashicorp/aws"].far'},
            {**function("x"), "type": "aws_sqs_queue", "instances": [{"attributes": {}}]},
        ]
    }

    assert groups_in(state, "dev") == {
        "judge": "/aws/lambda/judge-dev", "own": "elsewhere", "usual": "/aws/lambda/usual-dev",
        "twice": "/aws/lambda/twice", "twice-dev": "/aws/lambda/twice-dev",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        ("plain words\n", ["plain words"]),
        (
            '{"level":"INFO","message":"judged","service":"x","rows":{"read":8},"key":"a"}',
            ['INFO judged rows={"read":8} key=a'],
        ),
        (
            '{"level":"ERROR","message":"failed","exception":"Traceback:\\n  line 1\\nValueError: x","logger":"x"}',
            ["ERROR failed", "Traceback:", "  line 1", "ValueError: x"],
        ),
        ('{"message":{"a":[1]}}', ['{"a":[1]}']),
        ("[ERROR] ValueError: x\rTraceback:\r  File", ["[ERROR] ValueError: x", "Traceback:", "  File"]),
        ('{"neither":"level","nor":"message"}', ['{"neither":"level","nor":"message"}']),
        ('{"_aws":{"Timestamp":1},"Rows":[1]}', []),
        ('{"time":"t","type":"platform.report","record":{}}', []),
        ("START RequestId: 1 Version: $LATEST\n", []),
        ("END RequestId: 1", []),
        ("REPORT RequestId: 1\tDuration: 2 ms\t\n", []),
        ("REPORT RequestId: 1\tD: 2 ms\tStatus: timeout\n", ["REPORT RequestId: 1\tD: 2 ms\tStatus: timeout"]),
        ("INIT_START Runtime Version: python:3.11", []),
        ("START of the work", ["START of the work"]),
        ("[1, 2]", ["[1, 2]"]),
    ],
)  # fmt: skip
def test_a_message_is_told_by_what_it_says(message: str, lines: list[str]) -> None:
    """Without what each line repeats, Lambda's own lines and figures for metrics; what fails stays."""
    assert [one for one in readable(message) if one] == lines


def test_lines_stand_in_a_column_beside_the_name() -> None:
    """Folded at blanks where the width is known, and never wider, whatever a word's length or a sign's width."""
    lines = ["short", "a word " * 30, "x" * 200, "\u4e2d\u6587" * 60, json.dumps({"a": "b" * 90})]
    shown = list(in_columns("judge", lines, 9, 80))

    assert shown[0] == "judge      short"
    assert all(line.startswith(" " * 11) for line in shown[1:])
    assert max(map(cell_len, shown)) <= 80
    assert "".join(line[11:] for line in shown[1:]).replace(" ", "") == "".join(lines[1:]).replace(" ", "")
    assert list(in_columns("judge", lines[:3], 5, None)) == [
        f"judge  {lines[0]}",
        *(f"       {one}" for one in lines[1:3]),
    ]


def test_a_line_steers_no_terminal() -> None:
    """Whatever a function, or the key of a file that it tells of, has in it."""
    assert list(in_columns("ev\x1bil", ["a\x1b[31mred\u202e\ttab\x07"], 6, None)) == [
        "ev\\x1bil  a\\x1b[31mred\\u202e\\ttab\\x07"
    ]
    assert list(in_columns("f", ["a\nb", ""], 1, None)) == ["f  a\\nb"]
