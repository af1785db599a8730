"""A role's permissions boundary as a condition key, which MiniStack evaluates nothing of: what it has, or is to have.

Seen in MiniStack 1.5.33. The actions that have the key:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from typing import Any
from urllib.parse import parse_qs

_BRINGING = {"iam:CreateRole", "iam:PutRolePermissionsBoundary"}
_HAVING = {
    "iam:AttachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePolicy",
}


def mend_boundaries(actions: Any, iam: Any) -> None:
    """Where there is no boundary there is no key, as on AWS."""
    given = actions.request_tag_context

    def request_context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
        found: dict[str, Any] = given(service, action, body, params)
        boundary = _boundary(action, body, iam) if action in _BRINGING | _HAVING else ""
        return {**found, "iam:permissionsboundary": boundary} if boundary else found

    actions.request_tag_context = request_context


def _boundary(action: str, body: bytes, iam: Any) -> str:
    said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    role = iam._roles.get(said.get("RoleName", "")) or {}
    return str(said.get("PermissionsBoundary") or "" if action in _BRINGING else role.get("PermissionsBoundary") or "")
