"""Destroys what Terraform's state knows of an environment, wholly or not at all: `tap destroy`, and the suite's end.

Terraform alone begins with what it can: the table is gone when the bucket that holds files refuses, and the key that
its backups need is scheduled to go. So what goes is looked at first, and what would refuse is dealt with before the
first deletion.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from deployer.aws_errors import BUCKET_NOT_EMPTY
from deployer.console.progress import Progress
from deployer.deploy.deployment import OUTPUTS, Run
from deployer.deploy.ledger import deletions_in, ledger_of
from deployer.deploy.plan import Changes, changes_in
from deployer.deploy.stages import acquire_lock, init, run_stages, synth
from deployer.deploy.state_owner import refuse_elsewhere
from deployer.deploy.working_directory import mark_removal
from deployer.errors import TerraformFailed, WouldLoseData
from deployer.resources.configuration import is_elsewhere
from deployer.resources.empty_bucket import empty_bucket
from deployer.resources.resource import AwsResource
from deployer.resources.resource_types import RESOURCE_TYPES, ResourceType, is_protected
from deployer.targets.credentials import require_valid_for
from deployer.terraform.cli import PLAN, attributes_in

Agreed = Callable[[Changes], None]


def destroy(run: Run, *, data_too: bool, agreed: Agreed = lambda _: None) -> None:
    """Everything that the state knows of.

    Args:
        data_too: whether what holds data may go; protection is lifted then, and buckets are emptied.
        agreed: called with what goes, before anything does; raises where somebody does not agree.

    Raises:
        WouldLoseData: something of it holds data, and `data_too` is not said. Nothing is gone.
    """
    stages = (synth, init, acquire_lock, plan, partial(refuse_loss, data_too=data_too), partial(_ask, agreed=agreed))
    run_stages(run, (*stages, make_way, _destroy, forget))


def plan(run: Run) -> None:
    """What the state knows and AWS still has. Raises ForeignResource where the state is of elsewhere."""
    with run.stage("plan"):
        refuse_elsewhere(attributes_in(run.terraform.state_document(), elsewhere=False), run.session.target)
        run.planned = run.terraform.show_json(PLAN) if run.terraform.plan(destroy=True) else {}
        run.changes = changes_in(run.planned)
    run.view.note(run.changes.summary())


def refuse_loss(run: Run, *, data_too: bool) -> None:
    """Raises WouldLoseData with all that would go, where something of it holds data that is not meant to."""
    if any(one.loses_data for one in run.changes.all) and not data_too:
        raise WouldLoseData(
            "refusing to destroy resources that hold data; nothing was destroyed",
            where=f"{run.session.target.name} in {run.session.target.region}",
            remedy="if the data may go too: --data-too",
            details=tuple(run.changes.lines()),
        )


def _ask(run: Run, *, agreed: Agreed) -> None:
    if run.changes.all:
        agreed(run.changes)


def make_way(run: Run) -> None:
    """Nothing writes into a bucket any more, and it is emptied: what S3 keeps ends it here, with all else in place.

    Only then is protection lifted.
    """
    mark_removal(run.session, leaving=True)
    for kind, client, thing in _things(run):
        if kind.silence:
            kind.silence(client, thing)
    _empty(run)
    for kind, client, thing in _things(run):
        if kind.unprotect and is_protected(client, thing):
            kind.unprotect(client, thing)


def _empty(run: Run) -> None:
    for _, client, thing in _things(run):
        if thing.type == "aws_s3_bucket":
            empty_bucket(client, thing.name)


def _destroy(run: Run) -> None:
    """The plan that was shown. What a function wrote while it was going is removed once more."""
    with run.stage("destroy"):
        (run.session.work / OUTPUTS).unlink(missing_ok=True)
        if not run.changes.all:
            return
        require_valid_for(run.session.target)
        try:
            run.terraform.apply(on_event=Progress(run.view))
        except TerraformFailed as error:
            if BUCKET_NOT_EMPTY not in str(error):
                raise
            _empty(run)
            run.terraform.plan(destroy=True)
            run.terraform.apply(on_event=Progress(run.view))


def forget(run: Run) -> None:
    """What is gone is no longer expected: who makes something of that name next is somebody else.

    What a killed deployment left without a state stays in the ledger, for a cleanup.
    """
    gone = [(thing.type, thing.name) for _, _, thing in _things(run)]
    ledger_of(run.session).strike([*gone, *deletions_in(run.planned)])
    mark_removal(run.session, leaving=False)


def _things(run: Run) -> Iterator[tuple[ResourceType, Any, AwsResource]]:
    """What is planned to go and stands by itself, with how to deal with it.

    Of another region only buckets, whose names are one for all: another thing may have the same name here.
    """
    for one in run.planned.get("resource_changes", []):
        if one["type"] != "aws_s3_bucket" and is_elsewhere(run.planned, one["address"]):
            continue
        if (kind := RESOURCE_TYPES.get(one["type"])) and one["change"]["actions"] == ["delete"]:
            told = one["change"]["before"]
            thing = AwsResource(one["type"], told[kind.named], told["id"], told.get("arn", ""), told)
            yield kind, run.session.target.client(kind.service), thing
