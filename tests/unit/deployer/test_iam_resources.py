"""What the embedded AWS takes a request to be about, over stand-ins with MiniStack's names."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.targets.ministack_server import iam_resources

REGION, ACCOUNT = "eu-west-1", "000000000000"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k"


def actions(found: str = "*") -> Any:
    """MiniStack's, which takes every request to be about `found`."""
    return SimpleNamespace(
        extract_resource_arn=lambda *given: found,
        extract_iam_action=lambda *given: "lambda:UpdateFunctionCode",
        request_tag_context=lambda *given: {"aws:TagKeys": []},
    )


def about(service: str, body: bytes, found: str = "*", method: str = "POST") -> str:
    mended = actions(found)
    iam_resources.mend_resources(
        mended, SimpleNamespace(_resolve_key=lambda arn: {"Arn": KEY} if "ours" in arn else None)
    )
    return str(mended.extract_resource_arn(service, method, "/", {}, body, {}, REGION, ACCOUNT))


@pytest.mark.parametrize(
    ("service", "body", "resource"),
    [
        ("dynamodb", b'{"ResourceArn": "arn:aws:dynamodb:r:1:table/t"}', "arn:aws:dynamodb:r:1:table/t"),
        ("sns", b"Action=ListTagsForResource&ResourceArn=arn%3Aaws%3Asns%3Ar%3A1%3At", "arn:aws:sns:r:1:t"),
        ("monitoring", b"\xa1kResourceARNx\x1earn:aws:cloudwatch:r:1:alarm:a", "arn:aws:cloudwatch:r:1:alarm:a"),
        ("monitoring", b"Action=DeleteAlarms&AlarmNames.member.1=a", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a"),
        ("monitoring", b"\xa1jAlarmNames\x81x\x03a-b", f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:a-b"),
        ("monitoring", b"\xa1jAlarmNames\x82aaab", "*"),
        ("lambda", b'{"FunctionName": "f"}', f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
        ("events", b'{"Name": "r", "EventPattern": "{}"}', f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"),
        (
            "events",
            b'{"Rule": "r", "Targets": [{"Arn": "arn:aws:lambda:r:1:f"}]}',
            f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r",
        ),
        ("events", b'{"ResourceARN": "arn:aws:events:r:1:rule/r"}', "arn:aws:events:r:1:rule/r"),
        ("events", b'{"NamePrefix": "r"}', "*"),
        ("kms", b'{"AliasName": "alias/a"}', f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a"),
        ("dynamodb", b'{"Limit": 1}', "*"),
        ("lambda", b"no json", "*"),
    ],
)
def test_a_request_is_about_what_it_names(service: str, body: bytes, resource: str) -> None:
    """By its ARN in any protocol, or by the name under which it creates; where there is neither, about all."""
    assert about(service, body) == resource


def test_what_ministack_knows_itself_is_left_to_it() -> None:
    """Only where it asks about `*` is more looked for."""
    assert about("sqs", b"", "arn:aws:sqs:r:1:q") == "arn:aws:sqs:r:1:q"


def test_a_rule_is_called_by_its_name_alone() -> None:
    """Whatever MiniStack takes it for, which has the default bus in between."""
    assert about("events", b'{"Name": "r"}', "arn:aws:events:r:1:rule/default/r").endswith(":rule/r")


def test_an_alias_is_asked_about_as_its_key() -> None:
    """Also one of AWS's own, whose key nobody knows: a grant on the alias itself allows nothing there."""
    assert about("kms", b"{}", "arn:aws:kms:r:1:alias/ours") == KEY
    assert about("kms", b"{}", "arn:aws:kms:r:1:alias/aws/dynamodb") == "arn:aws:kms:r:1:key/aws/dynamodb"


@pytest.mark.parametrize(
    ("service", "field", "receiver"),
    [("lambda", "Role", "lambda.amazonaws.com"), ("states", "roleArn", "states.amazonaws.com")],
)
def test_a_role_that_is_passed_is_asked_about_once(service: str, field: str, receiver: str) -> None:
    """With the service that it is passed to; the next request, which passes none, is asked nothing more."""
    about(service, json.dumps({field: "arn:role"}).encode())

    assert list(iam_resources.passed()) == [("iam:PassRole", "arn:role", {"iam:passedtoservice": receiver})]
    assert list(iam_resources.passed()) == []


def test_a_request_without_a_role_passes_none() -> None:
    """Also after one that passed a role and was refused before anybody asked."""
    about("lambda", b'{"Role": "arn:role"}')
    about("sqs", b"{}")

    assert list(iam_resources.passed()) == []


@pytest.mark.parametrize(("method", "verb"), [("GET", "Get"), ("PUT", "Put"), ("POST", "Update"), ("DELETE", "Delete")])
def test_what_failures_are_sent_to_has_its_own_actions(method: str, verb: str) -> None:
    """And other requests keep theirs."""
    mended = actions()
    iam_resources.mend_actions(mended)
    path = "/2019-09-25/functions/f/event-invoke-config"

    assert mended.extract_iam_action("lambda", method, path, {}, b"", {}) == f"lambda:{verb}FunctionEventInvokeConfig"
    assert mended.extract_iam_action("lambda", method, "/functions/f", {}, b"", {}) == "lambda:UpdateFunctionCode"


def test_what_is_in_an_api_has_its_tags() -> None:
    """A route of it too; other services' resources keep what MiniStack knows."""
    api = "arn:aws:apigateway:r::/restapis/a"
    tagging = SimpleNamespace(resource_tags=lambda arn: {"of": arn})
    iam_resources.mend_tags(actions(), tagging, SimpleNamespace(_v1_tags={api: {"Project": "tap"}}))

    assert tagging.resource_tags(f"{api}/resources/b/methods/GET") == {"Project": "tap"}
    assert tagging.resource_tags("arn:aws:apigateway:r::/restapis/other") == {}
    assert tagging.resource_tags("arn:other") == {"of": "arn:other"}


def test_the_tags_that_an_api_is_made_with_are_known() -> None:
    """As condition keys, beside what MiniStack finds."""
    mended = actions()
    iam_resources.mend_tags(mended, SimpleNamespace(resource_tags=dict), SimpleNamespace(_v1_tags={}))
    body = b'{"name": "x", "tags": {"Project": "tap"}}'

    assert mended.request_tag_context("apigateway", "apigateway:POST", body, {}) == {
        "aws:TagKeys": [], "aws:requesttag/project": "tap",
    }  # fmt: skip
    assert mended.request_tag_context("sns", "sns:CreateTopic", body, {}) == {"aws:TagKeys": []}
