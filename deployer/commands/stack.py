"""`tap synth`, `plan`, `deploy`, `adopt`, `outputs`, `destroy`: the stack itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.consent import ask, require_somebody, show
from deployer.commands.options import (
    DataTooOption,
    JsonOption,
    RegionOption,
    SuffixOption,
    TargetOption,
    YesOption,
    print_json,
    settings_of,
)
from deployer.places import Places

if TYPE_CHECKING:
    from deployer.deployment import Outputs, Run
    from deployer.plans import Changes
    from deployer.settings import Settings

ReplaceOption = Annotated[bool, typer.Option("--allow-replace", help="Apply even if the plan would lose data.")]
PlanOnlyOption = Annotated[bool, typer.Option("--plan-only", help="Plan only, apply nothing (same as `tap plan`).")]
OutOption = Annotated[Path, typer.Option("--out", help="Output folder; its `stacks/` is replaced.")]


def synth(
    out: OutOption = Path("cdktf.out"),
    target: TargetOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
    json: JsonOption = False,
) -> None:
    """Write the stack as Terraform JSON, which plain `terraform init && terraform apply` accepts."""
    from deployer.synthesis import synth as synthesise

    folder = synthesise(settings_of(target, suffix, region), Places.here(), out)
    if json:
        print_json({"stack": str(folder / "cdk.tf.json")})
    else:
        print(folder / "cdk.tf.json")


def plan(
    target: TargetOption = None, suffix: SuffixOption = None, region: RegionOption = None, json: JsonOption = False
) -> None:
    """Show what `deploy` would change."""
    from deployer.stages import plan_only

    with running(settings_of(target, suffix, region), json=json) as run:
        changes = plan_only(run)
        if json:
            print_json(changes.to_json())
        else:
            print("\n".join(changes.lines()))


def deploy(
    target: TargetOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
    allow_replace: ReplaceOption = False,
    plan_only: PlanOnlyOption = False,
    json: JsonOption = False,
) -> None:
    """Synthesise, adopt existing resources, plan, check and apply; then verify that a new plan is empty."""
    from deployer.stages import deploy as deploy_stages

    if plan_only:
        plan(target, suffix, region, json)
        return
    with running(settings_of(target, suffix, region), json=json) as run:
        run.allow_replace = allow_replace
        outputs = deploy_stages(run)
        if json:
            print_json({"outputs": outputs, "seconds": run.seconds, **run.changes.to_json()})
            return
        _print_outputs(outputs)
        if not run.site.lasting:
            print("\nThis embedded AWS ends with the command; `tap local start` keeps one for the next commands.")


def adopt(
    target: TargetOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
    allow_replace: ReplaceOption = False,
    json: JsonOption = False,
) -> None:
    """Import existing resources into a Terraform state that was lost; `deploy` does this too."""
    from deployer.stages import adopt_only

    with running(settings_of(target, suffix, region), json=json, existing=True) as run:
        run.allow_replace = allow_replace
        changes = adopt_only(run)
        if json:
            print_json({"seconds": run.seconds, **changes.to_json()})
        else:
            print("\n".join(changes.lines()) or "nothing to adopt: the state holds all that exists")


def outputs(
    target: TargetOption = None, suffix: SuffixOption = None, region: RegionOption = None, json: JsonOption = False
) -> None:
    """Show the stack's outputs."""
    from deployer.stages import outputs_of

    with running(settings_of(target, suffix, region), json=json, existing=True) as run:
        known = outputs_of(run)
        print_json(known) if json else _print_outputs(known)


def destroy(
    target: TargetOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
    data_too: DataTooOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Destroy every resource in Terraform's state, all or nothing; shows them and asks first."""
    from deployer.cleaning import destroy as destroy_wholly

    settings = settings_of(target, suffix, region)
    require_somebody(yes=yes)
    with running(settings, json=json, existing=True) as run:

        def agreed(going: "Changes") -> None:
            (show if yes else ask)(going.lines(), settings.environment_suffix, place_of(run))

        destroy_wholly(run, data_too=data_too, agreed=agreed)
        if json:
            print_json({"destroyed": True, "seconds": run.seconds, **run.changes.to_json()})


def place_of(run: "Run") -> str:
    """Where a run works, for people."""
    target = run.site.target
    return f"{target.name}, account {target.account_id}, {target.region}"


@contextmanager
def running(settings: "Settings", *, json: bool, existing: bool = False) -> Iterator["Run"]:
    """A run on the target that the settings name, for the length of the block.

    AWS's refusals in it become errors with a remedy.
    """
    from deployer.deployment import Run
    from deployer.opening import aws_errors_told, opened
    from deployer.view import view_for

    places = Places.here()
    with opened(settings, places, existing=existing) as site, aws_errors_told(settings):
        yield Run(settings, places, site, view_for(json=json))


def _print_outputs(outputs: "Outputs") -> None:
    width = max(map(len, outputs), default=0)
    for name, value in outputs.items():
        print(f"{name:<{width}}  {value if isinstance(value, str) else dumps(value)}")
