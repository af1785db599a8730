"""What a deployed pipeline logged, by time: of all functions, or of one file version with what its workflow did.

Each line of a function names the file version that it is about (lambdas/aws_io/logs.py), so that CloudWatch Logs finds
a file's lines by one pattern: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html.
How lines are paged, late and limited is told in deployer/logs/following.py.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Protocol

from botocore.exceptions import ClientError

from deployer.aws_errors import NO_EXECUTION, code_of
from deployer.json_text import json_object
from deployer.logs.following import Follower, Logged, pause_s
from pipeline.deployed import Deployed
from pipeline.domain import Upload
from pipeline.stopped import execution_arn

WORKFLOW = "workflow"  # whose events stand among the functions' lines
# S3's ids of versions, and ETags. A pattern has no documented way to quote `"` or `\`, and `*` stands for anything.
_QUOTABLE = re.compile(r"[A-Za-z0-9._~+/=-]{1,500}")
# Lambda's own report of a call that ran out of time or memory, or whose process died; it names no file:
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-view.html
_REPORTS = '"Status:"'
_REPORT = re.compile(r"REPORT RequestId: (\S+)(?=.*\tStatus: )", re.DOTALL)
# As the functions write it: https://docs.aws.amazon.com/powertools/python/latest/core/logger/ (formatting)
_STAMP = "%Y-%m-%d %H:%M:%S,%f%z"
# What each line about a file has, and who asks for the file's lines knows.
OF_FILE = ("file_key", "file_version", "manifest_key")
_PAGE = 1000  # events: https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html


class Source(Protocol):
    """What can be asked again and again for what is new."""

    names: tuple[str, ...]  # of all whose lines may come
    known: tuple[str, ...]  # the fields that are the same in each line

    def new(self, *, strict: bool = False) -> list[Logged]:
        """By time. `strict`: raises what AWS refuses, which is otherwise told as a line."""

    @property
    def pause_s(self) -> float:
        """Seconds between two looks."""


class AllLines:
    """What all functions log from a moment on, in milliseconds since 1970, UTC. `suffix`: what ends their names."""

    known: tuple[str, ...] = ()

    def __init__(self, pipeline: Deployed, suffix: str, since: int) -> None:
        told = pipeline.outputs
        self._pipeline, self._follower = pipeline, Follower(since)
        self._groups = groups((*_on_the_way(pipeline), told.status_function_name), suffix)
        self.names = tuple(self._groups)

    def new(self, *, strict: bool = False) -> list[Logged]:
        return by_time(self._follower.new(self._pipeline.target.client("logs"), self._groups, strict=strict))

    @property
    def pause_s(self) -> float:
        return pause_s(len(self._groups), self._pipeline.target.trait("log_calls_per_s"))


class FileLines:
    """What the functions log of one file version, and what its workflow does; arguments as of `AllLines`."""

    known: tuple[str, ...] = OF_FILE

    def __init__(self, pipeline: Deployed, suffix: str, upload: Upload, since: int) -> None:
        self._pipeline, self._upload, self._since = pipeline, upload, since
        self._groups = groups(_on_the_way(pipeline), suffix)
        self._lines, self._reports = Follower(since, pattern_of(upload)), Follower(since, _REPORTS)
        self._calls, self._unclaimed, self._event = set[str](), list[tuple[Logged, str]](), 0
        self.names = (*self._groups, WORKFLOW)

    def new(self, *, strict: bool = False) -> list[Logged]:
        client = self._pipeline.target.client("logs")
        lines = [one for one in self._lines.new(client, self._groups, strict=strict) if self._is_about(one)]
        self._calls |= {str(json_object(one.message).get("function_request_id")) for one in lines}
        reports = self._claimed(self._reports.new(client, self._groups, strict=strict))
        return by_time([*lines, *reports, *self._events()])

    @property
    def pause_s(self) -> float:
        return pause_s(2 * len(self._groups) + 1, self._pipeline.target.trait("log_calls_per_s"))

    def _is_about(self, one: Logged) -> bool:
        """An emulator takes no pattern, and a version is one of its key alone."""
        told = json_object(one.message)
        return (told.get("file_key"), told.get("file_version")) == (self._upload.key, self._upload.version)

    def _claimed(self, reports: list[Logged]) -> list[Logged]:
        """Those of calls that were about this file. One may come before the lines of its call do."""
        calls = [(one, call[1]) for one in reports if (call := _REPORT.match(one.message))]
        self._unclaimed += calls
        mine = [one for one, call in self._unclaimed if call in self._calls]
        self._unclaimed = [(one, call) for one, call in self._unclaimed if call not in self._calls]
        return mine

    def _events(self) -> Iterator[Logged]:
        """What the workflow did since it was asked last; nothing before it is started, or once AWS has forgotten it."""
        states = self._pipeline.target.client("stepfunctions")
        pages = states.get_paginator("get_execution_history").paginate(
            executionArn=execution_arn(self._pipeline, self._upload), PaginationConfig={"PageSize": _PAGE}
        )
        try:
            found = [event for page in pages for event in page["events"] if event["id"] > self._event]
        except ClientError as error:
            if code_of(error) != NO_EXECUTION:
                raise
            return
        self._event = max([self._event, *(event["id"] for event in found)])
        for event in found:
            if (at := int(event["timestamp"].timestamp() * 1000)) >= self._since:
                yield Logged(WORKFLOW, at, json.dumps(event_told(event), ensure_ascii=False))


def by_time(lines: Iterable[Logged]) -> list[Logged]:
    """In the order in which they were said: an emulator gives all lines of a call the time at which it ended."""
    return sorted((replace(one, at=_said_at(one)) for one in lines), key=attrgetter("at"))


def _said_at(one: Logged) -> int:
    with suppress(ValueError):
        said = datetime.strptime(str(json_object(one.message).get("timestamp")), _STAMP)
        return round(said.timestamp() * 1000)
    return one.at


def groups(functions: tuple[str, ...], suffix: str) -> dict[str, str]:
    """The functions' log groups by their names without the suffix."""
    return {name.removesuffix(f"-{suffix}"): f"/aws/lambda/{name}" for name in functions}


def _on_the_way(pipeline: Deployed) -> tuple[str, ...]:
    """The functions that a file goes through."""
    told = pipeline.outputs
    return told.validator_function_name, told.transformer_function_name, told.loader_function_name


def pattern_of(upload: Upload) -> str:
    """What CloudWatch Logs is asked of one file version; blank where that can't be written as a pattern.

    By the version alone: a key is whatever its sender chose, and a version is S3's.
    """
    return f'{{ $.file_version = "{upload.version}" }}' if _QUOTABLE.fullmatch(upload.version) else ""


def event_told(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of a workflow in the form of a function's line."""
    details: Mapping[str, Any] = next((value for name, value in event.items() if name.endswith("EventDetails")), {})
    told = {name: details[name] for name in ("name", "error", "cause") if details.get(name)}
    return {"level": "ERROR" if "error" in told else "INFO", "message": str(event["type"]), **told}
