"""A plan of a synthesised stack, made without credentials and without asking AWS. Called by `scan`.

Everything is planned as new, in an account that nobody has and in a region that is not the stack's own: a region that
stands in such a plan was written somewhere, and not given.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from deployer.paths import Paths
from deployer.policy_documents import POLICY_NAMES, decoded
from deployer.process import tools
from deployer.process.file_lock import file_lock
from deployer.terraform.cli import Terraform, environment_for
from deployer.terraform.provider_mirror import REGISTRY, provider_source, required_providers

FORMAT = "3"  # bumped when this module changes what lies in the cache
ACCOUNT = "123456789012"
REGION = "ca-west-1"
GIVEN = {"account_id": ACCOUNT, "aws_region": REGION}
LATER = "an-arn-known-after-apply"
# What the provider asks STS for is given, as a variable is; the region and the partition it knows by itself.
_CALLER = "aws_caller_identity"
_GIVEN_CALLER = "tap_callers_account"
_CALLERS = {
    "account_id": f"var.{_GIVEN_CALLER}", "id": f"var.{_GIVEN_CALLER}",
    "arn": f'"arn:aws:iam::${{var.{_GIVEN_CALLER}}}:root"', "user_id": f"var.{_GIVEN_CALLER}",
}  # fmt: skip
_ASKED = re.compile(rf"\bdata\.{_CALLER}\.[\w-]+\.({'|'.join(_CALLERS)})\b")
_ARN_OF_NEW = re.compile(r"\$\{aws_\w+\.[\w-]+\.arn\}")
NO_ACCOUNT = {
    "access_key": "none", "secret_key": "none", "skip_credentials_validation": True, "skip_region_validation": True,
    "skip_requesting_account_id": True, "skip_metadata_api_check": "true",
}  # fmt: skip


def plan_of(stack: Path, document: dict[str, Any], paths: Paths, mirror: str = "") -> dict[str, Any]:
    """What `terraform show -json` says of a plan of the configuration `document` that lies in the folder `stack`.

    `mirror` is a provider mirror as the setting TAP_PROVIDER_MIRROR names it.

    Raises:
        ToolMissing: there is no Terraform.
        TerraformFailed: it can't be planned, so it could not be deployed either.
    """
    terraform = tools.provide("terraform", paths)
    cached = paths.cache / "plans" / f"{_key(stack, terraform.version)}.json"
    with file_lock(paths.cache / "locks" / f"plan-{cached.stem}"):
        if not cached.is_file():
            plan = _made(stack, document, mirror, paths.logs / f"plan-{cached.stem[:12]}")
            cached.parent.mkdir(parents=True, exist_ok=True)
            partial = cached.with_suffix(".partial")
            partial.touch(mode=0o600)  # a plan may hold what a variable was given
            partial.write_text(json.dumps(plan))
            partial.replace(cached)
    kept: dict[str, Any] = json.loads(cached.read_text())
    return kept


def readable(node: Any) -> Any:
    """The configuration with a word for each ARN of a new resource in its policies, so that a plan knows the rest.

    An ARN names one resource, and holds neither a wildcard nor a region that somebody wrote; the policy around it may.
    Only within the strings of a policy that is JSON as it is written: any other is left to be found unreadable.
    """
    if isinstance(node, list):
        return [readable(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {name: _known(value) if name in POLICY_NAMES else readable(value) for name, value in node.items()}


def answered(document: dict[str, Any]) -> dict[str, Any]:
    """The configuration with an answer in place of each question for the caller's account.

    A question that is asked under a condition is left, and so is one of which not every use is understood.
    """
    asked = document.get("data", {}).get(_CALLER, {})
    text = _ASKED.sub(lambda match: json.dumps(_CALLERS[match[1]])[1:-1], json.dumps(document))
    if not asked or any("count" in one or "for_each" in one for one in asked.values()) or f"data.{_CALLER}" in text:
        return document
    found: dict[str, Any] = json.loads(text)
    found["data"] = {type_: one for type_, one in found["data"].items() if type_ != _CALLER}
    given = {_GIVEN_CALLER: {"type": "string", "default": ACCOUNT}}
    kept = {
        name: value for name, value in found.items() if value or name != "data"
    }  # which Terraform takes no empty of
    return {**kept, "variable": {**found.get("variable", {}), **given}}


def _known(policy: Any) -> Any:
    if isinstance(policy, str):
        return _ARN_OF_NEW.sub(LATER, policy) if decoded(policy) is not None else policy
    return readable(policy)


def override(document: dict[str, Any]) -> dict[str, Any]:
    """Terraform's own means to change a configuration from beside it: no backend, and providers that ask nobody."""
    configured = document.get("provider", {}).get("aws", [{}])
    providers = configured if isinstance(configured, list) else [configured]
    aliases = [{"alias": one["alias"]} if "alias" in one else {} for one in providers]
    return {
        "terraform": {"backend": {"local": {}}},
        "provider": {"aws": [{**alias, **NO_ACCOUNT} for alias in aliases]},
    }


def _made(stack: Path, document: dict[str, Any], mirror: str, logs: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="tap-plan-") as scratch:
        folder = Path(scratch) / "stack"
        shutil.copytree(stack, folder, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*"))
        for file in folder.glob("*.tf.json"):
            file.write_text(json.dumps(readable(answered(json.loads(file.read_text())))))
        (folder / "zz_override.tf.json").write_text(json.dumps(override(document)))
        given = {name: value for name, value in GIVEN.items() if name in document.get("variable", {})}
        (folder / "zz.auto.tfvars.json").write_text(json.dumps(given))
        terraform = Terraform(folder, _environment(document, folder, mirror), logs, _quiet)
        terraform.init()
        terraform.plan()
        return terraform.show_json("plan.tfplan")


def _environment(document: dict[str, Any], folder: Path, mirror: str) -> dict[str, str]:
    required = {f"{REGISTRY}/hashicorp/aws": "", **required_providers(document)}  # which need not be declared
    source = provider_source(mirror, required, os.environ)
    configuration = None
    if source.configuration is not None:
        configuration = folder / "tap.tfrc"
        configuration.write_text(source.configuration)
    return environment_for({"AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": REGION}, configuration)


def _key(stack: Path, terraform: tools.Version) -> str:
    """Everything that the plan depends on."""
    digest = hashlib.sha256(json.dumps([FORMAT, GIVEN, NO_ACCOUNT, terraform], sort_keys=True).encode())
    for path in sorted(stack.rglob("*")):
        if path.is_file() and ".terraform" not in path.relative_to(stack).parts:
            digest.update(
                f"\n{path.relative_to(stack).as_posix()} ".encode() + hashlib.sha256(path.read_bytes()).digest()
            )
    return digest.hexdigest()


def _quiet(_: str) -> None:
    """Nobody follows a plan of the gate."""
