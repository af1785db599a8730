"""`tap bootstrap` and `tap unlock`: the bucket of Terraform's state, and its lock."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import JsonOption, RegionOption, SuffixOption, TargetOption, print_json, settings_of
from deployer.commands.stack import running
from deployer.errors import AnswerIsNo

if TYPE_CHECKING:
    from deployer.statebucket import StateBucket
    from deployer.statelock import Holder

IdOption = Annotated[
    str | None, typer.Option("--id", help="ID of the lock to release; without it, only show who holds the lock.")
]


def bootstrap(
    target: TargetOption = None, suffix: SuffixOption = None, region: RegionOption = None, json: JsonOption = False
) -> None:
    """Create the state bucket (TERRAFORM_STATE_BUCKET), or fix its settings; idempotent."""
    from deployer.statebucket import StateBucket, bootstrapped

    with running(settings_of(target, suffix, region), json=json, existing=True) as run:
        bucket = StateBucket.named(run.settings, run.site.target)
        done = bootstrapped(bucket)
    if json:
        print_json({"bucket": bucket.name, "region": bucket.region, "done": done})
    else:
        print("\n".join(done) or f"{bucket.name} is as it must be")


def unlock(
    lock_id: IdOption = None,
    target: TargetOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
    json: JsonOption = False,
) -> None:
    """Show who holds the state lock and since when; release it by --id. Exit 1 while it is held."""
    from deployer.statebucket import StateBucket
    from deployer.statelock import holder_of
    from deployer.synthesis import stack_folder
    from deployer.workfolder import s3_backend

    with running(settings_of(target, suffix, region), json=json, existing=True) as run:
        backend = s3_backend(stack_folder(run.settings, run.places))
        if not backend:
            _tell(None, json=json, otherwise="a state in a file is locked by a process, and ends with it")
            return
        bucket = StateBucket.of(backend, run.site.target)
        holder = holder_of(bucket)
        if holder is None:
            _tell(None, json=json, otherwise="nobody holds the lock")
            return
        _tell(holder, json=json)
        _free(bucket, holder, lock_id)
    if not json:
        print("freed")


def _free(bucket: "StateBucket", holder: "Holder", lock_id: str | None) -> None:
    """Raises AnswerIsNo where the lock stays."""
    from deployer.statelock import free

    if lock_id is None:
        raise AnswerIsNo(
            "the state is locked",
            remedy=f"wait for its holder; if they are gone for certain: `tap unlock --id {holder.id}`",
        )
    if lock_id != holder.id or not free(bucket, holder):
        raise AnswerIsNo(
            f"the lock {lock_id} does not match the lock that is held now; nothing was released",
            remedy="`tap unlock` shows who holds it now",
        )


def _tell(holder: "Holder | None", *, json: bool, otherwise: str = "") -> None:
    if json:
        print_json({"holder": holder.to_json() if holder else None})
    else:
        print(f"held by {holder.told()}" if holder else otherwise)
