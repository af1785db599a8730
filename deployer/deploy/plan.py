"""What a plan changes, for people and programs: create, change, replace, destroy, and what touches IAM apart."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployer.deploy.differences import Difference, differences_in, shown
from deployer.resources.stateless import holds_data
from deployer.terraform.plan_json import resources_in

_KINDS = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
# What may be finished when its creation was interrupted: all of its arguments can be set on what is there. Of other
# types nobody looked: a database whose creation failed would stand as it is, and a plan would find nothing to change.
_FINISHED = {"aws_s3_bucket", "aws_dynamodb_table", "aws_kms_key", "aws_sqs_queue"}
# How what is going comes back; the provider takes it for gone already, and a plan would put another in its place.
_BACK = {
    # https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-scheduling-key-deletion.html
    "aws_kms_key": "`aws kms cancel-key-deletion --key-id {id}`, then `enable-key`, while it is only scheduled to go",
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html
    "aws_dynamodb_table": "a backup or a point in time of {id} can be restored",
}
# What is gone at once and for good when somebody deletes it: nothing of it can be brought back, so another in its place
# loses nothing more. Of any other type it may only be going, or a backup of it may be restored. A bucket is empty when
# it goes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html
# https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
_GONE_FOR_GOOD = {"aws_cloudwatch_log_group", "aws_s3_bucket", "aws_sns_topic", "aws_sqs_queue"}
_ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"
_KEY = re.compile(r"kms_(master_)?key_(id|arn)")
_TAINTED = "replace_because_tainted"
_IAM = ("aws_iam_", "aws_lambda_permission", "aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy")


@dataclass(frozen=True)
class Change:
    """One resource that a plan changes."""

    address: str
    type: str
    kind: str  # create | change | replace | destroy
    half_made: bool = False  # whether it is replaced only because its creation was interrupted
    lost: str = ""  # why what it held could not be read any more, though nothing of it is destroyed by the plan
    gone: bool = False  # whether it is made anew because somebody deleted it, and nothing of it can be brought back
    differences: tuple[Difference, ...] = ()

    @property
    def loses_data(self) -> bool:
        """Whether what it holds would be gone for good."""
        return bool(self.lost) or (holds_data(self.type) and self.kind in ("replace", "destroy"))

    @property
    def is_kept(self) -> bool:
        """Whether a deployment finishes it instead: it holds data, and only its creation was interrupted."""
        return self.type in _FINISHED and self.loses_data and self.half_made

    @property
    def is_iam(self) -> bool:
        """Whether it changes who may do what."""
        return self.type.startswith(_IAM)


@dataclass(frozen=True)
class Changes:
    """All that a plan changes."""

    all: tuple[Change, ...] = ()
    outputs_change: bool = False
    from_nothing: bool = False  # whether the state held nothing before
    adopted: tuple[str, ...] = ()  # addresses of what exists and is taken into the state

    @property
    def any(self) -> bool:
        return bool(self.all) or self.outputs_change or bool(self.adopted)

    def count(self, kind: str) -> int:
        return sum(change.kind == kind for change in self.all)

    def summary(self) -> str:
        """One line for people."""
        adopted = [f"{len(self.adopted)} to adopt"] if self.adopted else []
        if not self.all and not adopted:
            return "plan: only outputs change" if self.outputs_change else "plan: nothing to change"
        told = adopted + [
            f"{self.count(kind)} to {kind}" for kind in ("create", "change", "replace", "destroy") if self.count(kind)
        ]
        iam = sum(change.is_iam for change in self.all)
        return f"plan: {', '.join(told)}" + (f" ({iam} of them about permissions)" if iam else "")

    def lines(self) -> Iterator[str]:
        """One line for each change."""
        yield from (f"{'adopt':<8} {address}" for address in self.adopted)
        yield from map(_line, self.all)

    def details(self) -> Iterator[str]:
        """The same, and below each what changes in it; at most 80 columns wide but for an address."""
        yield from (f"{'adopt':<8} {address}" for address in self.adopted)
        for change in self.all:
            yield _line(change)
            yield from shown(change.differences)

    def notes(self) -> Iterator[str]:
        """What somebody deleted and is made anew, for who deploys."""
        if gone := [change.address for change in self.all if change.gone]:
            yield f"deleted meanwhile and not by Terraform, with what they held; made anew: {', '.join(gone)}"

    def to_json(self) -> dict[str, Any]:
        """As `tap plan --json` prints it."""
        return {
            "changes": [
                {
                    "address": one.address,
                    "type": one.type,
                    "change": one.kind,
                    "iam": one.is_iam,
                    "kept": one.is_kept,
                    "loses_data": one.loses_data,
                    "lost": one.lost,
                    "differences": [each.to_json() for each in one.differences],
                }
                for one in self.all
            ],
            "adopted": list(self.adopted),
            "outputs_change": self.outputs_change,
        }


def _line(change: Change) -> str:
    return f"{change.kind:<8} {change.address}{_fate(change)}"


def _fate(change: Change) -> str:
    if change.lost:
        return f": {change.lost}"
    if change.gone:
        return ", deleted meanwhile and not by Terraform, with what it held"
    if change.is_kept:
        return ", half made: `tap deploy` finishes it and keeps what it holds"
    return ", and the data in it" if change.loses_data else ""


def changes_in(plan: Mapping[str, Any]) -> Changes:
    """From what `terraform show -json PLAN` prints."""
    found, missing = [], _missing(plan)
    for one in plan.get("resource_changes", []):
        if kind := _KINDS.get(tuple(one["change"]["actions"])):
            address, half_made = one["address"], one.get("action_reason") == _TAINTED
            gone = address in missing and one["type"] in _GONE_FOR_GOOD
            lost = missing.get(address, "") if not gone else ""
            differences = differences_in(one["change"])
            found.append(Change(address, one["type"], kind, half_made, lost or _left_under(one), gone, differences))
    outputs = any(one["actions"] != ["no-op"] for one in plan.get("output_changes", {}).values())
    managed = _standing(plan)
    adopted = sorted(one["address"] for one in plan.get("resource_changes", []) if "importing" in one["change"])
    ordered = tuple(sorted(found, key=lambda change: change.address))
    return Changes(ordered, outputs, from_nothing=not managed and not adopted, adopted=tuple(adopted))


def _standing(plan: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the state holds and AWS still tells of."""
    before = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
    return [one for one in resources_in(before) if one.get("mode") == "managed"]


def _missing(plan: Mapping[str, Any]) -> dict[str, str]:
    """What holds data, is in the state, and AWS no longer tells of: by address, what may bring the data back.

    Nothing where all that holds data is gone: an environment that is gone as a whole begins anew.
    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    """
    if not any(holds_data(one.get("type", "")) for one in _standing(plan)):
        return {}
    dropped = [one for one in plan.get("resource_drift", []) if one["change"]["actions"] == ["delete"]]
    return {
        one["address"]: f"{one['change']['before']['id']} is gone, or is going, and not by Terraform; "
        + _BACK.get(one["type"], "another would take its place").format(id=one["change"]["before"]["id"])
        for one in dropped if holds_data(one["type"])
    }  # fmt: skip


def _left_under(one: Mapping[str, Any]) -> str:
    """Why data would be lost where what is there stays under a former key, and one that is still to be made follows."""
    if not (holds_data(one["type"]) or one["type"] == _ENCRYPTION) or one["change"]["actions"] != ["update"]:
        return ""
    unknown = set(_keys_in(one["change"].get("after_unknown"), lambda value: value is True))
    former = _keys_in(one["change"].get("before"), lambda value: isinstance(value, str) and bool(value))
    left = sorted({value for path, value in former.items() if path in unknown})
    return f"what it holds stays under {', '.join(left)}, and a new key takes its place" if left else ""


def _keys_in(value: Any, wanted: Callable[[Any], bool], path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    """The arguments that name a KMS key, by their path, as far as their value is wanted."""
    inner = dict(enumerate(value)) if isinstance(value, list) else value
    if not isinstance(inner, Mapping):
        return {path: value} if path and _KEY.fullmatch(str(path[-1])) and wanted(value) else {}
    return {found: one for name, each in inner.items() for found, one in _keys_in(each, wanted, (*path, name)).items()}
