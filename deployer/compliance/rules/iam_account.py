"""TAP_IAM_5: an account's number in a policy grants to that account wherever the stack is deployed.

A number is a variable's or data's to give. Of another account, an external id or organisation as condition is honoured;
accounts of AWS itself, to which load balancers and the like belong, are no secret and no choice.
"""

from collections.abc import Iterator
from typing import Any

from deployer.compliance.rule_api.conditions import ACCOUNT, holds_to, where
from deployer.compliance.rule_api.rule import Block, Offence, Rule, once_a_document
from deployer.policy_documents import Statement, statements_in
from deployer.template_strings import literals, walk
from deployer.terraform.plan_json import resources_in

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
_LISTED = """
127311923021 033677994240 027434742980 797873946194 098369216593 754344448648 589379963580 718504428378
383597477331 600734575887 114774131450 783225319266 582318560864 985666609251 054676820928 156460612806
652711504416 009996457667 897822967062 076674570225 507241528517 048591011584 190560391635 638102146993
037604701340 386209384616
"""
OF_AWS = frozenset(_LISTED.split())
KNOWN_BY = ("sts:externalid", "aws:principalorgid", "aws:principalorgpaths")
ATTRIBUTES = ("principal", "source_account", "source_arn")


class IamAccount(Rule):
    id = "TAP_IAM_5"
    title = "No policy has an account's number in it"
    mend = (
        "take the number from data.aws_caller_identity, or give it as a variable; of a partner, ask for an external id"
    )
    kinds = ("resource", "data", "locals")

    def judge(self, block: Block) -> Iterator[Offence]:
        if block.is_evaluated:
            return  # what variables come to is theirs to say; literals are seen as they are written
        given = given_to(block) if block.is_planned else OF_AWS
        if block.kind == "locals":
            yield from _locals(block.values)
            return
        for statement in statements_in(block.values, block.type):
            for number in sorted(_numbers(statement) - given):
                yield Offence(f"{where(statement)} names the account {number}", "MEDIUM")
        if block.type == "aws_lambda_permission":
            for name in ATTRIBUTES:
                for number in sorted(set(ACCOUNT.findall(str(block.values.get(name) or ""))) - given):
                    yield Offence(f"{name} names the account {number}", "MEDIUM")


def _numbers(statement: Statement) -> set[str]:
    if holds_to(statement, KNOWN_BY):
        return set()
    places = (statement.principal, statement.not_principal, statement.resources, statement.not_resources,
              statement.conditions)  # fmt: skip
    found = (literal for place in places for _, text in walk(_lists(place)) for literal in literals(text))
    return {number for text in found for number in ACCOUNT.findall(text) if _is_account(text, number)}


def _lists(node: Any) -> Any:
    return list(node) if isinstance(node, tuple) else node


def _is_account(text: str, number: str) -> bool:
    """Twelve digits are an account's where an ARN has it, or alone; else they are part of a name."""
    if text == number:
        return True
    fields = text.split(":", 5)
    return fields[0] == "arn" and len(fields) > 5 and number in fields[4]


def _locals(values: Any) -> Iterator[Offence]:
    for path, text in walk(values):
        if ACCOUNT.fullmatch(text) and any("account" in name.lower() for name in path) and text not in OF_AWS:
            yield Offence(f"{'.'.join(path)} is the account {text}", "MEDIUM")


@once_a_document
def given_to(block: Block) -> set[str]:
    """The numbers that its plan was made with: by variables, by its providers, as AWS said, or of what is there."""
    plan = block.document
    sources: list[Any] = [variable.get("value") for variable in plan.get("variables", {}).values()]
    sources.append(plan.get("configuration", {}).get("provider_config"))
    state = ((plan.get("prior_state") or {}).get("values") or {}).get("root_module") or {}
    sources += [[one["values"].get(name) for name in ("account_id", "arn", "owner_id")] for one in resources_in(state)]
    return {number for source in sources for _, text in walk(source) for number in ACCOUNT.findall(text)} | OF_AWS
