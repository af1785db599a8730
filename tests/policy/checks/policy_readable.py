"""TAP_UNREADABLE_1: a policy that is only known after apply is judged by nobody, so it may not stay so.

Only a plan shows it. In the configuration a policy may be any expression; the plan has what becomes of it. Attributes
that are not configured are the provider's to fill in, and no policy of ours.
"""

from collections.abc import Iterator
from typing import Any

from tap_rules.rule import Block, Offence, Rule

POLICIES = ("policy", "assume_role_policy", "policy_document", "access_policy", "access_policies", "inline_policy")


class PolicyReadable(Rule):
    id = "TAP_UNREADABLE_1"
    title = "A policy is known when the stack is planned"
    mend = "build the policy from names, variables and data that a plan knows, not from attributes of new resources"
    types = ("aws_*",)

    def judge(self, block: Block) -> Iterator[Offence]:
        if not block.is_planned or not isinstance(block.unknown, dict):
            return
        configured = expressions(block)
        for name in POLICIES:
            if name in configured and is_unknown(block.unknown.get(name)):
                yield Offence(f"{name} is not known before apply, so nobody can judge it")


def is_unknown(marks: Any) -> bool:
    """Whether a plan marks a value, or any part of it, as known after apply only."""
    if isinstance(marks, dict):
        return any(is_unknown(value) for value in marks.values())
    if isinstance(marks, list):
        return any(is_unknown(value) for value in marks)
    return marks is True


def expressions(block: Block) -> set[str]:
    """The attributes that the configuration gives to resources of this type and name, in whichever module."""
    name = block.address.split("[")[0] if block.address.endswith("]") else block.address
    wanted = (block.type, name.rpartition(".")[2])
    root = block.document.get("configuration", {}).get("root_module", {})
    found = [one for one in configured_in(root) if (one["type"], one["name"]) == wanted]
    return {key for one in found for key in one.get("expressions", {})}


def configured_in(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for call in module.get("module_calls", {}).values():
        yield from configured_in(call.get("module", {}))
