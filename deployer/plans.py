"""What a plan changes, for people and programs: create, change, replace, destroy, and what touches IAM apart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_KINDS = {
    ("create",): "create",
    ("update",): "change",
    ("delete",): "destroy",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
}
# what holds data that nobody can make again, or the key to them
_DATA = {"aws_s3_bucket", "aws_dynamodb_table", "aws_kms_key", "aws_sqs_queue"}
_TAINTED = "replace_because_tainted"
_IAM = ("aws_iam_", "aws_lambda_permission", "aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_sqs_queue_policy")


@dataclass(frozen=True)
class Change:
    """One resource that a plan changes."""

    address: str
    type: str
    kind: str  # create | change | replace | destroy
    half_made: bool = False  # whether it is replaced only because its creation was interrupted

    @property
    def loses_data(self) -> bool:
        """Whether what it holds would be gone for good."""
        return self.type in _DATA and self.kind in ("replace", "destroy")

    @property
    def is_kept(self) -> bool:
        """Whether a deployment finishes it instead: it holds data, and only its creation was interrupted."""
        return self.loses_data and self.half_made

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
        yield from (f"{change.kind:<8} {change.address}{_fate(change)}" for change in self.all)

    def to_json(self) -> dict[str, Any]:
        """As `tap plan --json` prints it."""
        return {
            "changes": [
                {"address": one.address, "type": one.type, "change": one.kind, "iam": one.is_iam, "kept": one.is_kept}
                for one in self.all
            ],
            "adopted": list(self.adopted),
            "outputs_change": self.outputs_change,
        }


def _fate(change: Change) -> str:
    if change.is_kept:
        return ", half made: `tap deploy` finishes it and keeps what it holds"
    return ", and the data in it" if change.loses_data else ""


def changes_in(plan: Mapping[str, Any]) -> Changes:
    """From what `terraform show -json PLAN` prints."""
    found = []
    for one in plan.get("resource_changes", []):
        if kind := _KINDS.get(tuple(one["change"]["actions"])):
            found.append(Change(one["address"], one["type"], kind, one.get("action_reason") == _TAINTED))
    outputs = any(one["actions"] != ["no-op"] for one in plan.get("output_changes", {}).values())
    before = plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", [])
    managed = [one for one in before if one.get("mode") == "managed"]
    adopted = sorted(one["address"] for one in plan.get("resource_changes", []) if "importing" in one["change"])
    ordered = tuple(sorted(found, key=lambda change: change.address))
    return Changes(ordered, outputs, from_nothing=not managed and not adopted, adopted=tuple(adopted))
