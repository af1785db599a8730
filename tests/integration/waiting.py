"""Waiting for what must come, by looking again: no verdict of a test depends on how fast a machine is."""

import time
from collections.abc import Callable
from typing import TypeVar

import pytest

Found = TypeVar("Found")
HANG_S = 600.0  # nothing here takes minutes, on however busy a machine
_POLL_S = 0.1


def until(look: Callable[[], Found | None], awaited: str, poll_s: float = _POLL_S) -> Found:
    """The first thing that `look` finds. The test fails, with what was `awaited`, where nothing comes for minutes."""
    ends = time.monotonic() + HANG_S
    while not (found := look()):
        if time.monotonic() > ends:
            pytest.fail(f"{awaited}: not after {HANG_S:.0f} s", pytrace=False)
        time.sleep(poll_s)
    return found
