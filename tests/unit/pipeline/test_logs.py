"""A file's log: which lines are its own, in which order, what its workflow did, and when following it ends."""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployer.errors import NotReconciled, UsageError
from deployer.targets import targets
from pipeline.client import FileState
from pipeline.commands.files import require_reconciled
from pipeline.commands.logs import moment
from pipeline.deployed import Deployed
from pipeline.domain import Upload
from pipeline.log_screen import Screen, followed
from pipeline.logs import WORKFLOW, AllLines, FileLines, event_told, pattern_of
from stack.outputs import Outputs

UPLOAD = Upload('a "b" *\\.csv', "3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY.MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo")
BEGUN = datetime(2026, 12, 1, 12, tzinfo=UTC)
MS = int(BEGUN.timestamp() * 1000)
Line = dict[str, Any]


def at(ms: int) -> datetime:
    return BEGUN + timedelta(milliseconds=ms)


def said(ms: int, message: str, upload: Upload = UPLOAD, **more: Any) -> Line:
    """A function's line, which CloudWatch Logs takes in half a second later, as the end of its call."""
    stamp = f"{at(ms):%Y-%m-%d %H:%M:%S},{ms % 1000:03d}+0000"
    about = {"file_key": upload.key, "file_version": upload.version, "function_request_id": "r1"}
    text = json.dumps({"level": "INFO", "message": message, "timestamp": stamp, **about, **more})
    return {"timestamp": MS + ms // 500 * 500 + 500, "message": text, "eventId": f"{message}{ms}"}


@dataclass
class Account:
    """One whose logs and workflow are written here: no pattern is honoured but the words of a quoted one."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    events: list[dict[str, Any]] | None = None
    asked: list[str] = field(default_factory=list)
    refused: bool = False

    def trait(self, name: str) -> float:
        return {"logs_late_s": 0.05, "log_calls_per_s": 1e6}[name]

    def client(self, service: str) -> Any:
        return self

    def get_paginator(self, operation: str) -> Any:
        one = {"filter_log_events": self._logs, "get_execution_history": self._history}[operation]
        return type("Paginator", (), {"paginate": staticmethod(one)})

    def _logs(self, logGroupName: str, startTime: int, filterPattern: str = "") -> Iterator[Any]:  # noqa: N803
        if self.refused:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "FilterLogEvents")
        self.asked.append(filterPattern)
        word = filterPattern.strip('"') if filterPattern.startswith('"') else ""
        yield {"events": []}
        for one in self.lines.get(logGroupName.removeprefix("/aws/lambda/"), []):
            if word in one["message"] and one["timestamp"] >= startTime:
                yield {"events": [one]}

    def _history(self, executionArn: str, PaginationConfig: Any) -> Iterator[Any]:  # noqa: N803
        if self.events is None:
            raise ClientError({"Error": {"Code": "ExecutionDoesNotExist", "Message": "no"}}, "GetExecutionHistory")
        yield from ({"events": [one]} for one in self.events)


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def deployed(account: Account) -> Deployed:
    named = {one.name: one.name.removesuffix("_function_name") + "-dev" for one in fields(Outputs)}
    return Deployed(account, Outputs(**{**named, "state_machine_arn": "arn:aws:states:x:1:stateMachine:load"}))


def event(number: int, ms: int, kind: str, **details: Any) -> dict[str, Any]:
    return {"id": number, "timestamp": at(ms), "type": kind, **details}


def told(lines: FileLines | AllLines) -> list[tuple[str, str]]:
    shown = [(one.function, one.message) for one in lines.new()]
    return [(name, str(json.loads(text)["message"]) if text.startswith("{") else text) for name, text in shown]


def test_lines_of_all_functions_and_events_come_in_the_order_in_which_they_were(
    account: Account, deployed: Deployed
) -> None:
    """By the time that each line states: an emulator, and a slow stream, give them later ones. Each comes once."""
    account.lines = {
        "loader-dev": [said(400, "loaded")],
        "validator-dev": [said(10, "judging"), said(90, "judged")],
        "transformer-dev": [said(100, "preparing"), said(300, "started")],
        "status-dev": [said(1, "asked")],
    }
    account.events = [event(1, 200, "ExecutionStarted"), event(2, 500, "ExecutionSucceeded")]
    lines = FileLines(deployed, "dev", UPLOAD, MS)

    assert told(lines) == [
        ("validator", "judging"), ("validator", "judged"), ("transformer", "preparing"), (WORKFLOW, "ExecutionStarted"),
        ("transformer", "started"), ("loader", "loaded"), (WORKFLOW, "ExecutionSucceeded"),
    ]  # fmt: skip
    assert told(lines) == []
    account.events.append(event(3, 600, "ExecutionRedriven"))
    assert told(lines) == [(WORKFLOW, "ExecutionRedriven")]


def test_another_files_lines_and_another_versions_are_left_out(account: Account, deployed: Deployed) -> None:
    """Though the emulator sends them; and those that name no file."""
    others = [replace(UPLOAD, name="a.csv"), replace(UPLOAD, version="v2")]
    account.lines = {"validator-dev": [*(said(1, "other", one) for one in others), said(2, "mine")]}
    account.lines["validator-dev"].append({"timestamp": MS + 600, "message": "START RequestId: r1", "eventId": "s"})

    assert told(FileLines(deployed, "dev", UPLOAD, MS)) == [("validator", "mine")]


def test_a_call_about_the_file_that_ran_out_of_time_is_told_and_no_others(account: Account, deployed: Deployed) -> None:
    """Lambda's report names the call alone; it may be seen before the call's own lines are."""
    reports = {
        call: f"REPORT RequestId: {call}\tDuration: 900000.00 ms\tStatus: {status}"
        for call, status in (("r1", "timeout"), ("r2", "timeout"))
    }
    account.lines = {
        "validator-dev": [{"timestamp": MS + 800, "message": text, "eventId": call} for call, text in reports.items()]
    }
    lines = FileLines(deployed, "dev", UPLOAD, MS)
    before = told(lines)
    account.lines["validator-dev"].append(said(1, "judging"))

    assert before == []
    assert told(lines) == [("validator", "judging"), ("validator", reports["r1"])]


def test_a_file_whose_load_never_began_has_the_functions_lines(account: Account, deployed: Deployed) -> None:
    """Step Functions knows no such execution, or not any more."""
    account.lines = {"validator-dev": [said(2, "mine")]}

    assert told(FileLines(deployed, "dev", UPLOAD, MS)) == [("validator", "mine")]


def test_the_pattern_holds_the_version_and_never_what_a_sender_chose(account: Account, deployed: Deployed) -> None:
    """One that could not be quoted is not sent: then all lines are, and ours are picked here."""
    FileLines(deployed, "dev", UPLOAD, MS).new()

    assert {one for one in account.asked if one.startswith("{")} == {f'{{ $.file_version = "{UPLOAD.version}" }}'}
    assert pattern_of(Upload("a.csv", "null-d41d8cd98f00b204e9800998ecf8427e"))
    assert [pattern_of(Upload("a.csv", bad)) for bad in ('"', "\\", "*", "ä", "a b", "", "x" * 501)] == [""] * 7
    assert len(pattern_of(Upload("a.csv", "x" * 500))) <= 1024  # the longest that FilterLogEvents takes


def test_what_is_refused_is_an_error_at_first_and_a_line_later(account: Account, deployed: Deployed) -> None:
    """Who may not read logs hears so at once; a follower outlives what passes."""
    account.refused = True
    lines = AllLines(deployed, "dev", MS)

    with pytest.raises(ClientError, match="AccessDenied"):
        lines.new(strict=True)
    assert all("can't be read" in text for _, text in told(lines))


def test_all_lines_are_those_of_every_function(account: Account, deployed: Deployed) -> None:
    account.lines = {"status-dev": [said(9, "asked")], "loader-dev": [said(5, "loaded")]}

    assert told(AllLines(deployed, "dev", MS)) == [("loader", "loaded"), ("status", "asked")]


def test_an_event_that_failed_says_where_and_why() -> None:
    found = event(4, 1, "TaskFailed", taskFailedEventDetails={"error": "Lambda.Unknown", "cause": "why"})
    entered = event(3, 1, "TaskStateEntered", stateEnteredEventDetails={"name": "Reconcile", "input": "{}"})

    assert event_told(found) == {
        "level": "ERROR", "message": "TaskFailed", "error": "Lambda.Unknown", "cause": "why",
    }  # fmt: skip
    assert event_told(entered) == {"level": "INFO", "message": "TaskStateEntered", "name": "Reconcile"}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("30s", BEGUN - timedelta(seconds=30)),
        ("10m", BEGUN - timedelta(minutes=10)),
        ("2h", BEGUN - timedelta(hours=2)),
        ("3d", BEGUN - timedelta(days=3)),
        ("2026-01-31T18:00", datetime(2026, 1, 31, 18, tzinfo=UTC)),
        ("2026-01-31T18:00:00+02:00", datetime(2026, 1, 31, 16, tzinfo=UTC)),
    ],
)
def test_since_is_a_duration_or_a_time(text: str, meant: datetime) -> None:
    assert moment(text, BEGUN) == meant


@pytest.mark.parametrize("text", ["", "1", "1w", "-1h", "yesterday", "999999d", "1h 2m", "٣d" * 9])
def test_anything_else_is_wrong_use(text: str) -> None:
    with pytest.raises(UsageError, match="neither a duration nor a time") as refused:
        moment(text, BEGUN)

    assert "10m" in refused.value.remedy


class Watched:
    """A pipeline whose file comes to these states, with a wait before each; and what it logs meanwhile."""

    def __init__(self, account: Account, states: list[FileState], meanwhile: Callable[[int], None]) -> None:
        self.target, self._states, self._meanwhile = account, states, meanwhile

    def watch(self, upload: Upload, *, clock: Any) -> Iterator[FileState]:
        for number, state in enumerate(self._states):
            self._meanwhile(number)
            clock.sleep(0)
            yield state


@pytest.mark.parametrize("reconciled", [True, False])
def test_following_a_file_shows_lines_until_its_end_and_those_that_come_late(
    account: Account, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    reconciled: bool,
) -> None:  # fmt: skip
    """The last line may be found only after the file is done; how it ended is told as by `tap watch`."""

    def meanwhile(number: int) -> None:
        account.lines.setdefault("loader-dev", []).append(said(number, f"step {number}"))

    states = [FileState("a", "loading", ""), FileState("a", "loaded", "", reconciled=reconciled)]
    lines = FileLines(deployed, "dev", UPLOAD, MS)
    screen = Screen(lines, sys.stdout, json=True)
    monkeypatch.setattr(screen, "drain", lambda late_s: (meanwhile(9), type(screen).drain(screen, late_s)))
    state = followed(Watched(account, states, meanwhile), UPLOAD, screen)  # type: ignore[arg-type]

    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["message"]["message"] for one in shown] == ["step 0", "step 1", "step 9"]
    assert {one["source"] for one in shown} == {"loader"}
    assert all(re.fullmatch(r"2026-12-01T12:00:00\.\d{3}\+00:00", one["at"]) for one in shown)
    if not reconciled:
        with pytest.raises(NotReconciled):
            require_reconciled(state)


def test_people_see_each_day_once_and_nothing_that_repeats(
    account: Account, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    account.lines = {"validator-dev": [said(2, "judged", rows=3), said(86_400_000, "again")]}
    assert Screen(FileLines(deployed, "dev", UPLOAD, MS), sys.stdout, json=False).show()

    assert capsys.readouterr().out.splitlines() == [
        "2026-12-01",
        "12:00:00.002  validator    INFO judged rows=3",
        "2026-12-02",
        "12:00:00.000  validator    INFO again",
    ]


def test_it_asks_as_boto3_does(deployed: Deployed) -> None:
    """By the real clients, of an account with a group and without an execution."""
    from moto import mock_aws

    with mock_aws():
        target = targets.Target("aws", "eu-west-1", "123456789012", targets.Credentials("test", "test"))
        machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:load"
        there = Deployed(target, replace(deployed.outputs, state_machine_arn=machine))
        logs = target.client("logs")
        logs.create_log_group(logGroupName="/aws/lambda/validator-dev")
        logs.create_log_stream(logGroupName="/aws/lambda/validator-dev", logStreamName="s")
        line = {**said(0, "judged"), "timestamp": int(time.time() * 1000)}
        line.pop("eventId")
        logs.put_log_events(logGroupName="/aws/lambda/validator-dev", logStreamName="s", logEvents=[line])

        assert told(FileLines(there, "dev", UPLOAD, 0)) == [("validator", "judged")]


@pytest.mark.parametrize("reconciled", [True, False])
@pytest.mark.parametrize("key", [None, "a.csv"])
def test_ctrl_c_ends_following_as_it_should_and_a_files_end_with_its_verdict(
    account: Account, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    key: str | None, reconciled: bool,
) -> None:  # fmt: skip
    """An interrupt is the usual end of who follows all; a file's end is told as by `tap watch`."""
    account.lines = {"validator-dev": [said(2, "mine"), said(3, "other", Upload("b", "v"))]}
    state = FileState("a.csv", "loaded", "", reconciled=reconciled)
    watched = Watched(account, [state], lambda number: None)
    watched.outputs, watched.newest = deployed.outputs, lambda _: UPLOAD  # type: ignore[attr-defined]
    watched.sent_at, watched.bucket = (lambda _: BEGUN), deployed.bucket  # type: ignore[attr-defined]
    module = sys.modules["pipeline.commands.logs"]
    monkeypatch.setattr(module, "pipeline_of", lambda *_, **__: nullcontext(watched))
    if key is None:
        monkeypatch.setattr(time, "sleep", interrupted)

    with nullcontext() if key is None or reconciled else pytest.raises(NotReconciled):
        module.logs(key, follow=True, since="2026-01-01", json=True)

    shown = [json.loads(line)["message"]["message"] for line in capsys.readouterr().out.splitlines()]
    assert shown == (["mine", "other"] if key is None else ["mine"])


def interrupted(_: float) -> None:
    raise KeyboardInterrupt
