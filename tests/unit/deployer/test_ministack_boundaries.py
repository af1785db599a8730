"""What the embedded AWS tells a policy of a role's permissions boundary, over stand-ins with MiniStack's names."""

from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import boundaries

OURS, OTHERS = "arn:aws:iam::000000000000:policy/ours", "arn:aws:iam::000000000000:policy/others"


def told(action: str, body: bytes) -> Any:
    """The condition keys of a request, of which MiniStack gives the tags."""
    actions = SimpleNamespace(request_tag_context=lambda *given: {"aws:TagKeys": []})
    roles = {"bound": {"PermissionsBoundary": OURS}, "free": {"PermissionsBoundary": None}}
    boundaries.mend_boundaries(actions, SimpleNamespace(_roles=roles))
    found = actions.request_tag_context("iam", action, body, {})
    assert found.pop("aws:TagKeys") == []
    return found


@pytest.mark.parametrize("action", ["iam:CreateRole", "iam:PutRolePermissionsBoundary"])
def test_a_boundary_that_a_request_brings_is_told(action: str) -> None:
    """Not the one that the role has; none where it brings none."""
    body = b"Action=X&RoleName=bound&PermissionsBoundary=" + OTHERS.replace(":", "%3A").encode()

    assert told(action, body) == {"iam:permissionsboundary": OTHERS}
    assert told(action, b"Action=X&RoleName=bound") == {}


@pytest.mark.parametrize("action", ["Put", "Delete", "Attach", "Detach"])
def test_the_boundary_of_the_role_is_told(action: str) -> None:
    """Of the role whose policies are to change; none of a role without one, or of one that is not there."""
    assert told(f"iam:{action}RolePolicy", b"RoleName=bound") == {"iam:permissionsboundary": OURS}
    assert told(f"iam:{action}RolePolicy", b"RoleName=free") == {}
    assert told(f"iam:{action}RolePolicy", b"RoleName=nobody") == {}


def test_other_actions_know_no_boundary() -> None:
    """As on AWS: a role's trust may change whatever its boundary."""
    assert told("iam:UpdateAssumeRolePolicy", b"RoleName=bound") == {}
