"""What a plan changes, and how an apply's progress is told."""

from pathlib import Path
from typing import Any

import pytest

from deployer.console.progress import Progress
from deployer.console.view import NoView
from deployer.deploy.plan import Change, Changes, changes_in
from deployer.deploy.stages import refuse_loss
from deployer.deploy.working_directory import mark_removal
from deployer.errors import WouldLoseData
from deployer.targets import targets
from tests.unit.deployer.working_folder import run_in


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
        self.seen: list[tuple[str, int, int]] = []

    def detail(self, text: str, done: int = 0, of: int = 0) -> None:
        self.seen.append((text, done, of))


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

    assert view.seen[-1] == ("done, creating b.b", 1, 2)


def test_progress_names_what_has_not_begun_where_nothing_else_is_at_work() -> None:
    """The provider asks AWS about it first, at length where the endpoint does not know the question."""
    view = Details()
    progress = Progress(view)
    for address in ("a.a", "b.b"):
        progress({"type": "planned_change", "change": {"resource": {"addr": address}, "action": "create"}})
    progress(hook("apply_start", "a.a"))
    progress(hook("apply_complete", "a.a"))

    assert view.seen == [("done, creating a.a", 0, 2), ("done, waiting for b.b", 1, 2)]


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
    run = run_in(tmp_path, target)
    run.changes = changes_in(PLAN)

    with pytest.raises(WouldLoseData, match=r"replace aws_dynamodb_table\.t(.|\n)*--allow-replace"):
        refuse_loss(run)

    run.allow_replace = True
    refuse_loss(run)


def test_what_a_removal_took_before_it_was_killed_is_no_loss(tmp_path: Path) -> None:
    """Somebody meant it to go; the next deployment makes it anew."""
    target = targets.emulator("embedded", "http://127.0.0.1:1", "us-east-1")
    run = run_in(tmp_path, target)
    run.changes = Changes((Change("aws_s3_bucket.b", "aws_s3_bucket", "create", lost="b is gone"),))

    with pytest.raises(WouldLoseData):
        refuse_loss(run)

    mark_removal(run.session, leaving=True)
    refuse_loss(run)


@pytest.mark.parametrize(
    "type_",
    [
        *(
            "aws_db_instance",
            "aws_rds_cluster",
            "aws_efs_file_system",
            "aws_kinesis_stream",
            "aws_secretsmanager_secret",
        ),
        *("aws_ssm_parameter", "aws_cognito_user_pool", "aws_ecr_repository", "aws_backup_vault", "aws_ebs_volume"),
        *("aws_s3_object", "aws_instance", "random_password", "aws_of_tomorrow"),
    ],
)
def test_what_is_not_known_to_hold_nothing_counts_as_data(type_: str) -> None:
    """A type that holds data, or that nobody has looked at, is not replaced, destroyed or made anew unseen."""
    gone = changes_in(
        {
            "resource_changes": [change(f"{type_}.gone", "create")],
            "resource_drift": [dropped(f"{type_}.gone", "x")],
            "prior_state": standing(f"{type_}.other"),
        }
    )
    ends = [change(f"{type_}.a", "delete"), change(f"{type_}.b", "create", "delete")]
    ended = changes_in({"resource_changes": ends})

    assert [one.loses_data for one in (*gone.all, *ended.all)] == [True, True, True]


def test_a_half_made_thing_that_nobody_knows_how_to_finish_is_refused_and_not_kept() -> None:
    """A database whose creation failed would stand as it is, with nothing left to change."""
    tainted = {**change("aws_db_instance.d", "delete", "create"), "action_reason": "replace_because_tainted"}
    (one,) = changes_in({"resource_changes": [tainted]}).all

    assert one.loses_data
    assert not one.is_kept


def test_what_stands_in_a_module_counts_as_standing() -> None:
    """A key that is going is a loss where a table in a module still stands: not all of the environment is gone."""
    inner = {"resources": standing("aws_dynamodb_table.t")["values"]["root_module"]["resources"]}
    planned = {
        "resource_changes": [change("aws_kms_key.k", "create")],
        "resource_drift": [dropped("aws_kms_key.k", "k")],
        "prior_state": {"values": {"root_module": {"child_modules": [{"child_modules": [inner]}]}}},
    }

    assert [one.loses_data for one in changes_in(planned).all] == [True]


def dropped(address: str, id_: str) -> dict[str, Any]:
    """What the provider took for gone when it looked."""
    return {**change(address, "delete"), "change": {"actions": ["delete"], "before": {"id": id_}, "after": None}}


def standing(*addresses: str) -> dict[str, Any]:
    resources = [{"mode": "managed", "address": one, "type": one.split(".")[0]} for one in addresses]
    return {"values": {"root_module": {"resources": resources}}}


def test_a_key_that_somebody_scheduled_to_go_is_told_as_loss_with_what_brings_it_back() -> None:
    """The provider drops it from the state, and a plan creates another: what is encrypted would go with the first."""
    planned = {
        "resource_changes": [change("aws_kms_key.k", "create"), change("aws_iam_role.r", "create")],
        "resource_drift": [dropped("aws_kms_key.k", "0a-1b"), dropped("aws_iam_role.r", "r")],
        "prior_state": standing("aws_dynamodb_table.t"),
    }
    role, key = sorted(changes_in(planned).all, key=lambda one: one.type)

    assert key.loses_data
    assert "aws kms cancel-key-deletion --key-id 0a-1b" in key.lost
    assert not role.loses_data


@pytest.mark.parametrize("type_", ["aws_cloudwatch_log_group", "aws_sns_topic", "aws_sqs_queue", "aws_s3_bucket"])
def test_what_is_gone_for_good_is_made_anew_and_told(type_: str) -> None:
    """Another log group in the place of a deleted one loses nothing more; its destruction by a plan would."""
    changes = changes_in(
        {
            "resource_changes": [change(f"{type_}.gone", "create"), change(f"{type_}.new", "create")],
            "resource_drift": [dropped(f"{type_}.gone", "x")],
            "prior_state": standing("aws_dynamodb_table.t"),
        }
    )

    assert [one.loses_data for one in changes.all] == [False, False]
    assert [note.rpartition(": ")[2] for note in changes.notes()] == [f"{type_}.gone"]
    assert "deleted meanwhile" in next(changes.lines())
    assert Change("a", type_, "destroy").loses_data


def test_an_environment_that_is_gone_as_a_whole_begins_anew() -> None:
    """An emulator that was started again holds nothing, and there is nothing to lose."""
    planned = {
        "resource_changes": [change("aws_kms_key.k", "create"), change("aws_s3_bucket.b", "create")],
        "resource_drift": [dropped("aws_kms_key.k", "k"), dropped("aws_s3_bucket.b", "b")],
        "prior_state": standing("aws_iam_role.r"),
    }

    assert [one.loses_data for one in changes_in(planned).all] == [False, False]


@pytest.mark.parametrize(
    ("before", "after", "unknown", "lost"),
    [
        ("arn:aws:kms:::key/old", None, True, True),  # a key that the plan makes
        ("arn:aws:kms:::key/old", "arn:aws:kms:::key/other", False, False),  # one that somebody chose
        ("", None, True, False),  # encrypted with AWS's own until now
    ],
)
def test_what_would_stay_under_a_former_key_is_told_as_loss(
    before: str, after: str | None, unknown: bool, lost: bool
) -> None:
    """As when the state is lost and the key is going: a bucket is adopted, and a new key is made for it."""
    rule = {**change("aws_s3_bucket_server_side_encryption_configuration.e", "update")}
    rule["change"] |= {
        "before": {"rule": [{"apply": [{"kms_master_key_id": before}]}]},
        "after": {"rule": [{"apply": [{"kms_master_key_id": after}]}]},
        "after_unknown": {"rule": [{"apply": [{"kms_master_key_id": unknown}]}]},
    }
    (one,) = changes_in({"resource_changes": [rule]}).all

    assert one.loses_data is lost
