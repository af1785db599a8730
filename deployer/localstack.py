"""LocalStack: the one that answers already, or one of our own by docker-compose.yml, taken down afterwards."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from deployer.errors import EndpointFailed
from deployer.health import healthy
from deployer.places import Places

DEFAULT_ENDPOINT = "http://127.0.0.1:4566"  # where docker-compose.yml publishes it
_UP_SECONDS = "180"
_LINES_SHOWN = 8


@contextmanager
def available(places: Places) -> Iterator[str]:
    """The endpoint of a LocalStack for the length of the block.

    Raises:
        EndpointFailed: none answers and none can be started.
    """
    asked = os.environ.get("AWS_ENDPOINT_URL", "").strip().rstrip("/")
    endpoint = asked or DEFAULT_ENDPOINT
    if healthy(endpoint):
        yield endpoint
        return
    if asked or not docker_answers():
        raise EndpointFailed(
            f"no LocalStack answers at {endpoint}" + ("" if asked else ", and no Docker engine is there to start one"),
            remedy="start Docker, or start a LocalStack and name it with AWS_ENDPOINT_URL; "
            "`--target embedded` needs neither",
        )
    with _composed(places):
        yield DEFAULT_ENDPOINT


def docker_answers() -> bool:
    """Whether a Docker engine, not only its command, is there."""
    if not shutil.which("docker"):
        return False
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


@contextmanager
def _composed(places: Places) -> Iterator[None]:
    compose = ["docker", "compose", "--project-directory", str(places.root)]
    try:
        result = subprocess.run(
            [*compose, "up", "-d", "--wait", "--wait-timeout", _UP_SECONDS], capture_output=True, text=True, check=False
        )
        if result.returncode:
            raise EndpointFailed(
                "LocalStack did not come up by docker-compose.yml",
                remedy="see `docker compose logs`; `--target embedded` needs no Docker",
                details=tuple(result.stderr.strip().splitlines()[-_LINES_SHOWN:]),
            )
        yield
    finally:
        subprocess.run([*compose, "down", "--volumes"], capture_output=True, check=False)
