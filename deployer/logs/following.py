"""The functions' log lines as they come, on every target: CloudWatch Logs, asked again and again what is new.

By FilterLogEvents, which MiniStack, LocalStack and AWS all have. Live Tail would send them by itself, but is paid by
the minute, leaves lines out above 500 a second and ends after three hours:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html

What AWS documents of it: lines are sorted by their time, then by when they were taken in; a page may be empty and yet
not be the last (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html). A line
is there some seconds after it was written, and one instance's may come before another's that are older: so the last
seconds are asked for again each time, and what was told is left out. A page has up to
10,000 lines or 1 MB, whichever comes first. An account is answered five times a second, in each region, whoever asks
(https://repost.aws/knowledge-center/cloudwatch-logs-throttling): see `pause_s`.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from deployer.aws_errors import says_absent

LATE_MS = 10_000  # how much later than a younger one a line may come; one that comes later still is not told
_Event = Mapping[str, Any]


@dataclass(frozen=True)
class Logged:
    """What a function logged at once: a line, or several, as of a traceback. As it came: nothing is made visible yet.

    `at` is in milliseconds since 1970, UTC.
    """

    function: str
    at: int
    message: str


class Follower:
    """What functions log from a moment on.

    Args:
        since: the moment, in milliseconds since 1970, UTC; 0: from the beginning. The last LATE_MS
            before it are told too.
        pattern: of CloudWatch Logs, to be sent only what it matches; an emulator may send more. Blank: all.
    """

    def __init__(self, since: int, pattern: str = "") -> None:
        self._since, self._pattern = max(since - LATE_MS, 0), pattern
        self._groups: dict[str, _Group] = {}
        self._failing: dict[str, str] = {}

    def new(self, client: Any, groups: Mapping[str, str], *, strict: bool = False) -> list[Logged]:
        """What came since it was asked last, by time. A log that can't be read is told as a line, once.

        Args:
            client: of CloudWatch Logs.
            groups: the log groups by the functions' names; there may be more of them each time.
            strict: raise what AWS answers instead, unless it is that there is no such group.
        """
        found = [one for function, group in groups.items() for one in self._of(client, function, group, strict=strict)]
        return sorted(found, key=attrgetter("at"))

    def _of(self, client: Any, function: str, group: str, *, strict: bool) -> list[Logged]:
        known = self._groups.setdefault(group, _Group(group, self._since, self._pattern))
        why, found = "", list[_Event]()
        try:
            found = known.new(client)
        except (ClientError, BotoCoreError) as error:
            # Lambda makes a group with its first line, where nobody else did.
            if not (isinstance(error, ClientError) and says_absent(error)):
                if strict:
                    raise
                why = f"its log can't be read: {error}"
        told = [Logged(function, int(time.time() * 1000), why)] if why not in ("", self._failing.get(group)) else []
        self._failing[group] = why
        return [*(Logged(function, one["timestamp"], one["message"]) for one in found), *told]


@dataclass
class _Group:
    """How far a log group has been told."""

    name: str
    since: int
    pattern: str
    told: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)

    def new(self, client: Any) -> list[_Event]:
        seen = Counter[tuple[str, str, int, str]]()
        new = []
        for event in self._events(client):
            # MiniStack gives no ids; of lines that are alike in all, as many are new as there are more.
            key = (event.get("eventId", ""), event.get("logStreamName", ""), event["timestamp"], event["message"])
            seen[key] += 1
            if seen[key] > self.told[key]:
                new.append(event)
        self.told = seen
        self.since = max([self.since, *(event["timestamp"] - LATE_MS for event in new)])
        return new

    def _events(self, client: Any) -> Iterator[_Event]:
        wanted = {"filterPattern": self.pattern} if self.pattern else {}
        paginator = client.get_paginator("filter_log_events")
        for page in paginator.paginate(logGroupName=self.name, startTime=self.since, **wanted):
            yield from page["events"]


def pause_s(groups: int, calls_per_second: float) -> float:
    """How long to wait until the next look at so many log groups, so as to stay below so many calls in a second."""
    return max(groups, 1) / calls_per_second
