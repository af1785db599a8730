"""The stages of a deployment, in the order they run: synth, init, adopt, plan, comply, apply, outputs, verify.

Where only the code of functions changed: synth, init, comply, code, outputs (code_alone.py).

Each is one function over a `Run`; `deploy`, `plan_only` and `adopt_only` are what the commands and the suite call. A
dry run is a shorter list of stages, never a flag inside one. The way back is in deployer/deploy/destroy.py.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deployer.console.progress import Progress
from deployer.deploy import code_alone
from deployer.deploy.adoption import to_adopt
from deployer.deploy.deployment import OUTPUTS, Outputs, Run, not_deployed
from deployer.deploy.locking import exclusive, recover_unsaved_state, require_lasting_state, wait_for_lock
from deployer.deploy.plan import Changes, changes_in
from deployer.deploy.state_owner import as_whose
from deployer.deploy.synthesis import stack_folder
from deployer.deploy.working_directory import (
    adopting,
    is_being_removed,
    mark_removal,
    prepare,
    run_init,
    s3_backend,
    state_is_remote,
)
from deployer.errors import KeyRefused, NameTaken, PlanNotEmpty, WouldLoseData
from deployer.few import counted
from deployer.process import tools
from deployer.process.environments import is_made
from deployer.resources.configuration import SUBSCRIPTION, configuration_in
from deployer.stack_file import STACK_FILE
from deployer.targets.credentials import require_valid_for
from deployer.targets.provider_regions import require_known
from deployer.targets.targets import Target
from deployer.terraform.cli import PLAN, attributes_in

# The deployer's policy holds it to keys with the environment's tags; a tag may take that long to count:
# https://docs.aws.amazon.com/kms/latest/developerguide/abac.html
TAGS_COUNT_AFTER_S = 300.0
_PAUSE_S = 20.0


Stages = tuple[Callable[[Run], None], ...]


def synth(run: Run) -> None:
    """The stack as Terraform JSON, laid out in the working folder. Raises UsageError where its state would be lost."""
    with run.stage("synth"):
        tools.provide("terraform", run.paths, run.view.note)
        run.stack = stack_folder(run.settings, run.paths)
        require_lasting_state(run.settings, is_remote=state_is_remote(run.stack))
        prepare(run.session, run.stack, run.settings)
        run.backend = s3_backend(run.stack)


def init(run: Run) -> None:
    """Terraform's providers and state."""
    with run.stage("init"):
        run_init(run.terraform, run.view.note)


def adopt(run: Run) -> None:
    """What exists already and the state lacks, for the plan to take in. Raises ForeignResource and AmbiguousMatch."""
    with run.stage("adopt"):
        run.adoption = to_adopt(run.session, run.terraform)
    for told in run.adoption.notes():
        run.view.note(told)


def plan(run: Run) -> None:
    """What would change, told to people and kept for `apply`."""
    _planned(run)


def plan_adoption(run: Run) -> None:
    """The same, of nothing but what is adopted and what that needs."""
    if run.adoption.imports:
        _planned(run, run.adoption.imports)


def _planned(run: Run, only: Iterable[str] = ()) -> None:
    with run.stage("plan"), adopting(run.session, run.adoption):
        if run.terraform.plan(on_event=Progress(run.view), targets=only):
            run.planned = run.terraform.show_json(PLAN)
            run.changes = changes_in(run.planned)
        else:
            run.changes = Changes()
    for told in (run.changes.summary(), *run.changes.notes()):
        run.view.note(told)


def finish_half_made(run: Run) -> None:
    """What holds data and was interrupted while it was created is changed into what it must be, and not replaced."""
    half = [one.address for one in run.changes.all if one.is_kept]
    if half and not run.allow_replace:
        run.view.note(f"interrupted while they were created, and finished now: {', '.join(half)}")
        run.terraform.untaint(half)
        plan(run)


def comply(run: Run) -> None:
    """The compliance gate, before anything is changed. Raises NotCompliant."""
    if run.changes.any:
        from deployer.compliance.suppressions import ending
        from deployer.deploy.gate import require_compliant

        with run.stage("comply"):
            if not is_made("policy", run.paths):
                run.view.note("           Checkov gets a Python environment of its own: once, and slow only this time")
            run.judged = require_compliant(run.settings, run.paths)
        for told in ending(one["until"] for one in run.judged["suppressed"]):
            run.view.note(told)


def refuse_loss(run: Run) -> None:
    """No data goes because of a deployment, unless that was asked for. Raises WouldLoseData."""
    removed = is_being_removed(run.session)
    lost = [one for one in run.changes.all if one.loses_data and not (one.lost and removed)]
    if lost and not run.allow_replace:
        raise WouldLoseData(
            "refusing a plan that would lose data; nothing was applied",
            where=str(run.session.work),
            remedy="if the data may go: --allow-replace; if not, see `tap plan` and undo what causes it",
            details=tuple(f"{one.kind} {one.address}{f': {one.lost}' if one.lost else ''}" for one in lost),
        )


def agree(run: Run) -> None:
    """Whoever deploys has seen what changes and said yes, where that is asked for."""
    if run.changes.any:
        run.agreed(run.changes)


def record(run: Run) -> None:
    """What is about to be created goes into the ledger, before it is."""
    if run.changes.count("create") or run.changes.count("replace"):
        from deployer.deploy.ledger import creations_in, ledger_of

        ledger_of(run.session).add(creations_in(run.planned))


def record_made(run: Run) -> None:
    """What was not known before: the names that AWS chose, and of what no table has a row for, its ARN and its end."""
    if run.changes.any:
        from deployer.deploy.ledger import has_nameless, ledger_of, names_in

        if has_nameless(run.planned):
            ledger_of(run.session).add(names_in(attributes_in(run.terraform.state_document(), elsewhere=False)))
        ledger_of(run.session).settle(run.terraform.state)


def apply(run: Run) -> None:
    """What the plan says, and nothing else. An empty plan has nothing to apply."""
    new_key = any(one.type == "aws_kms_key" and one.kind == "create" for one in run.changes.all)
    until = time.monotonic() + TAGS_COUNT_AFTER_S
    while True:
        try:
            return _applied(run)
        except KeyRefused:
            if not new_key or time.monotonic() > until:
                raise
            run.view.note(
                "the new key refuses its deployer until its tags count, for up to five minutes: again in 20 s"
            )
            time.sleep(_PAUSE_S)
            _each(run, (adopt, plan, finish_half_made, refuse_loss, record))


def _applied(run: Run) -> None:
    if run.changes.any:
        require_valid_for(run.session.target)
        (run.session.work / OUTPUTS).unlink(missing_ok=True)
        with run.stage("apply"), _standing(run):
            mark_removal(run.session, leaving=False)
            try:
                run.told = run.terraform.apply(on_event=Progress(run.view))
            except NameTaken as error:
                raise as_whose(error, run.session.target, _new_buckets(run)) from error
            if run.adoption.told:
                run.terraform.amend(run.adoption.told)


def _new_buckets(run: Run) -> Iterator[str]:
    """The names of the buckets that the plan creates and this apply has not."""
    made = run.terraform.state()
    for one in run.planned.get("resource_changes", []):
        if one["type"] == "aws_s3_bucket" and "create" in one["change"]["actions"] and one["address"] not in made:
            yield str(one["change"]["after"].get("bucket", ""))


def write_outputs(run: Run) -> None:
    """An adoption is of some resources alone, and Terraform keeps only the outputs that hang on them.

    The others are written where nothing else is to change; what else is, a deployment's plan shows.
    """
    if run.adoption.imports and run.terraform.plan(on_event=Progress(run.view)):
        left = changes_in(run.terraform.show_json(PLAN))
        if left.outputs_change and not left.all:
            run.terraform.apply()


def _stand(number: int) -> str:
    return f"{counted(number, 'resource')} {'stands and is' if number == 1 else 'stand and are'}"


@contextmanager
def _standing(run: Run) -> Iterator[None]:
    """Who interrupts an apply is told what stands now; on an AWS that ends with the command, nothing does."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        if run.session.lasting:
            run.standing = len(run.terraform.state())
            run.view.note(
                f"interrupted: {_stand(run.standing)} in the state; "
                f"`tap deploy{run.settings.options()}` goes on from here"
            )
        raise


def outputs(run: Run) -> None:
    """What the deployment is reached by."""
    with run.stage("outputs"):
        known = run.session.work / OUTPUTS
        document = json.loads(known.read_text()) if known.is_file() else run.told or run.terraform.output()
        run.outputs = values_in(document, run.session.target)
        known.write_text(json.dumps(document))


def verify(run: Run) -> None:
    """After an apply, a plan is empty. Raises PlanNotEmpty."""
    if not run.changes.any:
        return  # the plan was empty to begin with
    with run.stage("verify"):
        if not run.terraform.is_plan_empty(Progress(run.view)):
            left = changes_in(run.terraform.show_json("verify.tfplan"))
            raise PlanNotEmpty(
                "the stack was applied, but a new plan is not empty",
                where=str(run.session.work),
                remedy="see `tap plan`; what is named here changes by itself, or is written in two forms",
                details=tuple(left.lines()),
            )


def tell_unconfirmed(run: Run) -> None:
    """Who has been asked to confirm a subscription and has not: a deployment can't do it for them."""
    configuration = configuration_in(run.session.work, run.session.identity)
    if not any(configuration.of_type(SUBSCRIPTION)):
        return
    from botocore.exceptions import ClientError

    from deployer.resources.confirmations import REMEDY, waiting  # loads the AWS SDK, as most deployments do not

    try:
        if told := waiting(run.session.target, configuration):
            run.view.note(f"{told}; {REMEDY}")
    except ClientError as error:
        run.view.note(f"whether its subscriptions are confirmed could not be seen: {error}")


def acquire_lock(run: Run) -> None:
    """Nobody else is at the state, and what an earlier deployment could not save is in it."""
    wait_for_lock(run)
    recover_unsaved_state(run)


def code_or_whole(run: Run) -> None:
    """The short way where only the code of functions changed; the whole way for anything else, and in doubt."""
    try:
        new, state = code_alone.new_code(run)
        if new:
            run.changes = code_alone.changes_of(new)
            run.view.note(f"only code changed: {', '.join(one.name for one in new)}")
            _each(run, (comply, agree))
            with run.stage("code"):
                code_alone.replace_code(run, new, state)
            return outputs(run)
    except code_alone.Doubt as doubt:
        run.view.note(f"the whole way, as {doubt}")
    _each(run, WHOLE)


WHOLE: Stages = (
    *(adopt, plan, finish_half_made, refuse_loss, comply, agree, record),
    *(apply, record_made, outputs, verify, code_alone.remember),
)
DEPLOY: Stages = (synth, init, acquire_lock, code_or_whole, tell_unconfirmed)
PLAN_ONLY: Stages = (synth, init, adopt, plan)
ADOPT: Stages = (
    synth,
    init,
    acquire_lock,
    adopt,
    plan_adoption,
    refuse_loss,
    record,
    apply,
    record_made,
    write_outputs,
)


def deploy(run: Run) -> Outputs:
    """All stages. Raises a TapError of the stage that stopped it."""
    run_stages(run, DEPLOY)
    return run.outputs


def plan_only(run: Run) -> Changes:
    """The stages up to the plan."""
    run_stages(run, PLAN_ONLY)
    return run.changes


def adopt_only(run: Run) -> Changes:
    """Takes into the state what exists, and creates nothing but what that needs."""
    run_stages(run, ADOPT)
    return run.changes


def run_stages(run: Run, stages: Stages) -> None:
    """Each stage, while no other `tap` of this checkout is at the environment."""
    require_known(run.settings.aws_region)
    require_valid_for(run.session.target)
    with exclusive(run):
        _each(run, stages)


def _each(run: Run, stages: Stages) -> None:
    for stage in stages:
        stage(run)


def outputs_of(run: Run) -> Outputs:
    """The outputs of what is deployed, without deploying. Raises NotDeployed."""
    known = run.session.work / OUTPUTS
    laid_out = (run.session.work / STACK_FILE).is_file()
    if known.is_file() and laid_out and not state_is_remote(run.session.work):
        return values_in(json.loads(known.read_text()), run.session.target)
    if run.settings.state_bucket or (
        laid_out and state_is_remote(run.session.work)
    ):  # somebody else may have deployed it
        synth(run)
        init(run)
    if found := values_in(run.terraform.output(), run.session.target):
        return found
    if not run.terraform.state():
        raise not_deployed(run)
    return {}


def values_in(document: Mapping[str, Any], target: Target) -> Outputs:
    """The values by name of what `terraform output -json` prints, as they are reached on the target."""
    return {name: target.reached(told["value"]) for name, told in document.items()}
