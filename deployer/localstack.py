"""LocalStack, or whatever else answers as AWS where it is named; or one of our own by docker-compose.yml, for a while.

What answers STS is an AWS: emulators have different addresses that tell of their health, or none.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deployer.errors import EndpointFailed
from deployer.places import Places
from deployer.targets import EMULATOR_ACCOUNT, Target, emulator

DEFAULT_ENDPOINT = "http://127.0.0.1:4566"  # where docker-compose.yml publishes it
_UP_SECONDS = "180"
_LINES_SHOWN = 8
_ATTEMPTS = 2


@contextmanager
def available(region: str, places: Places) -> Iterator[Target]:
    """A LocalStack for the length of the block.

    Raises:
        EndpointFailed: none answers and none can be started.
    """
    asked = os.environ.get("AWS_ENDPOINT_URL", "").strip().rstrip("/")
    with ExitStack() as composed:
        try:
            target = answering(asked or DEFAULT_ENDPOINT, region)
        except EndpointFailed as error:
            if asked:
                raise
            if not docker_answers():
                raise EndpointFailed(
                    f"no LocalStack answers at {DEFAULT_ENDPOINT}, and no Docker engine is there to start one",
                    remedy="start Docker, or start a LocalStack and name it with AWS_ENDPOINT_URL; "
                    "`--target embedded` needs neither",
                ) from error
            composed.enter_context(_composed(places))
            target = answering(DEFAULT_ENDPOINT, region)
        yield target


def answering(endpoint: str, region: str) -> Target:
    """The AWS that answers at `endpoint`, as the account that it says is calling. AWS_CA_BUNDLE is what it is known by.

    Raises:
        EndpointFailed: nothing there answers STS.
    """
    bundle = os.environ.get("AWS_CA_BUNDLE", "")
    known_by = str(Path(bundle).absolute()) if bundle else ""
    asked = replace(emulator("localstack", endpoint, region, ca_bundle=known_by), attempts=_ATTEMPTS)
    try:
        account = asked.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError, ValueError) as error:
        raise EndpointFailed(
            f"no LocalStack answers at {endpoint}",
            remedy="start one there, or name another with AWS_ENDPOINT_URL, and its certificate with AWS_CA_BUNDLE; "
            "`--target embedded` needs neither",
            details=(str(error),),
        ) from error
    return emulator("localstack", endpoint, region, account_id=account or EMULATOR_ACCOUNT, ca_bundle=known_by)


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
