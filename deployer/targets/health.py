"""Does an AWS answer at an endpoint? Used wherever one is started, reused or diagnosed.

Standard library only, and never through a proxy: an emulator is on this machine or the next.
"""

import http.client
import json
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
HEALTH = "/_localstack/health"  # MiniStack answers it as LocalStack does


def healthy(endpoint: str, seconds: float = 2) -> bool:
    """Whether an emulator says at `endpoint` that it is there, within `seconds`."""
    return health(endpoint, seconds) is not None


def health(endpoint: str, seconds: float = 2) -> dict[str, Any] | None:
    """What the emulator says of itself, or None if nothing of the kind answers."""
    parts = urlsplit(endpoint)
    if not parts.hostname:
        return None
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    with suppress(OSError, http.client.HTTPException, ValueError):
        connection = kind(parts.hostname, parts.port, timeout=seconds)
        try:
            connection.request("GET", HEALTH)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if isinstance(answer, dict) and "services" in answer:
            return answer
    return None


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def port_taken(port: int) -> bool:
    """Whether somebody listens on `port` of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return True
    return False
