"""A deployment where only the code of functions changed: Lambda is given new ZIPs, and Terraform's state is told.

`stages` asks it once the stack is laid out and nobody else is at the state. All that a plan could find is known to be
as it was: the configuration but for its code is the one that was deployed here last, the state is the one that this
deployment left, and each function is as that state tells it. Anything else, and any doubt, is for the whole way, which
finds out by a plan. What somebody changed by hand in other resources is not looked for; the next whole way does.

The gate is asked as always. It remembers what it said of the same configuration under the same rules.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from deployer.deploy.deployment import Run
from deployer.deploy.locking import state_lock_held
from deployer.deploy.packages import FUNCTION, hash_of, packages_in, without_code
from deployer.deploy.plan import Change, Changes
from deployer.deploy.working_directory import LOCK, OVERRIDE, VARIABLES, is_being_removed
from deployer.errors import CodeNotTaken
from deployer.json_text import json_object
from deployer.stack_file import stack_document
from deployer.terraform.cli import attributes_in

DEPLOYED = "deployed.json"  # the configuration that was deployed here last, and the state that this left
# What of a function stays as it is when its code changes: others may refer to it, and to nothing else of it.
_LASTING = {"arn", "function_name", "id", "invoke_arn", "role"}
# With these a new code is more than new bytes: a version is made, an image is taken, or a signature is looked at.
_MORE_THAN_BYTES = ("publish", "image_uri", "s3_bucket", "snap_start", "code_signing_config_arn", "signing_job_arn")
_POLL_S, _POLLS = 0.5, 600


class Doubt(Exception):  # noqa: N818 - an answer is no fault
    """Why it is for the whole way."""


@dataclass(frozen=True)
class New:
    """A function whose code is to be replaced: its address, its attributes in the state, and where its ZIP is.

    `file` is below the working folder, as the state names it.
    """

    address: str
    state: Mapping[str, Any]
    file: str

    @property
    def name(self) -> str:
        return str(self.state["function_name"])


def remember(run: Run) -> None:
    """What is deployed now, and was judged, so that the next deployment knows what it begins with."""
    told = {"configuration": _configuration(run), **_which(run.terraform.state_document())}
    (run.session.work / DEPLOYED).write_text(json.dumps(told))


def new_code(run: Run) -> tuple[list[New], dict[str, Any]]:
    """The functions whose code is new, if that alone is, and the state; none if nothing is known of an earlier
    deployment, or nothing changed. Raises Doubt."""
    known = _remembered(run)
    if not known:
        return [], {}
    if known["configuration"] != _configuration(run):
        raise Doubt("more than the code of functions changed")
    state, document = run.terraform.state_document(), stack_document(run.session.work)
    if _which(state) != {"lineage": known["lineage"], "serial": known["serial"]}:
        raise Doubt("the state has gone on since the last deployment from here")
    if is_being_removed(run.session):
        raise Doubt("somebody began to remove the environment")
    standing, found = attributes_in(state), []
    for address, file in packages_in(document).items():
        if address not in standing:
            raise Doubt(f"{address} is not in the state")
        if standing[address].get("source_code_hash") != hash_of(run.session.work / file):
            _require_plain(document, address, standing[address])
            found.append(New(address, standing[address], file))
    return found, state


def changes_of(new: list[New]) -> Changes:
    """As a plan would tell them."""
    return Changes(tuple(Change(one.address, FUNCTION, "change") for one in new))


def replace_code(run: Run, new: list[New], state: dict[str, Any]) -> None:
    """Give Lambda the new code, and tell the state what came of it, so that the next plan is empty.

    Raises:
        Doubt: a function is not as the state tells it, or AWS refused; what was replaced until then is in the state.
        CodeNotTaken: Lambda could not make use of the new code.
        TerraformFailed: the state could not be told. The next deployment goes the whole way.
    """
    (run.session.work / DEPLOYED).unlink()
    with state_lock_held(run, "the code of functions"), ThreadPoolExecutor(max_workers=8) as pool:
        replaced = partial(_replaced, run.session.target.client("lambda"), run.session.work)
        outcomes = {one.address: pool.submit(replaced, one) for one in new}
        failed = [error for each in outcomes.values() if (error := each.exception())]
        told = {address: each.result() for address, each in outcomes.items() if not each.exception()}
        if told:
            run.terraform.amend(told, held=state)
    if failed:
        raise failed[0]
    remember(run)


def _replaced(client: Any, work: Path, new: New) -> dict[str, Any]:
    """The attributes that the provider would have read after it had replaced the code itself.

    RevisionId makes it one step with the look before: Lambda refuses if anything of the function changed between.
    Architectures must be said again, as Lambda takes x86_64 where it is not. Publish would make a version, which no
    plan asked for; DryRun would tell only what the call itself tells.
    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
    """
    from botocore.exceptions import ClientError, WaiterError

    code, wanted = (work / new.file).read_bytes(), hash_of(work / new.file)
    try:
        live = client.get_function(FunctionName=new.name)["Configuration"]
        _require_untouched(new, live)
        client.update_function_code(
            FunctionName=new.name, ZipFile=code, RevisionId=live["RevisionId"], Architectures=live["Architectures"],
        )  # fmt: skip
    except ClientError as error:
        raise Doubt(f"AWS refused: {error}") from error
    try:
        client.get_waiter("function_updated_v2").wait(
            FunctionName=new.name, WaiterConfig={"Delay": _POLL_S, "MaxAttempts": _POLLS}
        )
    except WaiterError as error:
        last: Any = error.last_response
        raise _not_taken(new, last.get("Configuration", {}).get("LastUpdateStatusReason") or str(error)) from error
    now = client.get_function(FunctionName=new.name)["Configuration"]
    if now["CodeSha256"] != wanted:
        raise _not_taken(new, "somebody else replaced it meanwhile")
    return {
        "filename": new.file, "source_code_hash": wanted, "code_sha256": now["CodeSha256"],
        "source_code_size": now["CodeSize"], "last_modified": now["LastModified"],
    }  # fmt: skip


def _not_taken(new: New, reason: str) -> CodeNotTaken:
    return CodeNotTaken(
        f"the new code of {new.name} is not in use: {reason}",
        where=new.address,
        remedy="mend what it says, then `tap deploy` again: it compares all that is deployed",
    )


def _require_untouched(new: New, live: Mapping[str, Any]) -> None:
    """The state tells the function as it is; whatever changes it, changes when it was last modified."""
    if (live["CodeSha256"], live["LastModified"]) != (new.state["code_sha256"], new.state["last_modified"]):
        raise Doubt(f"{new.name} was changed, and not by Terraform")
    if live.get("LastUpdateStatus", "Successful") != "Successful" or live.get("State") not in ("Active", "Inactive"):
        raise Doubt(f"{new.name} is not ready: {live.get('StateReason') or live.get('LastUpdateStatusReason') or ''}")


def _require_plain(document: Mapping[str, Any], address: str, state: Mapping[str, Any]) -> None:
    """Nothing but the function's own bytes hangs on its code."""
    function = document["resource"][FUNCTION][address.removeprefix(f"{FUNCTION}.")]
    told = [name for name in _MORE_THAN_BYTES if function.get(name) or state.get(name)]
    told += [name for name in ("count", "for_each", "provider", "provisioner") if name in function]
    told += sorted(_asked_elsewhere(document, address))
    if told:
        raise Doubt(f"of {address} there is {', '.join(told)}, on which more may hang than its code")


def _asked_elsewhere(value: Any, address: str) -> Iterator[str]:
    """What the stack takes of the function that may change with its code; what only waits for it takes nothing."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name != "depends_on":
                yield from _asked_elsewhere(each, address)
    elif isinstance(value, list):
        for each in value:
            yield from _asked_elsewhere(each, address)
    elif isinstance(value, str):
        for found in re.finditer(rf"(?<![\w.-]){re.escape(address)}(?![\w-])(?:\.(\w+))?", value):
            if found[1] not in _LASTING:
                yield found[0]


def _configuration(run: Run) -> str:
    """A hash of all that Terraform is told but the code of functions."""
    work = run.session.work
    document = json.dumps(without_code(stack_document(work)), sort_keys=True)
    others = [path.read_text() if (path := work / name).is_file() else "" for name in (VARIABLES, OVERRIDE, LOCK)]
    return hashlib.sha256(json.dumps([document, *others]).encode()).hexdigest()


def _which(state: Mapping[str, Any]) -> dict[str, Any]:
    return {"lineage": state.get("lineage"), "serial": state.get("serial")}


def _remembered(run: Run) -> dict[str, Any]:
    file = run.session.work / DEPLOYED
    known = json_object(file.read_bytes()) if file.is_file() else {}
    return known if known.keys() >= {"configuration", "lineage", "serial"} else {}
