"""The whole of `tap cleanup`: what to look for, the removal, and at its end the state and the ledger."""

import json
import shutil
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deployer.deployment import Run
from deployer.estate.cleanup import Cleaned, Cleanup
from deployer.estate.configuration import Configuration, Wanted, configuration_in, is_in_state_alone, type_of
from deployer.estate.inventory import unknown
from deployer.estate.ledger import Ledger
from deployer.estate.things import Thing, says_absent
from deployer.estate.whereabouts import refuse_elsewhere
from deployer.moving import FILE
from deployer.synthesis import stack_folder
from deployer.terraform import UNSAVED, attributes_in, elsewhere_in
from deployer.turns import alone, state_held
from deployer.workfolder import note_leaving

State = dict[str, Any] | None


def preview(run: Run, *, data_too: bool) -> Cleaned:
    """What `leave` would remove and leave. Changes nothing."""
    configuration = _configuration(run)
    found = _cleanup(run, configuration, data_too=data_too).preview()
    return _with_unknown(found, configuration, _state(run, configuration))


def leave(run: Run, *, data_too: bool) -> Cleaned:
    """Remove all of the environment; and, when nothing is left, what was known of it.

    Raises:
        StateLocked: a deployment of it is at work, and did not end in time.
        NotOurs: its state is that of another region or account, and would be lost.
    """
    configuration = _configuration(run)
    with alone(run), state_held(run, "cleanup"), run.stage("cleanup"):
        state = _state(run, configuration)
        refuse_elsewhere(attributes_in(state or {}, elsewhere=False), run.site.target)
        note_leaving(run.site, leaving=True)
        done = _with_unknown(_cleanup(run, configuration, data_too=data_too).run(), configuration, state)
        if not done.left:
            _forget(run, configuration)
    return done


def _with_unknown(done: Cleaned, configuration: Configuration, state: State) -> Cleaned:
    """And what a cleanup can't remove: by the state, or without one, what the stack of today would have."""
    if state is None:
        done.unseen = {one.address: why for one in configuration.wanted.values() if (why := _unknown(one))}
        return done
    apart = elsewhere_in(state)
    for address, attributes in attributes_in(state).items():
        if why := _unknown(Wanted(address, type_of(address), {}, address in apart)):
            thing = Thing(type_of(address), address, str(attributes.get("id", "")))
            done.left[thing] = f"{why}; `tap destroy` removes it, by Terraform's state"
    return done


def _unknown(wanted: Wanted) -> str:
    return "" if is_in_state_alone(wanted.type) else unknown(wanted.type, elsewhere=wanted.elsewhere)


def _configuration(run: Run) -> Configuration:
    with run.stage("synth"):
        found = configuration_in(stack_folder(run.settings, run.places), run.site.identity)
        run.backend = found.backend
        return found


def _cleanup(run: Run, configuration: Configuration, *, data_too: bool) -> Cleanup:
    recorded = _ledger(run, configuration).recorded()
    return Cleanup(run.site.target.patient(), configuration, recorded, run.view.detail, data_too=data_too)


def _ledger(run: Run, configuration: Configuration) -> Ledger:
    return Ledger(run.site.target, configuration, run.site.work)


def _state(run: Run, configuration: Configuration) -> State:
    """The state, from its bucket or its file, with what an apply could not save; None where there is none."""
    found = [one for one in (_stored(run, configuration), _local(run.site.work / UNSAVED)) if one is not None]
    return {"resources": [each for one in found for each in one.get("resources", [])]} if found else None


def _stored(run: Run, configuration: Configuration) -> State:
    if not (backend := configuration.backend):
        return _local(run.site.work / FILE)
    try:
        answer = run.site.target.client("s3").get_object(Bucket=backend["bucket"], Key=backend["key"])
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
            run.site.target.client("s3").delete_object(Bucket=backend["bucket"], Key=backend["key"])
        _ledger(run, configuration).forget()
    except ClientError as error:
        if not says_absent(error):  # a state bucket that is gone holds no state
            raise
    shutil.rmtree(run.site.work, ignore_errors=True)
