"""Destroys what Terraform's state knows of an environment, wholly or not at all: `tap destroy`, and the suite's end.

Terraform alone begins with what it can: the table is gone when the bucket that holds files refuses, and the key that
its backups need is scheduled to go. So what goes is looked at first, and what would refuse is dealt with before the
first deletion.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from deployer.deployment import Run
from deployer.errors import TerraformFailed, WouldLoseData
from deployer.estate.configuration import is_elsewhere
from deployer.estate.emptying import empty_bucket
from deployer.estate.kinds import KINDS, Kind, is_protected
from deployer.estate.ledger import deletions_in, ledger_of
from deployer.estate.things import Thing
from deployer.estate.whereabouts import refuse_elsewhere
from deployer.lives import require_life
from deployer.plans import Changes, changes_in
from deployer.progress import Progress
from deployer.stages import OUTPUTS, in_turn, init, synth, take_turn
from deployer.terraform import PLAN, attributes_in
from deployer.workfolder import note_leaving

_REFILLED = "BucketNotEmpty"  # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
Agreed = Callable[[Changes], None]


def destroy(run: Run, *, data_too: bool, agreed: Agreed = lambda _: None) -> None:
    """Everything that the state knows of.

    Args:
        data_too: whether what holds data may go; protection is lifted then, and buckets are emptied.
        agreed: called with what goes, before anything does; raises where somebody does not agree.

    Raises:
        WouldLoseData: something of it holds data, and `data_too` is not said. Nothing is gone.
    """
    stages = (synth, init, take_turn, plan, partial(refuse_loss, data_too=data_too), partial(_ask, agreed=agreed))
    in_turn(run, (*stages, make_way, _destroy, strike))


def plan(run: Run) -> None:
    """What the state knows and AWS still has. Raises NotOurs where the state is that of another region or account."""
    with run.stage("plan"):
        refuse_elsewhere(attributes_in(run.terraform.state_document(), elsewhere=False), run.site.target)
        run.planned = run.terraform.show_json(PLAN) if run.terraform.plan(destroy=True) else {}
        run.changes = changes_in(run.planned)
    run.view.note(run.changes.summary())


def refuse_loss(run: Run, *, data_too: bool) -> None:
    """Raises WouldLoseData with all that would go, where something of it holds data that is not meant to."""
    if any(one.loses_data for one in run.changes.all) and not data_too:
        raise WouldLoseData(
            "refusing to destroy resources that hold data; nothing was destroyed",
            where=f"{run.site.target.name} in {run.site.target.region}",
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
    note_leaving(run.site, leaving=True)
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
        (run.site.work / OUTPUTS).unlink(missing_ok=True)
        if not run.changes.all:
            return
        require_life(run.site.target)
        try:
            run.terraform.apply(on_event=Progress(run.view))
        except TerraformFailed as error:
            if _REFILLED not in str(error):
                raise
            _empty(run)
            run.terraform.plan(destroy=True)
            run.terraform.apply(on_event=Progress(run.view))


def strike(run: Run) -> None:
    """What is gone is no longer expected: who makes something of that name next is somebody else.

    What a killed deployment left without a state stays in the ledger, for a cleanup.
    """
    gone = [(thing.type, thing.name) for _, _, thing in _things(run)]
    ledger_of(run.site).strike([*gone, *deletions_in(run.planned)])
    note_leaving(run.site, leaving=False)


def _things(run: Run) -> Iterator[tuple[Kind, Any, Thing]]:
    """What is planned to go and stands by itself, with how to deal with it.

    Of another region only buckets, whose names are one for all: another thing may have the same name here.
    """
    for one in run.planned.get("resource_changes", []):
        if one["type"] != "aws_s3_bucket" and is_elsewhere(run.planned, one["address"]):
            continue
        if (kind := KINDS.get(one["type"])) and one["change"]["actions"] == ["delete"]:
            told = one["change"]["before"]
            thing = Thing(one["type"], told[kind.named], told["id"], told.get("arn", ""), told)
            yield kind, run.site.target.client(kind.service), thing
