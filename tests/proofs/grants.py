"""The grants of deployed roles, one by one: an action of a statement on a resource; and a role without one of them."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from deployer.targets.targets import Target

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """What a role called and was allowed, as the emulator recorded it."""

    role: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.role} called {self.action} on {self.resource}"


@dataclass(frozen=True, order=True)
class Grant:
    """One action on one resource, in a statement of an inline policy of a role."""

    role: str
    policy: str
    statement: int
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.role} may {self.action} on {self.resource}"

    def covers(self, call: Call) -> bool:
        """Whether the call is what this grants. Of a policy's wildcards `*` and `?` are known; conditions are not."""
        return (
            self.role == call.role
            and fnmatchcase(call.action.lower(), self.action.lower())
            and fnmatchcase(call.resource, self.resource)
        )


def grants_of(target: Target, role: str) -> list[Grant]:
    """All grants of a role's inline policies; the stack has no others."""
    iam = target.client("iam")
    return [
        Grant(role, policy, number, action, resource)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
        for number, statement in enumerate(_listed(document_of(target, role, policy)["Statement"]))
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    ]


def document_of(target: Target, role: str, policy: str) -> Document:
    found = target.client("iam").get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    document: Document = json.loads(found) if isinstance(found, str) else found
    return document


def without(document: Mapping[str, Any], grant: Grant) -> Document:
    """The document with this action on this resource taken away, and nothing else."""
    statements = deepcopy(_listed(document["Statement"]))
    whole = statements.pop(grant.statement)
    others = [action for action in _listed(whole["Action"]) if action != grant.action]
    elsewhere = [resource for resource in _listed(whole["Resource"]) if resource != grant.resource]
    kept = {name: value for name, value in whole.items() if name != "Sid"}
    if others:
        statements.append({**kept, "Action": others})
    if elsewhere:
        statements.append({**kept, "Action": [grant.action], "Resource": elsewhere})
    return {**document, "Statement": statements}


@contextmanager
def taken_away(target: Target, grant: Grant) -> Iterator[None]:
    """The role lacks the grant while the block runs."""
    iam, before = target.client("iam"), document_of(target, grant.role, grant.policy)
    after = without(before, grant)
    names = {"RoleName": grant.role, "PolicyName": grant.policy}
    if after["Statement"]:
        iam.put_role_policy(**names, PolicyDocument=json.dumps(after))
    else:
        iam.delete_role_policy(**names)
    try:
        yield
    finally:
        iam.put_role_policy(**names, PolicyDocument=json.dumps(before))


@contextmanager
def uninvited(target: Target, function: str, permission: Document) -> Iterator[None]:
    """The function's own policy lacks this statement while the block runs."""
    client = target.client("lambda")
    client.remove_permission(FunctionName=function, StatementId=permission["Sid"])
    try:
        yield
    finally:
        conditions = {name: value for each in permission["Condition"].values() for name, value in each.items()}
        given = {"SourceArn": conditions.get("AWS:SourceArn"), "SourceAccount": conditions.get("AWS:SourceAccount")}
        client.add_permission(
            FunctionName=function, StatementId=permission["Sid"], Action=permission["Action"],
            Principal=permission["Principal"]["Service"], **{name: value for name, value in given.items() if value},
        )  # fmt: skip


def permissions_of(target: Target, function: str) -> list[Document]:
    """The statements of a function's own policy: who may invoke it."""
    policy: Document = json.loads(target.client("lambda").get_policy(FunctionName=function)["Policy"])
    return _listed(policy["Statement"])


def calls_in(path: Path) -> list[Call]:
    """What was allowed, of the calls that an embedded AWS recorded in this file."""
    recorded = [json.loads(line) for line in path.read_text().splitlines()]
    return [Call(each["role"], each["action"], each["resource"]) for each in recorded if each["allowed"]]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
