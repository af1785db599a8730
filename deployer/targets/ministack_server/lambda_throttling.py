"""Room for functions: each is a process here, and how many fit is this machine's limit, which AWS does not have."""

import time
from typing import Any

LONGEST_S = (
    900.0  # a function of AWS runs no longer; https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
)


def mend_throttling(functions: Any, longest_s: float = LONGEST_S, pause_s: float = 0.5) -> None:
    """MiniStack throttles who finds no room, and after three tries an event is a dead letter; here it waits for room.

    AWS keeps a throttled event for hours. A limit that a function sets itself goes on throttling.
    """
    execute = functions._execute_function

    def waiting(*given: Any, **named: Any) -> Any:
        ends = time.monotonic() + longest_s
        while True:
            result = execute(*given, **named)
            if not _without_room(result) or time.monotonic() > ends:
                return result
            time.sleep(pause_s)

    functions._execute_function = waiting


def _without_room(result: Any) -> bool:
    body = result.get("body")
    return bool(
        result.get("throttle") and isinstance(body, dict) and body.get("Reason") == "ConcurrentInvocationLimitExceeded"
    )
