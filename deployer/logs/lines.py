"""A function's log as people read it: what it says, without what each line repeats, in a column beside its name."""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from deployer.json_text import json_object
from deployer.visible import in_a_line

# What Lambda says of each call, whatever the function does; not the report of one that ran out of time or memory.
_OF_LAMBDA = re.compile(r"(?:START|END|REPORT) RequestId: (?!.*\tStatus: )|INIT_START ", re.DOTALL)
# What stands in each line of a structured log: https://docs.aws.amazon.com/powertools/python/latest/core/logger/ and
# https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
_REPEATED = {
    *("level", "message", "location", "timestamp", "service", "cold_start", "function_name", "function_memory_size"),
    *("function_arn", "function_request_id", "xray_trace_id", "requestId", "logger", "exception", "exception_name"),
    "stack_trace",
}
_BREAK = re.compile(r"\r\n|\n|\r")  # Lambda writes a traceback's lines with carriage returns between


def readable(message: str, known: Collection[str] = ()) -> list[str]:
    """What a message says, in lines; none where it is a figure for CloudWatch's metrics, or Lambda's own.

    `known`: further fields of a structured line that are left out, as the reader knows them.
    A structured line is told as its level, its message and its own fields; an exception below it, as it was raised.
    """
    text = message.strip("\r\n")
    if _OF_LAMBDA.match(text):
        return []
    told = json_object(text)
    if "_aws" in told or str(told.get("type", "")).startswith("platform."):
        return []
    return _structured(told, known) if "message" in told else _BREAK.split(text)


def _structured(told: dict[str, Any], known: Collection[str]) -> list[str]:
    own = [f"{name}={_text(value)}" for name, value in told.items() if name not in _REPEATED.union(known)]
    trace = str(told.get("exception") or "").strip("\r\n")
    return [" ".join([*filter(None, [told.get("level")]), _text(told["message"]), *own]), *_BREAK.split(trace)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def in_columns(name: str, lines: Iterable[str], name_width: int, width: int | None) -> Iterator[str]:
    """The lines beside the name, which stands once; longer ones go on below, where the width is known.

    All is visible, and takes as much room as a terminal gives it.
    """
    shown = in_a_line(name)
    for line in filter(None, map(in_a_line, lines)):
        for part in _folded(line, width - name_width - 2) if width else [line]:
            yield f"{shown:<{name_width}}  {part}"
            shown = ""


def _folded(line: str, width: int) -> list[str]:
    """In parts of so many columns, at a blank where there is one."""
    from rich.console import Console
    from rich.text import Text

    return [part.plain.rstrip() for part in Text(line).wrap(Console(), max(width, 20), overflow="fold")]
