"""The whole of `tap cleanup`: what to look for, the removal, and at its end the state and the ledger."""

import shutil

from botocore.exceptions import ClientError

from deployer.estate.cleanup import Cleaned, Cleanup
from deployer.estate.configuration import Configuration, configuration_in
from deployer.estate.ledger import Ledger
from deployer.estate.things import says_absent
from deployer.stages import Run
from deployer.synthesis import synthesised
from deployer.turns import alone, state_held


def preview(run: Run, *, data_too: bool) -> Cleaned:
    """What `leave` would remove and leave. Changes nothing."""
    configuration = _configuration(run)
    return _cleanup(run, configuration, data_too=data_too).preview()


def leave(run: Run, *, data_too: bool) -> Cleaned:
    """Remove all of the environment; and, when nothing is left, what was known of it.

    Raises:
        StateLocked: a deployment of it is at work, and did not end in time.
    """
    configuration = _configuration(run)
    with alone(run), state_held(run, "cleanup"), run.stage("cleanup"):
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
