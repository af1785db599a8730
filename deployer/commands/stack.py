"""`tap synth`, `plan`, `deploy`, `adopt`, `outputs`, `destroy`: the stack itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.confirmation import ask, ask_to_apply, require_somebody, show
from deployer.commands.options import DEFAULTS, DataTooOption, EnvironmentOptions, JsonOption, YesOption, print_json
from deployer.paths import Paths
from deployer.stack_file import STACK_FILE

if TYPE_CHECKING:
    from deployer.deploy.deployment import Outputs, Run
    from deployer.deploy.plan import Changes
    from deployer.settings import Settings

ReplaceOption = Annotated[bool, typer.Option("--allow-replace", help="Apply even if the plan would lose data.")]
PlanOnlyOption = Annotated[bool, typer.Option("--plan-only", help="Plan only, apply nothing (same as `tap plan`).")]
OutOption = Annotated[Path, typer.Option("--out", help="Output folder; its `stacks/` is replaced.")]


def synth(
    out: OutOption = Path("cdktf.out"),
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Write the stack as Terraform JSON, which plain `terraform init && terraform apply` accepts.

    Example: `tap synth --out build/stack`
    """
    from deployer.deploy.synthesis import synth as synthesise

    folder = synthesise(options.settings(), Paths.here(), out)
    if json:
        print_json({"stack": str(folder / STACK_FILE)})
    else:
        print(folder / STACK_FILE)


def plan(options: EnvironmentOptions = DEFAULTS, json: JsonOption = False) -> None:
    """Show what `deploy` would change: each resource with its attributes before and after, and each policy with the
    statements it gains and loses.

    Example: `tap plan --suffix dev`
    """
    from deployer.deploy.stages import plan_only

    with running(options.settings(), json=json) as run:
        changes = plan_only(run)
        if json:
            print_json(changes.to_json())
        else:
            print("\n".join(changes.details()))


def deploy(
    options: EnvironmentOptions = DEFAULTS,
    allow_replace: ReplaceOption = False,
    plan_only: PlanOnlyOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Synthesise, adopt existing resources, plan, check and apply; then verify that a new plan is empty.

    On AWS it shows the plan and asks before it applies it, unless the plan is empty.

    Example: `tap deploy --target aws --suffix dev`
    """
    from deployer.deploy.stages import deploy as deploy_stages

    if plan_only:
        plan(options, json)
        return
    settings = options.settings()
    keep_embedded(settings, json=json)
    asks = settings.target == "aws" and not yes
    if asks:
        require_somebody("a deployment to AWS")
    with running(settings, json=json) as run:
        run.allow_replace = allow_replace
        if asks:
            run.agreed = lambda changes: ask_to_apply(changes.details(), settings.environment_suffix, place_of(run))
        outputs = deploy_stages(run)
        if json:
            print_json({"outputs": outputs, "seconds": run.seconds, **run.changes.to_json()})
            return
        _print_outputs(outputs)


def keep_embedded(settings: "Settings", *, json: bool) -> None:
    """What is deployed is for the commands that follow, so an embedded AWS that it is deployed on outlives this one.

    Raises:
        UsageError: nothing could be deployed on it, as there is no such region; none is left running then.
    """
    from deployer.console.view import view_for
    from deployer.targets.embedded import local, local_start
    from deployer.targets.provider_regions import require_known

    paths = Paths.here()
    require_known(settings.aws_region)
    if settings.target == "embedded" and local(paths) is None:
        emulator = local_start(paths)
        view_for(json=json).note(
            f"the embedded AWS at {emulator.endpoint} is started and kept; `tap local stop` ends it"
        )


def adopt(
    options: EnvironmentOptions = DEFAULTS,
    allow_replace: ReplaceOption = False,
    json: JsonOption = False,
) -> None:
    """Import existing resources into a Terraform state that was lost; `deploy` does this too.

    Example: `tap adopt --target aws --suffix dev`
    """
    from deployer.deploy.stages import adopt_only

    with running(options.settings(), json=json, existing=True) as run:
        run.allow_replace = allow_replace
        changes = adopt_only(run)
        if json:
            print_json({"seconds": run.seconds, **changes.to_json()})
        else:
            print("\n".join(changes.lines()) or "nothing to adopt: the state holds all that exists")


def outputs(options: EnvironmentOptions = DEFAULTS, json: JsonOption = False) -> None:
    """Show the stack's outputs.

    Example: `tap outputs --json`
    """
    from deployer.deploy.stages import outputs_of

    with running(options.settings(), json=json, existing=True) as run:
        known = outputs_of(run)
        print_json(known) if json else _print_outputs(known)


def destroy(
    options: EnvironmentOptions = DEFAULTS,
    data_too: DataTooOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Destroy every resource in Terraform's state, all or nothing; shows them and asks first.

    Example: `tap destroy --suffix pr12 --data-too`
    """
    from deployer.deploy.destroy import destroy as destroy_wholly

    settings = options.settings()
    if not yes:
        require_somebody("deletion")
    with running(settings, json=json, existing=True) as run:

        def agreed(going: "Changes") -> None:
            (show if yes else ask)(going.lines(), settings.environment_suffix, place_of(run))

        destroy_wholly(run, data_too=data_too, agreed=agreed)
        if not run.changes.any:
            run.view.note(f"nothing was deployed as `{settings.environment_suffix}` there, so nothing was destroyed")
        if json:
            print_json({"destroyed": True, "seconds": run.seconds, **run.changes.to_json()})


def place_of(run: "Run") -> str:
    """Where a run works, for people."""
    target = run.session.target
    return f"{target.name}, account {target.account_id}, {target.region}"


@contextmanager
def running(settings: "Settings", *, json: bool, existing: bool = False) -> Iterator["Run"]:
    """A run on the target that the settings name, for the length of the block.

    AWS's refusals in it become errors with a remedy.
    """
    from deployer.console.view import view_for
    from deployer.deploy.deployment import Run
    from deployer.targets.connect import aws_errors_told, open_target

    paths = Paths.here()
    with open_target(settings, paths, existing=existing) as session, aws_errors_told(settings):
        yield Run(settings, paths, session, view_for(json=json))


def _print_outputs(outputs: "Outputs") -> None:
    width = max(map(len, outputs), default=0)
    for name, value in outputs.items():
        print(f"{name:<{width}}  {value if isinstance(value, str) else dumps(value)}")
