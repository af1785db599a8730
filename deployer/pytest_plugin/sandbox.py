"""A function that tells what it finds around it, to be asked before anything relies on where functions run."""

import io
import json
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deployer.errors import EnvironmentUnready
from deployer.policy_documents import policy_of, trust_of
from deployer.targets.targets import Target

SOURCE = Path(__file__).with_name("probe.py")


@contextmanager
def probe(target: Target, **configured: Any) -> Iterator[str]:
    """The name of a probing function with this configuration, such as `MemorySize=256`, for the length of the block."""
    name = f"tap-probe-{secrets.token_hex(4)}"
    iam, functions = target.client("iam"), target.client("lambda")
    trust = policy_of(trust_of(Service="lambda.amazonaws.com"))
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    try:
        functions.create_function(
            FunctionName=name, Role=role, Handler="probe.handler", Code={"ZipFile": _zipped()},
            **{"Runtime": "python3.11", "Timeout": 60, **configured},
        )  # fmt: skip
        functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        yield name
        functions.delete_function(FunctionName=name)
    finally:
        iam.delete_role(RoleName=name)


def ask(target: Target, name: str, **question: Any) -> Any:
    """What the probe answers, or the error that its call ended with."""
    answer = target.client("lambda").invoke(FunctionName=name, Payload=json.dumps(question))
    return json.loads(answer["Payload"].read())


def require_sandbox(target: Target) -> None:
    """Raises EnvironmentUnready where functions don't run as on Lambda though they should, or where a CI must have it.

    Of AWS itself nothing is asked.
    """
    if target.name != "embedded":
        return
    if not target.trait("lambda_sandbox"):
        if os.environ.get("CI") == "true":
            reason = target.difference("lambda_sandbox").reason
            raise EnvironmentUnready(
                f"functions run in no sandbox here: {reason}", remedy="`tap doctor` says what it takes"
            )
        return
    with probe(target) as name:
        found = ask(target, name, list="/dev")
    if "fd" in found or "null" not in found:
        raise EnvironmentUnready(
            f"functions are said to run in a sandbox, and find {found} in /dev", where=target.endpoint
        )


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("probe.py", SOURCE.read_text())
    return out.getvalue()
