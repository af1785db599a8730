"""What a request is about, where MiniStack asks IAM about `*`: the resource it names, its tags, the role it passes.

AWS asks about each of these, so that a policy which names its resources would be refused here and not there.
Seen in MiniStack 1.5.33.
"""

import json
import re
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any
from urllib.parse import unquote_to_bytes

# Whatever the protocol, a request that is about one resource holds its ARN once.
_ARN = re.compile(rb"arn:[\w-]+:(?:cloudwatch|dynamodb|sns|states):[\w-]*:\d*:[\w:/.+=@-]+")
# The one name in a list of alarms: form-encoded, as CBOR, as JSON.
_ALARM = re.compile(rb'AlarmNames(?:\.member\.1=|\x81(?:[\x61-\x77]|x.)|": ?\[")([\w.-]+)', re.DOTALL)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
_PASSED = {
    "lambda": ("Role", "lambda.amazonaws.com"),
    "states": ("roleArn", "states.amazonaws.com"),
}
_INVOKE_CONFIG = {"GET": "Get", "PUT": "Put", "POST": "Update", "DELETE": "Delete"}
_passed: ContextVar[tuple[str, str] | None] = ContextVar("passed", default=None)
Asked = tuple[str, str, dict[str, Any]]  # action, resource, condition keys


def mend_actions(actions: Any) -> None:
    """What a function's failures are sent to has actions of its own; MiniStack asks for those of its code."""
    extract = actions.extract_iam_action

    def extract_iam_action(service: str, method: str, path: str, *given: Any) -> Any:
        if service == "lambda" and path.endswith("/event-invoke-config"):
            return f"lambda:{_INVOKE_CONFIG[method]}FunctionEventInvokeConfig"
        return extract(service, method, path, *given)

    actions.extract_iam_action = extract_iam_action


def mend_resources(actions: Any, kms: Any) -> None:
    """The resource of a request that says it by an ARN, or creates it under a name; and the role that it passes.

    A key that is named by an alias is asked about as the key: an alias in a policy allows nothing with its key.
    """
    extract = actions.extract_resource_arn

    def named(
        service: str, method: str, path: str, headers: Any, body: bytes, params: Any, region: str, account: str
    ) -> str:
        _passed.set(_role_in(service, method, body))
        found = str(extract(service, method, path, headers, body, params, region, account))
        if service == "events":
            return _rule(body, region, account) or found
        if service == "kms" and ":alias/" in found:
            return str((kms._resolve_key(found) or {}).get("Arn") or found.replace(":alias/", ":key/"))
        return found if found != "*" else _named(service, body, region, account)

    actions.extract_resource_arn = named


def passed(*_: str) -> Iterator[Asked]:
    """What is asked beside the request at hand, if it passes a role to a service; once."""
    if given := _passed.get():
        _passed.set(None)
        yield "iam:PassRole", given[0], {"iam:passedtoservice": given[1]}


def mend_tags(actions: Any, tagging: Any, apis: Any) -> None:
    """The tags that a request gives an API, and those of an API, which all that is in it has too.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
    """
    tags_of, given = tagging.resource_tags, actions.request_tag_context

    def resource_tags(arn: str) -> Any:
        whole = re.match(r"arn:[\w-]+:apigateway:[\w-]*::/restapis/[^/]+", arn)
        return dict(apis._v1_tags.get(whole[0], {})) if whole else tags_of(arn)

    def request_tag_context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
        found: dict[str, Any] = given(service, action, body, params)
        tags = _json(body).get("tags") if service == "apigateway" else None
        return {**found, **{f"aws:requesttag/{name}".lower(): str(value) for name, value in (tags or {}).items()}}

    tagging.resource_tags, actions.request_tag_context = resource_tags, request_tag_context


def _named(service: str, body: bytes, region: str, account: str) -> str:
    """The ARN in the body, or that of what a name in it will be; `*` where there is neither."""
    if service in ("monitoring", "dynamodb", "sns", "states") and (match := _ARN.search(unquote_to_bytes(body))):
        return match[0].decode()
    if service == "monitoring" and (match := _ALARM.search(body)):
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:{match[1].decode()}"
    given = _json(body)
    if service == "lambda" and "FunctionName" in given:
        return f"arn:aws:lambda:{region}:{account}:function:{given['FunctionName']}"
    if service == "kms" and "AliasName" in given:
        return f"arn:aws:kms:{region}:{account}:{given['AliasName']}"
    return "*"


def _rule(body: bytes, region: str, account: str) -> str:
    """The rule of the default bus that a request names in one of its ways; MiniStack names the bus in its ARN."""
    given = _json(body)
    name = given.get("Rule") or given.get("Name")
    return f"arn:aws:events:{region}:{account}:rule/{name}" if name else str(given.get("ResourceARN", ""))


def _role_in(service: str, method: str, body: bytes) -> tuple[str, str] | None:
    if service not in _PASSED or method == "GET":
        return None
    field, receiver = _PASSED[service]
    role = _json(body).get(field)
    return (str(role), receiver) if role else None


def _json(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
