"""An emulator that runs already, LocalStack or another one, or a LocalStack of our own by docker-compose.yml.

What answers STS is an AWS; who else it says it is does not count.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from deployer import process
from deployer.errors import EndpointFailed, ToolMissing
from deployer.paths import Paths
from deployer.targets import targets
from deployer.targets.endpoints import is_aws
from deployer.targets.targets import Target

DEFAULT_ENDPOINT = "http://127.0.0.1:4566"  # where docker-compose.yml publishes it
_PATIENCE = 2.0  # seconds until a connection
_UP_SECONDS = "180"
_LINES_SHOWN = 8


@contextmanager
def available(paths: Paths, region: str) -> Iterator[Target]:
    """The emulator at AWS_ENDPOINT_URL, or a LocalStack, for the length of the block.

    Raises:
        EndpointFailed: none answers and none can be started.
    """
    where = endpoint()
    target, why = answering(where, region)
    if target:
        yield target
        return
    asked = bool(os.environ.get("AWS_ENDPOINT_URL", "").strip())
    if asked or not docker_answers():
        raise EndpointFailed(
            f"no LocalStack answers at {where}" + ("" if asked else ", and no Docker engine is there to start one"),
            remedy="start Docker, or start a LocalStack and name it with AWS_ENDPOINT_URL; "
            "`--target embedded` needs neither",
            details=(why,),
        )
    with _composed(paths):
        target, why = answering(DEFAULT_ENDPOINT, region)
        if target is None:
            raise EndpointFailed(f"no LocalStack answers at {DEFAULT_ENDPOINT}", details=(why,))
        yield target


def endpoint() -> str:
    """Where the user says that one answers, or where ours would."""
    return os.environ.get("AWS_ENDPOINT_URL", "").strip().rstrip("/") or DEFAULT_ENDPOINT


def answering(endpoint: str, region: str) -> tuple[Target | None, str]:
    """What answers STS at `endpoint`, as the account that it says; or None, and why nothing of the kind does."""
    try:
        if is_aws(endpoint):
            return None, "that is AWS itself, which is no emulator: --target aws"
        return _asked(endpoint, region), ""
    except (OSError, ValueError, BotoCoreError, ClientError) as error:
        return None, str(error)


def _asked(endpoint: str, region: str) -> Target:
    """AWS_CA_BUNDLE is who signed its certificate, for clients and for Terraform, which works in another folder."""
    parts = urlsplit(endpoint)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    socket.create_connection((parts.hostname or "", port), _PATIENCE).close()
    bundle = os.environ.get("AWS_CA_BUNDLE", "") if parts.scheme == "https" else ""
    target = targets.emulator("localstack", endpoint, region, ca_bundle=str(Path(bundle).absolute()) if bundle else "")
    account = replace(target, attempts=1, _clients={}).client("sts").get_caller_identity()["Account"]
    return replace(target, account_id=account, _clients={})


def docker_answers() -> bool:
    """Whether a Docker engine, not only its command, is there."""
    try:
        return process.run(["docker", "version", "--format", "{{.Server.Version}}"], seconds=10).returncode == 0
    except (ToolMissing, process.TimedOut):
        return False


@contextmanager
def _composed(paths: Paths) -> Iterator[None]:
    compose = ["docker", "compose", "--project-directory", str(paths.root)]
    try:
        result = process.run([*compose, "up", "-d", "--wait", "--wait-timeout", _UP_SECONDS])
        if result.returncode:
            raise EndpointFailed(
                "LocalStack did not come up by docker-compose.yml",
                remedy="see `docker compose logs`; `--target embedded` needs no Docker",
                details=tuple(result.stderr.strip().splitlines()[-_LINES_SHOWN:]),
            )
        yield
    finally:
        process.run([*compose, "down", "--volumes"])
