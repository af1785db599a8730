"""TAP_TLS_1: what is read or written without TLS can be read by who stands between."""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.conditions import principals
from deployer.compliance.rule_api.links import is_open, linked
from deployer.compliance.rule_api.rule import Block, Offence, Rule
from deployer.policy_documents import Statement, listed, statements_in


class TlsOnly(Rule):
    id = "TAP_TLS_1"
    title = "A bucket is reached by TLS only"
    mend = "add a bucket policy that denies s3:* to everybody where aws:SecureTransport is false"
    types = ("aws_s3_bucket",)

    def judge(self, block: Block) -> Iterator[Offence]:
        policies = [one.get("policy") for one in linked(block, "aws_s3_bucket_policy", "bucket", "bucket", "id")]
        policies.append(block.values.get("policy"))
        if not any(_is_tls_only(one) for one in policies if one):
            yield Offence("no policy of the bucket denies what comes without TLS", "MEDIUM")


def _is_tls_only(policy: Any) -> bool:
    """A policy that is an expression as a whole is judged where it is evaluated."""
    if is_open(policy) and str(policy).startswith("${"):
        return True
    return any(map(_denies_plain, statements_in({"policy": policy})))


def _denies_plain(one: Statement) -> bool:
    for operator, keys in one.conditions.items():
        told = {str(name).lower(): values for name, values in keys.items()}
        if operator.lower().startswith("bool") and [str(each).lower() for each in listed(told.get(
                "aws:securetransport"))] == ["false"]:  # fmt: skip
            wide = any(action in ("*", "s3:*") for action in one.actions)
            return not one.allows and wide and "*" in principals(one.principal, "AWS")
    return False
