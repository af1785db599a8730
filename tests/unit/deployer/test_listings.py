"""Every listing is read to its end, or the command says that not everything could be seen."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from deployer.errors import ListingIncomplete
from deployer.resources.deletion import Cleanup
from deployer.resources.resource import paged
from deployer.resources.resource_types import RESOURCE_TYPES
from tests.markdown import rows
from tests.unit.deployer.fake_account import Client, FakeTarget, Item, account
from tests.unit.deployer.test_strangers import CONFIGURATION

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "listings.md"
TABLE = {operation.strip("`"): (page, end) for operation, page, end, _ in (row.cells for row in rows(DOCUMENT))}
SHOWN = set(re.findall(r"`(\w+\.\w+)`", DOCUMENT.read_text().partition("\nRead on purpose only")[2]))
SERVICES = sorted(
    {name.partition(".")[0] for name in (*TABLE, *SHOWN)} | {kind.service for kind in RESOURCE_TYPES.values()}
)
# about one thing, told whole; and what has the name of another service's listing
NOT_LISTS = {
    "apigateway.get_account", "apigateway.get_integration", "apigateway.get_method", "apigateway.get_stage",
    "cloudformation.get_template", "iam.get_group", "lambda.get_function", "lambda.list_aliases",
    "s3.get_bucket_lifecycle_configuration", "s3.get_bucket_notification_configuration", "s3.get_bucket_tagging",
}  # fmt: skip


def client(service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]
        service, "eu-west-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )


CLIENTS = {service: client(service) for service in SERVICES}


def _lists(service: str, operation: str) -> bool:
    """Whether the SDK's model has a list, or a map of tags, at the top of the answer."""
    model = CLIENTS[service].meta.service_model
    output = model.operation_model(CLIENTS[service].meta.method_to_api_mapping[operation]).output_shape
    told = output.members.items() if output else ()
    return any(shape.type_name == "list" or (shape.type_name, name.lower()) == ("map", "tags") for name, shape in told)


def _called() -> Iterator[str]:
    """Every name in the code that could be an operation: what is called, and what is named in quotes."""
    for path in (*(ROOT / "deployer").rglob("*.py"), *(ROOT / "pipeline").rglob("*.py")):
        if "ministack_server" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    yield node.func.attr
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _listed() -> set[str]:
    """Operations of the services in use that answer with a list."""
    named = {name for name in _called() if re.match(r"(list|describe|get|scan|query|receive)(_|$)", name)}
    found = {
        f"{service}.{name}"
        for service, of in CLIENTS.items()
        for name in named & of.meta.method_to_api_mapping.keys()
        if _lists(service, name)
    }
    return found - NOT_LISTS


def test_every_listing_of_the_deployer_has_its_row_and_no_row_is_idle() -> None:
    """A listing that is added, or goes, takes its row with it."""
    assert _listed() == TABLE.keys() | SHOWN


@pytest.mark.parametrize("operation", TABLE)
def test_what_ends_a_listing_is_what_the_sdk_follows(operation: str) -> None:
    """A token is one that the SDK's paginator follows, a flag is its flag; one answer has neither in its model."""
    service, _, name = operation.partition(".")
    end, of = TABLE[operation][1], CLIENTS[service]

    if end == "one answer":
        model = of.meta.service_model.operation_model(of.meta.method_to_api_mapping[name])
        assert not of.can_paginate(name)
        assert not [one for one in model.output_shape.members if re.search("(?i)token|marker|position|truncated", one)]
    else:
        follows = of.get_paginator(name)._pagination_cfg
        assert end.replace("`", "") in (f"no {follows['output_token']}", f"{follows.get('more_results')} false")


def _sqs(queues: int) -> Any:
    """Answers as AWS does: 1,000 queues and no token, unless a size is asked for."""
    sqs = client("sqs")
    urls = [f"https://sqs/1/q{number}" for number in range(queues)]

    def answer(params: Any, **_: Any) -> tuple[Any, Any]:
        asked = json.loads(params["body"])
        size, start = asked.get("MaxResults"), int(asked.get("NextToken", 0))
        end = start + (size or 1_000)
        more = {"NextToken": str(end)} if size and end < queues else {}
        return SimpleNamespace(status_code=200), {"QueueUrls": urls[start:end], **more}

    sqs.meta.events.register("before-call.sqs.ListQueues", answer)
    return sqs


@pytest.mark.parametrize("queues", [0, 1, 1_000, 1_001, 2_500])
def test_all_queues_are_seen(queues: int) -> None:
    """SQS tells of more than 1,000 only who asks for a size."""
    assert len(list(RESOURCE_TYPES["aws_sqs_queue"].listed(_sqs(queues)))) == queues


class _Cut(Client):
    """An account of which one listing is cut without a way to go on."""

    def __getattr__(self, operation: str) -> Any:
        answer = super().__getattr__(operation)
        cut = {"NextToken": "x"} if operation == "list_topics" else {}
        return lambda **asked: {**answer(**asked), **cut}


class _CutAccount(FakeTarget):
    def client(self, service: str) -> Any:
        return _Cut(self, service)


def test_an_answer_that_is_cut_is_never_taken_for_all_there_is() -> None:
    """A cleanup of an account with such a listing ends with 1, before it removes anything."""
    whole = account()
    cut = _CutAccount(whole.name, whole.region, whole.account_id, whole.credentials)

    with pytest.raises(ListingIncomplete, match=r"not everything could be seen(.|\n)*NextToken") as caught:
        Cleanup(cut, CONFIGURATION, frozenset(), lambda _: None).run()

    assert caught.value.exit_code == 1


@pytest.mark.parametrize("answer", [{"IsTruncated": True, "Roles": []}, {"IsTruncated": True, "Marker": ""}])
def test_a_flag_without_a_token_is_a_cut(answer: dict[str, Any]) -> None:
    """The SDK's paginator would end there without a word."""
    iam = client("iam")
    iam.meta.events.register(
        "before-call.iam.ListRoles", lambda **_: (SimpleNamespace(status_code=200), dict(answer))
    )  # fmt: skip

    with pytest.raises(ListingIncomplete, match="IsTruncated"):
        list(paged(iam, "list_roles", "Roles"))


class _Secretive(Client):
    """Its keys' descriptions are refused, with AWS's reason."""

    def describe_key(self, **_: Any) -> Any:
        (item,) = self.target.items
        told = f"not authorized to perform: kms:DescribeKey because no {item.name} policy allows the action"
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": told}}, "DescribeKey")


def _keys(by: str) -> list[Any]:
    return list(RESOURCE_TYPES["aws_kms_key"].listed(_Secretive(account(Item("aws_kms_key", by, "k")), "kms")))


def test_a_key_that_the_callers_own_policy_hides_may_be_ours() -> None:
    """So not everything was seen; one whose own policy keeps the caller out is somebody else's."""
    assert _keys("resource-based") == []
    with pytest.raises(ListingIncomplete, match="kms:DescribeKey"):
        _keys("identity-based")
