"""TAP_NOTIFY_1: a notification without a target erases those that are there; one before its permission is refused."""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.links import is_true, is_unknown, unknown
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import listed

TARGETS = {"lambda_function": "lambda_function_arn", "queue": "queue_arn", "topic": "topic_arn"}


class Notifications(Rule):
    id = "TAP_NOTIFY_1"
    title = "A bucket's notification has targets, and comes after their permission"
    mend = "give each target its ARN and events, and depends_on=[the LambdaPermission]"
    types = ("aws_s3_bucket_notification",)

    def judge(self, block: Block) -> Iterator[Offence]:
        marks = block.unknown if isinstance(block.unknown, dict) else {}
        found = {name: listed(block.values.get(name)) for name in TARGETS}
        if not any(found.values()) and not is_true(block.values.get("eventbridge")) and not any(
                unknown(block, name) for name in TARGETS):  # fmt: skip
            yield Offence("it has no target")
        for name, targets in found.items():
            for at, target in enumerate(targets):
                yield from _target(name, target, _marks(marks.get(name), at))
        if block.is_written and found["lambda_function"] and not _is_after_permission(block.values.get("depends_on")):
            yield Offence("it does not depend on a permission for the function")


def _target(name: str, target: Any, marks: dict[str, Any]) -> Iterator[Offence]:
    if isinstance(target, dict):
        if not target.get(TARGETS[name]) and not is_unknown(marks.get(TARGETS[name])):
            yield Offence(f"a {name} has no ARN")
        if not target.get("events") and not is_unknown(marks.get("events")):
            yield Offence(f"a {name} has no events")


def _marks(marks: Any, at: int) -> dict[str, Any]:
    mark = marks[at] if isinstance(marks, list) and at < len(marks) else {}
    return mark if isinstance(mark, dict) else {}


def _is_after_permission(depends_on: Any) -> bool:
    """A module may hold the permission."""
    return any(str(one).startswith(("aws_lambda_permission.", "module.")) for one in listed(depends_on))
