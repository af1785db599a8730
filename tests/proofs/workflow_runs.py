"""A step of a GitHub workflow, run as its file has it: its commands and variables, by a role's credentials."""

import os
import re
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import yaml

from deployer.errors import AccountRefused
from deployer.paths import Paths
from deployer.targets.connect import refuse_mixed_credentials
from deployer.targets.targets import Credentials, Target

PLACES = Paths.here()
_ASKED = re.compile(r"\$\{\{ ([\w.]+) \}\}")


def step_of(workflow: str, job: str, name: str) -> dict[str, Any]:
    """One step, by its name."""
    read = yaml.safe_load((PLACES.root / ".github" / "workflows" / f"{workflow}.yml").read_text())
    (step,) = (one for one in read["jobs"][job]["steps"] if one.get("name") == name)
    found: dict[str, Any] = step
    return found


def run_step(
    step: Mapping[str, Any], given: Mapping[str, str], caller: Target, extra: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """As a runner runs it: in bash, with `${{ }}` of its variables put in from `given`; what is not there is blank."""
    variables = {key: _ASKED.sub(lambda match: given.get(match[1], ""), text) for key, text in step["env"].items()}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    signed = {
        **caller.credentials.environment(), "AWS_REGION": caller.region, "AWS_ENDPOINT_URL": caller.endpoint,
        "AWS_CA_BUNDLE": caller.ca_bundle, "CI": "true",
    }  # fmt: skip
    return subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=PLACES.root, env={**kept, **signed, **variables, **extra},
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def signed_in(target: Target, role: str) -> Credentials:
    """A role's. A key of the emulator may by chance look like AWS's own, which go to no emulator: then another."""
    while True:
        keys = target.client("sts").assume_role(RoleArn=role, RoleSessionName="proof")["Credentials"]
        with suppress(AccountRefused):
            refuse_mixed_credentials(keys["AccessKeyId"], target.endpoint)
            return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
