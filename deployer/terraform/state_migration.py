"""States in files: one that was cut off is put back, and one moves into a bucket when a bucket is named.

Used by deployer/deploy/working_directory.py. Terraform itself would ask people whether to copy
it, and stop where nobody answers:
https://developer.hashicorp.com/terraform/cli/commands/init#backend-initialization
"""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deployer.errors import StateMoved
from deployer.json_text import json_object
from deployer.process.file_lock import taken
from deployer.terraform.cli import Terraform

FILE = "terraform.tfstate"
ASIDE = "local.tfstate"  # a state on its way, which a kill leaves there for the next command


def refuse_another_bucket(folder: Path, backend: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises StateMoved where the folder was initialised with a bucket, and `backend` names another or none."""
    former = _read(folder / ".terraform" / FILE).get("backend", {})
    if former.get("type") != "s3":
        return
    was = former.get("config", {})
    now = backend.get("s3", {})
    if any(was.get(name) != now.get(name) for name in ("bucket", "key")):
        named = f"s3://{now['bucket']}/{now['key']}" if now else "a file"
        raise StateMoved(
            f"the state of this environment is in s3://{was.get('bucket')}/{was.get('key')}, and {named} is named now",
            where=str(folder),
            remedy=f"TERRAFORM_STATE_BUCKET={was.get('bucket')}; or, if the other is meant, move the folder away: "
            "`tap deploy` then adopts what stands",
        )


def put_back(folder: Path, tell: Callable[[str], None]) -> None:
    """Where a disk that was full left half a state, the one before it counts; adoption finds what that one lacks.

    The half is kept beside it. Without a whole one before it there is none, as if it had been lost.
    """
    state, backup = folder / FILE, folder / f"{FILE}.backup"
    if not state.is_file() or _is_whole(state):
        return
    with state.open("r+b") as file:
        # Read by the same descriptor: to close another one of the file would end our lock on it.
        if not taken(file.fileno()) or json_object(file.read()):  # a Terraform writes it at this moment
            return
        _put_back(state, backup, tell)


def _put_back(state: Path, backup: Path, tell: Callable[[str], None]) -> None:
    kept = state.with_name(f"{FILE}.{_now()}.broken")
    state.replace(kept)
    if _is_whole(backup):
        shutil.copy2(backup, state)
    tell(f"the state was cut off, and is kept as {kept.name}; what the one before it lacks is adopted")


def set_aside(folder: Path) -> bool:
    """Put a state that a file holds out of Terraform's sight; whether there is one to move."""
    state = _read(folder / FILE)
    if state.get("resources") or state.get("outputs"):  # Terraform would ask whether to copy it
        (folder / FILE).replace(folder / ASIDE)
    return (folder / ASIDE).is_file()


def take_in(terraform: Terraform, tell: Callable[[str], None]) -> None:
    """Put the state that was set aside into the bucket, if that holds none; it is kept as a file in any case.

    Raises:
        TerraformFailed: the bucket's state is locked, or changed meanwhile; the next command tries again.
    """
    aside = terraform.folder / ASIDE
    kept = aside.with_name(f"{FILE}.{_now()}.backup")
    if terraform.state():
        tell(f"the bucket holds a state already, which counts; the one that was in a file is kept as {kept.name}")
    else:
        terraform.push(aside)
        tell(f"the state that was in a file is in its bucket now; the file is kept as {kept.name}")
    aside.replace(kept)


def _read(path: Path) -> dict[str, Any]:
    """A JSON document; empty where there is none that can be read."""
    try:
        return json_object(path.read_bytes())
    except FileNotFoundError:
        return {}


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _is_whole(path: Path) -> bool:
    """An empty file is a state to Terraform that holds nothing; to who lost one, it is half of one."""
    return bool(_read(path))
