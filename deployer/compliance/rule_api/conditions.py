"""What a statement's conditions hold it to. Imported by the IAM rules."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from deployer.policy_documents import Statement, listed

POSITIVE = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress")
NEGATIVE = (
    "stringnotequals",
    "stringnotequalsignorecase",
    "stringnotlike",
    "arnnotequals",
    "arnnotlike",
    "notipaddress",
)
CALLER = (
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "aws:sourcevpc",
    "aws:sourcevpce", "aws:sourceip", "aws:vpcsourceip", "aws:principalorgid", "aws:principalorgpaths",
    "aws:principalarn", "aws:principalaccount", "aws:principaltag/", "aws:userid", "kms:calleraccount",
    "kms:viaservice", "s3:dataaccesspointaccount", "elasticfilesystem:accesspointarn", "sts:externalid",
)  # fmt: skip
FOR_WHOM = (
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceowner", "sts:externalid",
    "kms:encryptioncontext:", "kms:calleraccount", "kms:viaservice", "s3:x-amz-source-account",
)  # fmt: skip
_ANYBODY = re.compile(r"[*?]+|0\.0\.0\.0/0|::/0|[*?]+\.amazonaws\.com|arn(:aws[\w-]*)?(:[*?]*)+")


def holds_to(statement: Statement, keys: tuple[str, ...], operators: tuple[str, ...] = POSITIVE) -> bool:
    """Whether a condition names one of `keys`. One that also holds where the key is absent does not count."""
    for operator, values in _conditions(statement):
        bare = operator.lower().split(":")[-1]
        lenient = "forallvalues" in operator.lower() or bare.endswith("ifexists")
        if bare in operators and not lenient and any(_names(values, key) for key in keys):
            return True
    return False


def _conditions(statement: Statement) -> Iterator[tuple[str, dict[str, Any]]]:
    for operator, values in statement.conditions.items():
        if isinstance(values, dict):
            yield str(operator), values


def _names(conditions: dict[str, Any], key: str) -> bool:
    for name, values in conditions.items():
        told = name.lower()
        if (told == key or (key[-1] in "/:" and told.startswith(key))) and listed(values):
            return not any(is_anybody(str(one)) for one in listed(values))
    return False


def is_anybody(value: str) -> bool:
    """Whether a condition's value leaves nobody out."""
    return _ANYBODY.fullmatch(value) is not None


def principals(principal: Any, kind: str) -> list[str]:
    """Those of a `kind`, such as `Service`; `*` alone is everybody of `AWS`."""
    if isinstance(principal, str):
        return [principal] if kind == "AWS" else []
    return [str(one) for one in listed(principal.get(kind))] if isinstance(principal, dict) else []


def covers(pattern: str, action: str) -> bool:
    """Whether an action, or pattern of actions, is within the pattern."""
    return fnmatchcase(action.lower(), pattern.lower())


def is_denied_to_others(statement: Statement, statements: list[Statement]) -> bool:
    """Whether a Deny beside it takes from everybody else what the statement gives."""
    for one in statements:
        if one.allows or one.path != statement.path or "*" not in principals(one.principal, "AWS"):
            continue
        if holds_to(one, CALLER, NEGATIVE) and all(
            any(covers(pattern, action) for pattern in one.actions) for action in statement.actions
        ):
            return True
    return False


def where(statement: Statement) -> str:
    """The statement, as a message names it."""
    return f"{statement.path} ({statement.sid})" if statement.sid else statement.path or "a statement"


ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
