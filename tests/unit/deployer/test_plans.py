"""What a plan changes, and how an apply's progress is told."""

from pathlib import Path
from typing import Any

import pytest

from deployer import targets
from deployer.errors import WouldLoseData
from deployer.opening import Site
from deployer.places import Places
from deployer.plans import changes_in
from deployer.progress import Progress
from deployer.stages import Run, refuse_loss
from deployer.view import NoView
from stack.settings import Settings


def change(address: str, *actions: str) -> dict[str, Any]:
    return {"address": address, "type": address.split(".")[0], "change": {"actions": list(actions)}}


PLAN = {
    "resource_changes": [
        change("aws_sqs_queue.q", "create"),
        change("aws_iam_role.r", "update"),
        change("aws_dynamodb_table.t", "delete", "create"),
        change("aws_sns_topic.s", "delete"),
        change("aws_s3_bucket.b", "no-op"),
        change("data.aws_partition.p", "read"),
    ],
    "output_changes": {"a": {"actions": ["no-op"]}},
    "prior_state": {"values": {"root_module": {"resources": [{"mode": "managed"}, {"mode": "data"}]}}},
}


def test_changes_are_counted_by_kind_and_permissions_apart() -> None:
    """A plan is told as what it creates, changes, replaces and destroys; what stays is not told."""
    changes = changes_in(PLAN)

    assert (
        changes.summary() == "plan: 1 to create, 1 to change, 1 to replace, 1 to destroy (1 of them about permissions)"
    )
    assert [one["change"] for one in changes.to_json()["changes"]] == ["replace", "change", "destroy", "create"]
    assert changes.any


def test_what_was_interrupted_and_holds_data_is_told_as_kept() -> None:
    """A plan shows its replacement; `tap deploy` finishes it instead, and that is said beside it."""
    tainted = {**change("aws_s3_bucket.b", "delete", "create"), "action_reason": "replace_because_tainted"}
    changes = changes_in({"resource_changes": [tainted, change("aws_dynamodb_table.t", "delete", "create")]})

    table, bucket = changes.lines()
    assert bucket.startswith("replace  aws_s3_bucket.b, half made: `tap deploy` finishes it")
    assert table == "replace  aws_dynamodb_table.t, and the data in it"
    assert [one["kept"] for one in changes.to_json()["changes"]] == [False, True]


def test_a_first_deployment_is_told_from_a_later_one() -> None:
    """Only a plan over a state without resources is one from nothing; that decides what `tap run` may remove."""
    assert not changes_in(PLAN).from_nothing
    assert changes_in({"resource_changes": [], "prior_state": {"values": {"outputs": {}}}}).from_nothing


def test_an_empty_plan_has_nothing_to_apply() -> None:
    """No changes means no apply, unless an output changes."""
    nothing = {"resource_changes": [change("aws_s3_bucket.b", "no-op")], "output_changes": {}}
    outputs = {"output_changes": {"a": {"actions": ["create"]}}}

    assert not changes_in(nothing).any
    assert changes_in(nothing).summary() == "plan: nothing to change"
    assert changes_in(outputs).any


class Details(NoView):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def detail(self, text: str) -> None:
        self.seen.append(text)


def hook(kind: str, address: str, action: str = "create") -> dict[str, Any]:
    return {"type": kind, "hook": {"resource": {"addr": address}, "action": action}}


def test_progress_names_what_is_waited_for() -> None:
    """Each event moves a resource from waited for to done, out of all that the plan has."""
    view = Details()
    progress = Progress(view)

    progress({"type": "change_summary", "changes": {"operation": "plan", "add": 2, "change": 0, "remove": 0}})
    progress(hook("apply_start", "a.a"))
    progress(hook("apply_start", "b.b"))
    progress(hook("apply_complete", "a.a"))

    assert view.seen[-1] == "1 done of 2, creating b.b"


def test_what_is_adopted_is_told_and_applied() -> None:
    """An import that changes nothing is an empty change to Terraform, and still has to be applied."""
    adopted = {**change("aws_s3_bucket.b", "no-op")}
    adopted["change"]["importing"] = {"id": "b"}

    changes = changes_in({"resource_changes": [adopted]})

    assert changes.any
    assert changes.adopted == ("aws_s3_bucket.b",)
    assert changes.summary() == "plan: 1 to adopt"
    assert list(changes.lines()) == ["adopt    aws_s3_bucket.b"]
    assert not changes.from_nothing


def test_loss_of_data_is_refused_unless_it_is_meant(tmp_path: Path) -> None:
    """A plan that replaces the table stops before the apply and names it; `--allow-replace` lets it go on."""
    target = targets.emulator("embedded", "http://127.0.0.1:1", "us-east-1")
    run = Run(Settings(), Places(tmp_path), Site(target, tmp_path, tmp_path, lasting=True), NoView())
    run.changes = changes_in(PLAN)

    with pytest.raises(WouldLoseData, match=r"replace aws_dynamodb_table\.t(.|\n)*--allow-replace"):
        refuse_loss(run)

    run.allow_replace = True
    refuse_loss(run)
