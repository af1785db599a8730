"""The whole of `tap cleanup`: what to look for, the removal, and at its end the state and the ledger."""

import json
import shutil
from typing import Any

from botocore.exceptions import ClientError

from deployer.estate.cleanup import Cleaned, Cleanup
from deployer.estate.configuration import Configuration, configuration_in
from deployer.estate.ledger import Ledger
from deployer.estate.things import says_absent
from deployer.estate.whereabouts import refuse_elsewhere
from deployer.stages import Run
from deployer.synthesis import synthesised
from deployer.terraform import attributes_in
from deployer.turns import alone, state_held
from deployer.workfolder import note_leaving


def preview(run: Run, *, data_too: bool) -> Cleaned:
    """What `leave` would remove and leave. Changes nothing."""
    configuration = _configuration(run)
    return _cleanup(run, configuration, data_too=data_too).preview()


def leave(run: Run, *, data_too: bool) -> Cleaned:
    """Remove all of the environment; and, when nothing is left, what was known of it.

    Raises:
        StateLocked: a deployment of it is at work, and did not end in time.
        NotOurs: its state is that of another region or account, and would be lost.
    """
    configuration = _configuration(run)
    with alone(run), state_held(run, "cleanup"), run.stage("cleanup"):
        refuse_elsewhere(_state(run, configuration), run.site.target)
        note_leaving(run.site, leaving=True)
        done = _cleanup(run, configuration, data_too=data_too).run()
        if not done.left:
            _forget(run, configuration)
    return done


def _configuration(run: Run) -> Configuration:
    with run.stage("synth"):
        return configuration_in(synthesised(run.settings, run.places) / "stacks" / run.settings.construct_id)


def _cleanup(run: Run, configuration: Configuration, *, data_too: bool) -> Cleanup:
    recorded = _ledger(run, configuration).recorded()
    return Cleanup(run.site.target.patient(), configuration, recorded, run.view.detail, data_too=data_too)


def _ledger(run: Run, configuration: Configuration) -> Ledger:
    return Ledger(run.site.target, configuration, run.site.work)


def _state(run: Run, configuration: Configuration) -> dict[str, dict[str, Any]]:
    """What the state in its bucket manages; one in a file is in a folder of its own for each region and account."""
    if not (backend := configuration.backend):
        return {}
    try:
        answer = run.site.target.client("s3").get_object(Bucket=backend["bucket"], Key=backend["key"])
        return attributes_in(json.loads(answer["Body"].read()))
    except ClientError as error:
        if says_absent(error):
            return {}
        raise


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
