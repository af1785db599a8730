"""TAP_UNREADABLE_1: a policy that is only known after apply is judged by nobody, so it may not stay so.

Only a plan shows it, or what a configuration evaluates to. As it is written a policy may be any expression. Attributes
that are not configured are the provider's to fill in, and no policy of ours.
"""

from collections.abc import Iterator

from deployer.compliance.rule_api.links import expressions_of, is_unknown
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import POLICY_NAMES, decoded, listed, statements_in
from deployer.template_strings import OPAQUE

JUDGED_ITSELF = ("${data.aws_iam_policy_document.",)  # where it stands, also if nobody can say which of several it is


class PolicyReadable(Rule):
    id = "TAP_UNREADABLE_1"
    title = "A policy is known when the stack is planned"
    mend = "build the policy from names, variables and data that a plan knows, not from attributes of new resources"
    types = ("aws_*",)

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.is_evaluated:
            yield from _evaluated(block)
            return
        if not block.is_planned or not isinstance(block.unknown, dict):
            return
        expressions = expressions_of(block) or {}
        for name in POLICY_NAMES:
            if name in expressions and is_unknown(block.unknown.get(name)):
                yield Offence(f"{name} is not known before apply, so nobody can judge it")


def _evaluated(block: Block) -> Iterator[Offence]:
    for name in POLICY_NAMES:
        for value in listed(block.values.get(name)):
            text = value.get("policy") if isinstance(value, dict) else value
            if isinstance(text, str) and "${" in text and not text.startswith(JUDGED_ITSELF) and decoded(text) is None:
                yield Offence(f"{name} is {text[:80]}, which nobody can judge")
    for statement in statements_in(block.values, block.type):
        if statement.allows and OPAQUE in statement.actions:
            yield Offence(f"the actions of {statement.path} are not known, so nobody can judge them", "MEDIUM")
