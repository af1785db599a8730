"""What the embedded AWS asks of IAM besides the requests it receives, over stand-ins with MiniStack's names."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import iam_enforcement
from tests.unit.deployer.refusing import iam

ROLE = "arn:aws:iam::000000000000:role/one"
KEY = "arn:aws:kms:us-east-1:000000000000:key/k"


def keys(**attributes: str) -> iam_enforcement.Keys:
    """The key `k`, which has the alias `ours`; each service's one resource is encrypted with what is said."""
    kms = SimpleNamespace(
        _aliases={"arn:aws:kms:us-east-1:000000000000:alias/ours": "k", "arn:x:alias/other": "l"},
        _resolve_key=lambda name: {"KeyId": "k", "Arn": KEY} if name == KEY else None,
    )
    header = "x-amz-server-side-encryption-aws-kms-key-id"
    return iam_enforcement.Keys(
        s3=SimpleNamespace(_bucket_default_sse_headers=lambda name: {header: attributes.get(name, "")}),
        dynamodb=SimpleNamespace(_tables={"t": {"SSEDescription": {"KMSMasterKeyArn": attributes.get("t", "")}}}),
        sqs=SimpleNamespace(_queue_by_arn=lambda arn: {"attributes": {"KmsMasterKeyId": attributes.get("q", "")}}),
        sns=SimpleNamespace(_topics={"arn:aws:sns:::n": {"attributes": {"KmsMasterKeyId": attributes.get("n", "")}}}),
        kms=kms,
    )


def inviting(*invited: str) -> Any:
    """An IAM by which these services may invoke functions; it keeps what it was asked."""
    asked: list[tuple[str, str, str]] = []

    def refusal(service: str, function: str, source: str) -> str:
        asked.append((service, function, source))
        return "" if service in invited else "no"

    return SimpleNamespace(invocation_refusal=refusal, asked=asked)


@pytest.mark.parametrize(
    ("action", "resource", "name", "asked"),
    [
        ("s3:GetObject", "arn:aws:s3:::b/a/key", "b", ["kms:Decrypt"]),
        ("s3:PutObject", "arn:aws:s3:::b/a/key", "b", ["kms:GenerateDataKey"]),
        ("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:000000000000:table/t", "t", ["kms:Decrypt"]),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:q", "q", ["kms:GenerateDataKey", "kms:Decrypt"]),
        ("sns:Publish", "arn:aws:sns:::n", "n", ["kms:GenerateDataKey", "kms:Decrypt"]),
    ],
)
def test_the_key_of_an_encrypted_resource_is_asked_for(action: str, resource: str, name: str, asked: list[str]) -> None:
    """Who reads and writes what is encrypted needs the key, by its aliases and through the service; else nothing."""
    service = action.partition(":")[0]
    named = {"kms:resourcealiases": ["alias/ours"], "kms:viaservice": f"{service}.us-east-1.amazonaws.com"}

    assert list(keys(**{name: KEY}).asked(action, resource)) == [(each, KEY, named) for each in asked]
    assert list(keys().asked(action, resource)) == []
    assert list(keys(**{name: KEY}).asked("s3:ListBucket", resource)) == []


def test_a_call_is_recorded_once_with_its_role(tmp_path: Path) -> None:
    """The session does not count; whether it was allowed does."""
    calls, principal = iam_enforcement.Calls(tmp_path / "calls"), "arn:aws:sts::000000000000:assumed-role/one/{}"
    for session in "ab":
        calls.add(principal.format(session), "s3:GetObject", "arn:r", allowed=True)
    calls.add(principal.format("a"), "s3:GetObject", "arn:r", allowed=False)

    lines = [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]

    call = {"role": "one", "action": "s3:GetObject", "resource": "arn:r"}
    assert lines == [{**call, "allowed": True}, {**call, "allowed": False}]


@pytest.mark.parametrize("refused", ["", "sqs:SendMessage", "logs:CreateLogStream", "logs:PutLogEvents"])
def test_a_function_whose_role_may_not_keeps_no_logs_and_no_dead_letters(refused: str) -> None:
    """What AWS would lose is lost here too, so that the missing grant shows."""
    kept: list[str] = []
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    config = {"FunctionName": "f", "FunctionArn": arn, "Role": ROLE}
    service = SimpleNamespace(
        _functions={"f": {"config": config}},
        _route_async_failure=lambda target, name, event, result: kept.append("letter"),
        _emit_lambda_logs=lambda function, *given, **named: kept.append("lines"),
    )
    granted = iam(refused)
    iam_enforcement.mend_functions(service, granted)

    service._route_async_failure("arn:aws:sqs:us-east-1:000000000000:q", "f", {}, {})
    service._emit_lambda_logs({"config": config}, "id", "text", False, 1, log_source=None)

    lost = {"sqs:SendMessage": ["lines"], "": ["letter", "lines"]}
    assert kept == lost.get(refused, ["letter"])
    assert granted.asked[1][2] == "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:log-stream:new"


def test_a_policy_is_read_once_and_what_it_became_anew() -> None:
    """By its text, so that a policy that was changed counts at once; nobody shares a list that he may change."""
    read: list[Any] = []
    evaluator = SimpleNamespace(parse_policy_document=lambda document: read.append(document) or [document])
    iam_enforcement.mend_policies(evaluator)

    evaluator.parse_policy_document("one").clear()
    assert [evaluator.parse_policy_document(text) for text in ("one", "one", "two")] == [["one"], ["one"], ["two"]]
    assert evaluator.parse_policy_document({"Statement": []}) == [{"Statement": []}]
    assert read == ["one", "two", {"Statement": []}]


def test_a_request_is_refused_without_its_key_and_says_so(tmp_path: Path) -> None:
    """A role that may read the object and not use its key is told of the key; root is asked nothing."""
    principal = "arn:aws:sts::000000000000:assumed-role/one/s"

    def enforce(access: str, action: str, service: str, region: str, resource: str, context: Any) -> Any:
        return "denied" if action == "kms:Decrypt" else None

    def credential(access: str, account: str) -> Any:
        kind = "Root" if access == "root" else "AssumedRole"
        return SimpleNamespace(principal_type=kind, principal_arn=principal)

    evaluator = SimpleNamespace(enforce=enforce, resolve_credential=credential)
    messages = SimpleNamespace(
        identity_denial_message=lambda action, who, resource, explicit: f"{who} may not {action} on {resource}",
        access_denied_response=lambda service, action, who, request, message="", **given: message or action,
    )
    responses = SimpleNamespace(get_account_id=lambda: "000000000000")
    calls = tmp_path / "calls"
    whole = iam_enforcement.Iam(
        evaluator, messages, responses, SimpleNamespace(), keys(b=KEY), iam_enforcement.Calls(calls)
    )
    iam_enforcement.mend_requests(whole)
    read = ("s3:GetObject", "s3", "us-east-1", "arn:aws:s3:::b/key")

    assert evaluator.enforce("root", *read) is None
    assert not calls.exists()
    assert evaluator.enforce("role", *read) == "denied"
    told = messages.access_denied_response("s3", "s3:GetObject", principal, "id", explicit_deny=False)
    assert told == f"{principal} may not kms:Decrypt on {KEY}"
    assert evaluator.enforce("role", "s3:ListBucket", "s3", "us-east-1", "arn:aws:s3:::b") is None
    assert messages.access_denied_response("s3", "s3:ListBucket", principal, "id") == "s3:ListBucket"
    assert [json.loads(line)["allowed"] for line in calls.read_text().splitlines()] == [True, False, True]


@pytest.mark.parametrize("invited", [(), ("s3.amazonaws.com", "apigateway.amazonaws.com")])
def test_a_service_invokes_only_what_it_is_invited_to(invited: tuple[str, ...]) -> None:
    """The function's own policy is asked, with the bucket or the API's route as source, whatever is in its path."""
    function, done = "arn:aws:lambda:us-east-1:000000000000:function:f", []

    async def invoke(*given: Any) -> Any:
        done.append("api")
        return 200, {}, b""

    s3 = SimpleNamespace(_deliver_event_to_lambda=lambda arn, event, region: done.append("event"))
    api = SimpleNamespace(_invoke_lambda_proxy_v1=invoke, _extract_lambda_ref_from_integration_uri=lambda uri: uri)
    granted = inviting(*invited)
    iam_enforcement.mend_invocations(s3, api, granted)

    s3._deliver_event_to_lambda(function, {"Records": [{"s3": {"bucket": {"arn": "arn:aws:s3:::b"}}}]}, "us-east-1")
    answer = asyncio.run(
        api._invoke_lambda_proxy_v1({"uri": function}, "a", "v1", {}, {}, "/files/x\n", "GET", {}, b"")
    )

    assert done == (["event", "api"] if invited else [])
    assert answer[0] == (200 if invited else 500)
    assert granted.asked == [
        ("s3.amazonaws.com", function, "arn:aws:s3:::b"),
        ("apigateway.amazonaws.com", function, "arn:aws:execute-api:us-east-1:000000000000:a/v1/GET/files/x%0A"),
    ]
