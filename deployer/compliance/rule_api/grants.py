"""What a role, user or group may do, by all policies of the configuration that it has. Imported by rules.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from deployer.compliance.policies import Statement, listed, statements_in
from deployer.compliance.rule_api.conditions import covers
from deployer.compliance.rule_api.names import Resource, named, resources
from deployer.compliance.rule_api.rule import Block, once_a_document

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
    """A statement, and the address where somebody is given it."""

    address: str
    statement: Statement


@once_a_document
def grants(block: Block) -> dict[str, list[Grant]]:
    """Every statement by the address of who has it."""
    found: dict[str, list[Grant]] = defaultdict(list)
    for bearer, policy, address in _granted(block):
        found[bearer].extend(Grant(address, one) for one in statements_of_policy(block, policy))
    return found


def gives(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action, by naming it, or by naming what it is not about."""
    if statement.not_actions:
        return not any(covers(one, action) for one in statement.not_actions)
    return any(covers(one, action) for one in statement.actions)


def statements_of_policy(block: Block, policy: Any) -> list[Statement]:
    """The statements of a policy: JSON, the ARN of one of AWS's own, or a reference to a policy document beside it."""
    if isinstance(policy, str) and (match := _MANAGED.search(policy)):
        service = (match[2] or "").lower()
        return [
            Statement(
                "Allow", (f"{_SERVICES.get(service, service)}:*" if service else "*",), resources=("*",), written=("*",)
            )
        ]
    if isinstance(policy, str) and (match := _DOCUMENT.fullmatch(policy)):
        values = block.document.get("data", {}).get("aws_iam_policy_document", {}).get(match[1], {})
        sources = [*listed(values.get("source_policy_documents")), *listed(values.get("override_policy_documents"))]
        own = list(statements_in({"statement": values.get("statement")}, "aws_iam_policy_document"))
        return own + [one for source in sources if source != policy for one in statements_of_policy(block, source)]
    return list(statements_in({"policy": policy}))


def _granted(block: Block) -> Iterator[tuple[str, Any, str]]:
    """Who has which policy, and where that is said."""
    for kind, found in list(resources(block).items()):
        for one in found:
            if kind in BEARERS:
                yield from ((one.address, policy, one.address) for policy in _of_bearer(block, one))
            elif match := _INLINE.fullmatch(kind):
                yield from _to(block, match[1], one.values.get(match[1]), one.values.get("policy"), one)
            elif match := _ATTACHED.fullmatch(kind):
                bearer = one.values.get(match[1]) or one.values.get(f"{match[1]}_name")
                for arn in [*listed(one.values.get("policy_arn")), *listed(one.values.get("policy_arns"))]:
                    yield from _to(block, match[1], bearer, _attached(block, arn), one)
            elif kind == "aws_iam_policy_attachment":
                for name in BEARERS.values():
                    for bearer in listed(one.values.get(f"{name}s")):
                        yield from _to(block, name, bearer, _attached(block, one.values.get("policy_arn")), one)


def _of_bearer(block: Block, bearer: Resource) -> Iterator[Any]:
    yield from (one.get("policy") for one in listed(bearer.values.get("inline_policy")) if isinstance(one, dict))
    yield from (_attached(block, arn) for arn in listed(bearer.values.get("managed_policy_arns")))


def _to(block: Block, kind: str, bearer: Any, policy: Any, where: Resource) -> Iterator[tuple[str, Any, str]]:
    """A bearer that is not beside it is known by what it is called."""
    found = named(block, bearer, f"aws_iam_{kind}")
    if policy and bearer:
        yield found.address if found else f"{kind} {bearer}", policy, where.address


def _attached(block: Block, arn: Any) -> Any:
    """The policy itself, where it is beside the attachment."""
    found = named(block, arn, "aws_iam_policy")
    return found.values.get("policy") if found else arn
