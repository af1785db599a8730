"""Lays out Terraform's working folder: the synthesised stack, its variables, and what this machine adds.

What the machine adds (a CLI configuration, overrides for an emulator) is written here and never into the synthesised
output, which stays what a plain `terraform init && terraform apply` takes.
"""

import hashlib
import ipaddress
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deployer.deploy.adoption import Adoption
from deployer.settings import Settings
from deployer.stack_file import stack_document
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Target
from deployer.terraform.cli import Terraform, environment_for
from deployer.terraform.provider_mirror import provider_source, required_providers
from deployer.terraform.state_migration import FILE, put_back, refuse_another_bucket, set_aside, take_in

VARIABLES = "tap.auto.tfvars.json"
OVERRIDE = "tap_override.tf.json"
CLI_CONFIGURATION = "tap.tfrc"
LOCK = ".terraform.lock.hcl"  # the hashes of the providers, which the synthesis brings
STAMP = "init.sha256"
REMOVAL_MARK = "leaving"
IMPORTS = "adopt.tf.json"
IMPORTS_OVERRIDE = "tap_then_override.tf.json"  # read after the other, and what it says of a resource replaces that


def prepare(
    session: TargetSession, stack: Path, settings: Settings, notice: Callable[[str], None] = print
) -> Terraform:
    """Terraform in the session's folder with the synthesised `stack` (the folder of cdk.tf.json) laid out in it."""
    folder = session.work
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(folder / "assets", ignore_errors=True)
    shutil.copytree(stack, folder, dirs_exist_ok=True)  # which gives the folder the mode of its model ...
    folder.chmod(0o700)  # ... and a local state may hold secrets
    _forget_adoption(folder)  # of a `tap` that was killed
    document = stack_document(folder)
    _write(folder / VARIABLES, variables(session.target, document))
    _write(folder / OVERRIDE, override(session.target, document))
    return terraform_in(session, settings, notice)


def terraform_in(session: TargetSession, settings: Settings, notice: Callable[[str], None] = print) -> Terraform:
    """Terraform in a folder that was laid out before."""
    document = stack_document(session.work)
    required = required_providers(document)
    source = provider_source(settings.provider_mirror, required, os.environ)
    configuration = None
    if source.configuration is not None:
        configuration = session.work / CLI_CONFIGURATION
        configuration.write_text(source.configuration)
    environment = environment_for(session.target.environment(), configuration)
    waiting = {f"TF_CLI_ARGS_{verb}": f"-lock-timeout={settings.lock_seconds}s" for verb in ("plan", "apply")}
    state = session.work / FILE if "local" in _backend(document) else None
    return Terraform(session.work, {**environment, **waiting}, session.logs, notice, state)


def run_init(terraform: Terraform, tell: Callable[[str], None] = print) -> None:
    """`terraform init`, unless nothing that it depends on has changed and its providers are still there.

    A state in a file that was cut off is put back, and moves into the bucket where one is named now.

    Raises:
        StateMoved: the folder's state is in a bucket that the settings no longer name.
    """
    document = stack_document(terraform.folder)
    refuse_another_bucket(terraform.folder, _backend(document))
    put_back(terraform.folder, tell)
    moving = state_is_remote(terraform.folder) and set_aside(terraform.folder)
    stamp = terraform.folder / STAMP
    wanted = _init_inputs(terraform.folder)
    if not (stamp.is_file() and stamp.read_text() == wanted and _is_whole(terraform.folder / ".terraform")):
        stamp.unlink(missing_ok=True)
        terraform.init(locked=(terraform.folder / LOCK).is_file())
        stamp.write_text(wanted)
    if moving:
        take_in(terraform, tell)


@contextmanager
def adopting(session: TargetSession, adoption: Adoption) -> Iterator[None]:
    """Terraform is told what to adopt, while the block runs: a plan keeps what it was made from."""
    _write(session.work / IMPORTS, adoption.blocks())
    _write(session.work / IMPORTS_OVERRIDE, adoption.left_alone(session.target.trait("forgets")))
    try:
        yield
    finally:
        _forget_adoption(session.work)


def _forget_adoption(folder: Path) -> None:
    for name in (IMPORTS, IMPORTS_OVERRIDE):
        (folder / name).unlink(missing_ok=True)


def mark_removal(session: TargetSession, *, leaving: bool) -> None:
    """Note that somebody removes the environment, or no longer does."""
    if not leaving:
        (session.work / REMOVAL_MARK).unlink(missing_ok=True)
    elif session.work.is_dir():
        (session.work / REMOVAL_MARK).touch()


def is_being_removed(session: TargetSession) -> bool:
    """Whether a removal began and did not end: what it took is no loss to the next deployment."""
    return (session.work / REMOVAL_MARK).exists()


def variables(target: Target, document: Mapping[str, Any]) -> dict[str, str]:
    """What the stack may ask to be told of the target: of these variables, those that it declares."""
    known = {"aws_region": target.region, "account_id": target.account_id}
    return {name: value for name, value in known.items() if name in document.get("variable", {})}


def override(target: Target, document: Mapping[str, Any]) -> dict[str, Any]:
    """What Terraform must be told besides.

    With a host name for an endpoint, a bucket would become part of that name. What the emulator forgets would be set
    anew by each plan. And of any target: a local state is kept in the working folder. CDKTF puts it into the project's,
    where all targets and environments would share one.
    """
    told: dict[str, Any] = {}
    if "local" in _backend(document):
        told["terraform"] = [{"backend": {"local": {"path": FILE}}}]
    if target.is_emulator and not _is_address(urlsplit(target.endpoint).hostname or ""):
        told["provider"] = {"aws": [{"s3_use_path_style": True}]}
    forgotten = {
        kind: {name: {"lifecycle": [{"ignore_changes": list(attributes)}]} for name in document["resource"][kind]}
        for kind, attributes in target.trait("forgets").items()
        if kind in document.get("resource", {})
    }
    return {**told, **({"resource": forgotten} if forgotten else {})}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _init_inputs(folder: Path) -> str:
    document = stack_document(folder)
    texts = [path.read_text() if path.is_file() else "" for path in (folder / CLI_CONFIGURATION, folder / LOCK)]
    return hashlib.sha256(json.dumps([document.get("terraform"), *texts], sort_keys=True).encode()).hexdigest()


def _is_whole(data: Path) -> bool:
    """Whether what `terraform init` left is there: the backend it chose, and providers.

    A mirror's providers are links to it, which may lead nowhere by now.
    """
    installed = list((data / "providers").glob("*/*/*/*/*"))
    return (data / "terraform.tfstate").is_file() and bool(installed) and all(entry.is_dir() for entry in installed)


def _write(path: Path, content: Mapping[str, Any]) -> None:
    if content:
        path.write_text(json.dumps(content, indent=2))
    else:
        path.unlink(missing_ok=True)


def state_is_remote(folder: Path) -> bool:
    """Whether the stack in `folder` keeps its state elsewhere than in the folder."""
    backend = _backend(stack_document(folder))
    return bool(backend.keys() - {"local"})


def s3_backend(folder: Path) -> dict[str, Any]:
    """Where in S3 the stack in `folder` keeps its state: bucket, key, region; empty where it is anywhere else."""
    return _backend(stack_document(folder)).get("s3", {})


def _backend(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The arguments by the backend's type."""
    backend: dict[str, dict[str, Any]] = document.get("terraform", {}).get("backend", {})
    return backend
