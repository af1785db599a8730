"""The whole of `tap cleanup`: what to look for, the removal, and at its end the state and the ledger."""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import says_absent
from deployer.deploy.deployment import Run
from deployer.deploy.ledger import Ledger, names_in
from deployer.deploy.locking import exclusive, state_lock_held
from deployer.deploy.state_owner import refuse_elsewhere
from deployer.deploy.synthesis import stack_folder
from deployer.deploy.unsupported import State, Unsupported
from deployer.deploy.working_directory import mark_removal, prepare, run_init
from deployer.resources.configuration import Configuration, configuration_in
from deployer.resources.deletion import Cleanup, CleanupResult
from deployer.terraform.cli import UNSAVED, attributes_in
from deployer.terraform.state_migration import FILE


def preview(run: Run, *, data_too: bool) -> CleanupResult:
    """What `leave` would remove and leave. Changes nothing."""
    configuration = _configuration(run, _stack(run))
    state = _state(run, configuration)
    cleanup, rest = _found(run, configuration, state, data_too=data_too)
    done = _with_strange(cleanup.preview(), state)
    rest.preview(done)
    return done


def cleanup(run: Run, *, data_too: bool) -> CleanupResult:
    """Remove all of the environment; and, when nothing is left, what was known of it.

    Raises:
        StateLocked: a deployment of it is at work, and did not end in time.
        ForeignResource: its state is that of another region or account, and would be lost.
    """
    stack = _stack(run)
    configuration = _configuration(run, stack)
    with exclusive(run), state_lock_held(run, "cleanup"), run.stage("cleanup"):
        state = _state(run, configuration)
        refuse_elsewhere(attributes_in(state or {}, elsewhere=False), run.session.target)
        mark_removal(run.session, leaving=True)
        cleanup, rest = _found(run, configuration, state, data_too=data_too)
        done = _with_strange(cleanup.run(), state)
        by_terraform = partial(_removed_by_terraform, run, stack, configuration)
        rest.remove(done, run.session.target.patient(), configuration, by_terraform, _ledger(run, configuration))
        if not done.left:
            _forget(run, configuration)
    return done


def _found(run: Run, configuration: Configuration, state: State, *, data_too: bool) -> tuple[Cleanup, Unsupported]:
    """What has rows and what has none. Data that stay keep the key, which may encrypt them.

    The state knows names that AWS chose, as the ledger does.
    """
    target, ledger = run.session.target.patient(), _ledger(run, configuration)
    recorded = ledger.recorded() | _names(state)
    rest = Unsupported.found(target, configuration, state, ledger, data_too=data_too)
    cleanup = Cleanup(target, configuration, recorded, run.view.detail, data_too=data_too)
    cleanup.result.left.update(rest.kept)
    return cleanup, rest


def _names(state: State) -> set[tuple[str, str]]:
    return names_in(attributes_in(state or {}, elsewhere=False))


def _with_strange(done: CleanupResult, state: State) -> CleanupResult:
    """What is not ours by its tags, and is in the state all the same, is not forgotten with that."""
    strange = {thing: why for thing, why in done.others if (thing.type, thing.name) in _names(state)}
    done.others = [(thing, why) for thing, why in done.others if thing not in strange]
    done.left.update(
        {thing: f"{why}; `tap destroy` removes it, by Terraform's state" for thing, why in strange.items()}
    )
    return done


def _removed_by_terraform(run: Run, stack: Path, configuration: Configuration, addresses: list[str]) -> State:
    """Removes what has these addresses, and answers the state. Its lock is held already, by this cleanup."""
    terraform = prepare(run.session, stack, run.settings, run.view.note)
    terraform.environment |= {f"TF_CLI_ARGS_{verb}": "-lock=false" for verb in ("plan", "apply")}
    run_init(terraform, run.view.note)
    if not terraform.plan(destroy=True, targets=addresses):
        return (
            _local(run.session.work / UNSAVED) or {}
        )  # all of it went with what it belonged to; the state is as it was
    terraform.apply()
    return _state(run, configuration)


def _stack(run: Run) -> Path:
    with run.stage("synth"):
        return stack_folder(run.settings, run.paths)


def _configuration(run: Run, stack: Path) -> Configuration:
    found = configuration_in(stack, run.session.identity)
    run.backend = found.backend
    return found


def _ledger(run: Run, configuration: Configuration) -> Ledger:
    return Ledger(run.session.target, configuration, run.session.work)


def _state(run: Run, configuration: Configuration) -> State:
    """The state, from its bucket or its file, with what an apply could not save; None where there is none."""
    found = [one for one in (_stored(run, configuration), _local(run.session.work / UNSAVED)) if one is not None]
    return {"resources": [each for one in found for each in one.get("resources", [])]} if found else None


def _stored(run: Run, configuration: Configuration) -> State:
    if not (backend := configuration.backend):
        return _local(run.session.work / FILE)
    try:
        answer = run.session.target.client("s3").get_object(Bucket=backend["bucket"], Key=backend["key"])
    except ClientError as error:
        if says_absent(error):
            return None
        raise
    document: dict[str, Any] = json.loads(answer["Body"].read())
    return document


def _local(path: Path) -> State:
    """Of what was cut off, nothing."""
    try:
        document: dict[str, Any] = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return document


def _forget(run: Run, configuration: Configuration) -> None:
    """The state of this environment alone; the bucket that holds it, and others' states, stay."""
    try:
        if backend := configuration.backend:
            run.session.target.client("s3").delete_object(Bucket=backend["bucket"], Key=backend["key"])
        _ledger(run, configuration).forget()
    except ClientError as error:
        if not says_absent(error):  # a state bucket that is gone holds no state
            raise
    shutil.rmtree(run.session.work, ignore_errors=True)
