"""TAP_IAM_6: a managed policy with full access is a wildcard that AWS wrote: every action, on every resource."""

import re
from collections.abc import Iterator

from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import listed

WIDE = re.compile(
    r":iam::aws:policy/(?:[\w-]+/)*(AdministratorAccess[\w-]*|PowerUserAccess|SystemAdministrator|"
    r"DatabaseAdministrator|NetworkAdministrator|[\w-]*FullAccess(?:V\d)?)$"
)
LOOKUP = re.compile(r"\$\{data\.aws_iam_policy\.([\w-]+)\.arn\}")


class IamManaged(Rule):
    id = "TAP_IAM_6"
    title = "No role has a managed policy with full access"
    mend = "write a policy with the actions that are called, on the resources they are called on"
    types = ("aws_iam_*", "aws_ssoadmin_managed_policy_attachment")

    def judge(self, block: Block) -> Iterator[Offence]:
        named = [block.values.get(name) for name in ("policy_arn", "managed_policy_arn")]
        for arn in [*named, *listed(block.values.get("managed_policy_arns"))]:
            if match := WIDE.search(_looked_up(block, str(arn or ""))):
                yield Offence(
                    f"the managed policy {match[1]} is attached", "CRITICAL" if "Admin" in match[1] else "HIGH"
                )


def _looked_up(block: Block, arn: str) -> str:
    """The ARN of a managed policy that a data source looks up by its name."""
    if match := LOOKUP.fullmatch(arn):
        found = block.document.get("data", {}).get("aws_iam_policy", {}).get(match[1], {})
        return str(found.get("arn") or f":iam::aws:policy/{found.get('name')}")
    return arn
