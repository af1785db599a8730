"""The state machine of a load as text: `workflow.asl.json` with the names of this environment. Used by `workflow`."""

import json
from pathlib import Path
from typing import Any

from stack.errors import StackError
from stack.settings import PARTITION, Settings
from transactions.layout import RUNS

DEFINITION = Path(__file__).with_name("workflow.asl.json")
BADLY = ["FAILED", "TIMED_OUT", "ABORTED"]  # how an execution ends that did not succeed
# What may pass by itself. All that a task which calls a function can end with is classified in
# tests/unit/stack/test_retries.py, with the sources.
THROTTLING = ["Throttled", "Lambda.TooManyRequestsException"]
TRANSIENT = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ResourceConflictException",
    "Lambda.ResourceNotReadyException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "States.Timeout",
]


def definition(settings: Settings, dead_letters_url: str, source: Path = DEFINITION) -> str:
    """The state machine as JSON, each `<name>` of `workflow.asl.json` replaced.

    The queue's URL is the queue's own attribute and not built from its name: with a definition that a plan knows in
    full, the provider asks AWS to validate it, and no plan could be made without credentials.

    Raises:
        StackError: the file is no JSON, or names something that nobody fills.
    """
    values: dict[str, Any] = {
        "throttling": THROTTLING,
        "transient": TRANSIENT,
        "bucket": settings.bucket,
        "runs": RUNS.rstrip("/"),
        "partition": PARTITION,
        "loader_arn": settings.function_arn("transaction-loader"),
        "topic_arn": settings.topic_arn,
        "dead_letters_url": dead_letters_url,
        "load_concurrency": settings.load_concurrency,
        "tolerated_failure": float(settings.tolerated_failure),
    }
    try:
        return json.dumps(_filled(json.loads(source.read_text("utf-8")), values))
    except (json.JSONDecodeError, KeyError) as error:
        raise StackError(f"{source}: {error!r} (placeholders: {', '.join(values)})") from error


def _filled(node: Any, values: dict[str, Any]) -> Any:
    """A string that is one placeholder takes its value's type; inside a longer string it is text."""
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    if not isinstance(node, str) or "<" not in node:
        return node
    if node.startswith("<") and node.endswith(">"):
        return values[node[1:-1]]
    before, _, rest = node.partition("<")
    name, _, after = rest.partition(">")
    return f"{before}{values[name]}{after}"
