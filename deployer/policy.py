"""`tap policy`: IAM policies for who works with an environment, made of what the synthesised stack consists of.

Names and ARNs are the stack's, actions those of deployer/estate/permissions.py. What has no name before it exists (a
key, an API) is held to the environment's tags.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any

from deployer.estate import permissions
from deployer.estate.configuration import Configuration
from deployer.estate.kinds import KINDS
from deployer.estate.permissions import CONDITIONS, DEPLOYING, PASSED, Ask

if TYPE_CHECKING:
    from stack.settings import Settings

# Characters without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MANAGED_LIMIT = 6144
NIGHTLY = "it-*"  # the suffixes of test sessions: tests/integration/deployment.py
ACCOUNT = "ACCOUNT_ID"  # stands in the ARNs where nobody said which account
Document = dict[str, Any]
_PLACE = re.compile(r"\{(aws_\w+)\}")


@dataclass(frozen=True)
class Scope:
    """What the policies are for: one environment of a stack, or those whose suffixes a pattern matches.

    Args:
        configuration: the synthesised stack, in the environment `suffix`.
        pattern: what stands in the suffix's place in the policies.
    """

    configuration: Configuration
    partition: str
    region: str
    account: str
    suffix: str
    pattern: str
    construct: str
    state_bucket: str = ""

    @classmethod
    def of(cls, configuration: Configuration, settings: "Settings", *, partition: str, account: str) -> "Scope":
        """That of the environment that the settings name."""
        suffix = settings.environment_suffix
        return cls(
            configuration, partition, settings.aws_region, account, suffix, suffix, settings.construct_id,
            settings.state_bucket,
        )  # fmt: skip


def policies(scope: Scope) -> dict[str, Document]:
    """The policies by name: `deploy-1` and on, `files`, and `bootstrap` where there is a state bucket.

    Each is below the limit of a managed policy. Who deploys gets all of `deploy`; who sends files gets `files`.
    """
    state = bool(scope.state_bucket)
    deploying = [*_deploying(scope), *(permissions.STATE if state else ())]
    sending = [*permissions.FILES, *(permissions.READ_STATE if state else ())]
    found = {
        **_numbered("deploy", statements(scope, deploying)),
        "files": _document(statements(scope, sending)),
    }
    return {**found, "bootstrap": _document(statements(scope, permissions.BOOTSTRAP))} if state else found


def nightly_policies(scope: Scope) -> dict[str, Document]:
    """Those of `make smoke-live`: it deploys, sends a file, removes all, and what earlier nights left.

    Their suffixes are their own, and their state goes with the run.
    """
    night = replace(scope, pattern=NIGHTLY, state_bucket="")
    return _numbered("nightly", statements(night, [*_deploying(night), *permissions.FILES, *permissions.EXPIRED]))


def statements(scope: Scope, asks: Iterable[Ask]) -> list[Document]:
    """One statement for all actions on the same resources under the same condition, in a stable order."""
    merged: dict[tuple[tuple[str, ...], str], set[str]] = {}
    for ask in asks:
        for resources, condition in _held(scope, ask):
            key = (tuple(sorted(resources)), json.dumps(condition, sort_keys=True))
            merged.setdefault(key, set()).update(f"{ask.service}:{action}" for action in ask.actions)
    return [
        {
            "Effect": "Allow", "Action": sorted(actions), "Resource": list(resources),
            **({"Condition": json.loads(condition)} if condition != "{}" else {}),
        }
        for (resources, condition), actions in sorted(merged.items())
    ]  # fmt: skip


def size(document: Document) -> int:
    """In the characters that IAM counts."""
    return len(re.sub(r"\s", "", json.dumps(document)))


def _deploying(scope: Scope) -> Iterator[Ask]:
    for type_ in sorted({one.type for one in scope.configuration.wanted.values()}):
        yield from DEPLOYING[type_]


def _held(scope: Scope, ask: Ask) -> Iterator[tuple[list[str], Mapping[str, Any]]]:
    """The resources of an ask, each set with the condition that holds it."""
    if ask.held != PASSED:
        yield [arn for on in ask.on for arn in _arns(scope, on)], _filled(scope, CONDITIONS[ask.held])
        return
    for service, roles in sorted(_trusting(scope).items()):
        arns = [arn for on in ask.on for role in roles for arn in _arns(scope, on.replace("{aws_iam_role}", role))]
        yield arns, {"StringEquals": {"iam:PassedToService": service}}


def _arns(scope: Scope, on: str) -> Iterator[str]:
    """`on` for each name that it stands for."""
    if on == "*":
        yield on
        return
    types = _PLACE.findall(on)
    for names in product(*(_names(scope, type_) for type_ in types)):
        told = on
        for type_, name in zip(types, names, strict=True):
            told = told.replace(f"{{{type_}}}", name)
        yield f"arn:{scope.partition}:{_filled(scope, told)}"


def _names(scope: Scope, type_: str) -> list[str]:
    """The names that the stack gives the resources of a type."""
    found = {str(one.argument(KINDS[type_].named)) for one in scope.configuration.of_type(type_)}
    return sorted(_named(scope, name) for name in found)


def _named(scope: Scope, name: str) -> str:
    """A name as the pattern has it: the suffix stands behind its last hyphens, before a word of the resource's own."""
    before, _, after = name.rpartition(f"-{scope.suffix}")
    return f"{before}-{scope.pattern}{after}"


def _trusting(scope: Scope) -> dict[str, list[str]]:
    """The names of the stack's roles by the service that may assume them."""
    found: dict[str, list[str]] = {}
    for role in scope.configuration.of_type("aws_iam_role"):
        (trust,) = json.loads(role.arguments["assume_role_policy"])["Statement"]
        found.setdefault(trust["Principal"]["Service"], []).append(_named(scope, str(role.argument("name"))))
    return found


def _filled(scope: Scope, node: Any) -> Any:
    if isinstance(node, Mapping):
        return {key: _filled(scope, value) for key, value in node.items()}
    return node.format(
        region=scope.region, account=scope.account, suffix=scope.pattern, construct=scope.construct,
        state_bucket=scope.state_bucket, project=scope.configuration.identity["Project"],
    )  # fmt: skip


def _numbered(name: str, found: list[Document]) -> dict[str, Document]:
    """As many documents as it takes, each below the limit."""
    parts: list[list[Document]] = [[]]
    for statement in found:
        if parts[-1] and size(_document([*parts[-1], statement])) > MANAGED_LIMIT:
            parts.append([])
        parts[-1].append(statement)
    return {f"{name}-{number}": _document(part) for number, part in enumerate(parts, 1)}


def _document(found: list[Document]) -> Document:
    return {"Version": "2012-10-17", "Statement": found}
