"""`tap bootstrap` and `tap unlock`: the bucket of Terraform's state, and its lock."""

from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonOption, print_json
from deployer.commands.stack import running
from deployer.errors import CheckFailed

if TYPE_CHECKING:
    from deployer.terraform.state_bucket import StateBucket
    from deployer.terraform.state_lock import Holder

IdOption = Annotated[
    str | None, typer.Option("--id", help="ID of the lock to release; without it, only show who holds the lock.")
]


def bootstrap(options: EnvironmentOptions = DEFAULTS, json: JsonOption = False) -> None:
    """Create the state bucket (TERRAFORM_STATE_BUCKET), or fix its settings; idempotent.

    Example: `tap bootstrap --target aws`
    """
    from deployer.terraform.state_bucket import StateBucket, bootstrap

    with running(options.settings(), json=json, existing=True) as run:
        bucket = StateBucket.named(run.settings, run.session.target)
        done = bootstrap(bucket)
    if json:
        print_json({"bucket": bucket.name, "region": bucket.region, "done": done})
    else:
        print("\n".join(done) or f"{bucket.name} is as it must be")


def unlock(
    lock_id: IdOption = None,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Show who holds the state lock and since when; release it by --id. Exit 1 while it is held.

    Example: `tap unlock --suffix dev`
    """
    from deployer.deploy.synthesis import stack_folder
    from deployer.deploy.working_directory import s3_backend
    from deployer.terraform.state_bucket import StateBucket
    from deployer.terraform.state_lock import holder_of

    with running(options.settings(), json=json, existing=True) as run:
        backend = s3_backend(stack_folder(run.settings, run.paths))
        if not backend:
            _tell(None, json=json, otherwise="a state in a file is locked by a process, and ends with it")
            return
        bucket = StateBucket.of(backend, run.session.target)
        holder = holder_of(bucket)
        if holder is None:
            _tell(None, json=json, otherwise="nobody holds the lock")
            return
        _tell(holder, json=json)
        _free(bucket, holder, lock_id)
    if not json:
        print("freed")


def _free(bucket: "StateBucket", holder: "Holder", lock_id: str | None) -> None:
    """Raises CheckFailed where the lock stays."""
    from deployer.terraform.state_lock import free

    if lock_id is None:
        raise CheckFailed(
            "the state is locked",
            remedy=f"wait for its holder; if they are gone for certain: `tap unlock --id {holder.id}`",
        )
    if lock_id != holder.id or not free(bucket, holder):
        raise CheckFailed(
            f"the lock {lock_id} does not match the lock that is held now; nothing was released",
            remedy="`tap unlock` shows who holds it now",
        )


def _tell(holder: "Holder | None", *, json: bool, otherwise: str = "") -> None:
    if json:
        print_json({"holder": holder.to_json() if holder else None})
    else:
        print(f"held by {holder.told()}" if holder else otherwise)
