"""What a role, user or group may do, by all policies of the configuration that it has. Imported by rules.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployer.compliance.rule_api.conditions import covers
from deployer.compliance.rule_api.names import Resource, named, resources
from deployer.compliance.rule_api.rule import Block, once_a_document
from deployer.policy_documents import Statement, listed, statements_in

BEARERS = {"aws_iam_role": "role", "aws_iam_user": "user", "aws_iam_group": "group"}
_DOCUMENT = re.compile(r"\$\{data\.aws_iam_policy_document\.([\w-]+)(?:\[[^\]]*\])?\.(?:minified_)?json\}")
# what AWS's own policies for whole services come to; those that grant less are read by nobody here
_MANAGED = re.compile(
    r":iam::aws:policy/(?:[\w-]+/)*(AdministratorAccess|PowerUserAccess|(?:Amazon|AWS)(\w+?)_?FullAccess)$"
)
_SERVICES = {"eventbridge": "events", "stepfunctions": "states", "s3": "s3"}
_INLINE = re.compile(r"aws_iam_(role|user|group)_policy")
_ATTACHED = re.compile(r"aws_iam_(role|user|group)_policy_attachments?(?:_exclusive)?")


@dataclass(frozen=True)
class Grant:
    """A statement, and the address where it is written: of the policy, the document, or who has it."""

    address: str
    statement: Statement


@once_a_document
def grants(block: Block) -> dict[str, list[Grant]]:
    """Every statement by the address of who has it; a user has those of its groups."""
    found: dict[str, list[Grant]] = defaultdict(list)
    for bearer, policy, address in _granted(block):
        found[bearer].extend(_read(block, policy, address))
    for user, group in _memberships(block):
        found[user].extend(found.get(group, ()))
    return found


@once_a_document
def _bearers_at(block: Block) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for bearer, given in grants(block).items():
        for address in {one.address for one in given}:
            found[address].append(bearer)
    return found


def bearers_of(block: Block) -> list[str]:
    """The addresses of those who have what the block grants."""
    return _bearers_at(block).get(block.address, [])


def beside(block: Block) -> list[Statement]:
    """All statements of those who have what the block grants, whichever policy gives them."""
    given = grants(block)
    return [one.statement for bearer in bearers_of(block) for one in given[bearer]]


def gives(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action, by naming it, or by naming what it is not about."""
    if statement.not_actions:
        return not any(covers(one, action) for one in statement.not_actions)
    return any(covers(one, action) for one in statement.actions)


def _read(block: Block, policy: Any, address: str) -> Iterator[Grant]:
    """A policy is JSON, the ARN of one of AWS's own, or a reference to a policy document beside it."""
    text = policy if isinstance(policy, str) else ""
    if match := _MANAGED.search(text):
        service = (match[2] or "").lower()
        action = f"{_SERVICES.get(service, service)}:*" if service else "*"
        yield Grant(address, Statement("Allow", (action,), resources=("*",), written=("*",)))
    elif match := _DOCUMENT.fullmatch(text):
        yield from _of_document(block, match[1], text)
    else:
        yield from (Grant(address, one) for one in statements_in({"policy": policy}))


def _of_document(block: Block, name: str, reference: str) -> Iterator[Grant]:
    address = f"data.aws_iam_policy_document.{name}"
    values = block.document.get("data", {}).get("aws_iam_policy_document", {}).get(name, {})
    told = {"statement": values.get("statement")}
    yield from (Grant(address, one) for one in statements_in(told, "aws_iam_policy_document"))
    for source in ("source_policy_documents", "override_policy_documents"):
        for one in listed(values.get(source)):
            yield from _read(block, one, address) if one != reference else ()


def _memberships(block: Block) -> Iterator[tuple[str, str]]:
    """Users with their groups."""
    pairs = [(user, one.values.get("group")) for one in resources(block).get("aws_iam_group_membership", ())
             for user in listed(one.values.get("users"))]  # fmt: skip
    pairs += [(one.values.get("user"), group) for one in resources(block).get("aws_iam_user_group_membership", ())
              for group in listed(one.values.get("groups"))]  # fmt: skip
    for user, group in pairs:
        found = named(block, user, "aws_iam_user"), named(block, group, "aws_iam_group")
        if found[0] and found[1]:
            yield found[0].address, found[1].address


def _granted(block: Block) -> Iterator[tuple[str, Any, str]]:
    """Who has which policy, and where it is written."""
    for kind, found in list(resources(block).items()):
        for one in found:
            if kind in BEARERS:
                yield from _of_bearer(block, one)
            elif match := _INLINE.fullmatch(kind):
                yield from _to(block, match[1], one.values.get(match[1]), one.values.get("policy"), one.address)
            elif match := _ATTACHED.fullmatch(kind):
                yield from _attachment(block, match[1], one)
            elif kind == "aws_iam_policy_attachment":
                yield from _attachments(block, one)


def _of_bearer(block: Block, bearer: Resource) -> Iterator[tuple[str, Any, str]]:
    for inline in listed(bearer.values.get("inline_policy")):
        if isinstance(inline, dict):
            yield bearer.address, inline.get("policy"), bearer.address
    for arn in listed(bearer.values.get("managed_policy_arns")):
        yield bearer.address, *_attached(block, arn, bearer.address)


def _attachment(block: Block, kind: str, one: Resource) -> Iterator[tuple[str, Any, str]]:
    bearer = one.values.get(kind) or one.values.get(f"{kind}_name")
    for arn in [*listed(one.values.get("policy_arn")), *listed(one.values.get("policy_arns"))]:
        yield from _to(block, kind, bearer, *_attached(block, arn, one.address))


def _attachments(block: Block, one: Resource) -> Iterator[tuple[str, Any, str]]:
    """The one resource that attaches to several."""
    for kind in BEARERS.values():
        for bearer in listed(one.values.get(f"{kind}s")):
            yield from _to(block, kind, bearer, *_attached(block, one.values.get("policy_arn"), one.address))


def _to(block: Block, kind: str, bearer: Any, policy: Any, address: str) -> Iterator[tuple[str, Any, str]]:
    """A bearer that is not beside it is known by what it is called."""
    found = named(block, bearer, f"aws_iam_{kind}")
    if policy and bearer:
        yield found.address if found else f"{kind} {bearer}", policy, address


def _attached(block: Block, arn: Any, address: str) -> tuple[Any, str]:
    """The policy itself and where it is, if it is beside the attachment."""
    found = named(block, arn, "aws_iam_policy")
    return (found.values.get("policy"), found.address) if found else (arn, address)
