"""The deployer knows how to find and remove every resource of the stack."""

from collections.abc import Callable
from typing import Any

import pytest

from deployer.deploy.plan import Change
from deployer.errors import SynthesisFailed
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.resources.child_types import CHILD_TYPES
from deployer.resources.configuration import Reference, configuration_of
from deployer.resources.resource_types import RESOURCE_TYPES

Document = dict[str, Any]
IDENTITY = Identity.of("unit", Paths.here())


@pytest.fixture
def whole(synthesised: Callable[..., Document]) -> Document:
    """The stack with all that settings may add to it."""
    return synthesised(notify_email="ann@example.org")


def test_every_type_of_the_stack_has_one_row_and_no_row_is_idle(whole: Document) -> None:
    """A type that the stack gains needs a row, in one of the two tables; a type that it loses takes its row along."""
    types = set(whole["resource"])

    assert RESOURCE_TYPES.keys() | CHILD_TYPES.keys() == types
    assert RESOURCE_TYPES.keys() & CHILD_TYPES.keys() == set()


def test_every_name_can_be_told_without_a_deployment(document: Document) -> None:
    """The name of whatever stands by itself is a literal: without state, it is all there is to look for."""
    configuration = configuration_of(document, IDENTITY)
    kinds = [one for one in configuration.wanted.values() if one.type in RESOURCE_TYPES]

    names = [one.argument(RESOURCE_TYPES[one.type].named) for one in kinds]

    assert all(isinstance(name, str) and "unit" in name for name in names)


def test_every_import_id_is_made_of_arguments_that_are_there(whole: Document) -> None:
    """Each `{argument}` of a part's import id is set in the stack, to a literal or to another resource's attribute."""
    configuration = configuration_of(whole, IDENTITY)
    for one in configuration.wanted.values():
        if one.type in CHILD_TYPES:
            named = CHILD_TYPES[one.type].imported_by.replace("}", "{").split("{")[1::2]
            values = [one.argument(name) for name in named if name != "id"]

            assert all(isinstance(value, str | Reference) for value in values), one.address


def test_a_stack_without_tags_of_its_own_is_refused(document: Document) -> None:
    """Without tags nothing could be told ours."""
    with pytest.raises(SynthesisFailed, match="Project, EnvironmentSuffix"):
        configuration_of({**document, "provider": {"aws": [{}]}}, IDENTITY)


def test_the_ledger_lies_beside_a_remote_state(document: Document) -> None:
    """The backend's bucket and key are those of the configuration; a local file has none."""
    remote = {"backend": {"s3": {"bucket": "states", "key": "unit/TapStack.tfstate", "region": "eu-west-1"}}}

    assert configuration_of(document, IDENTITY).backend == {}
    assert configuration_of({**document, "terraform": remote}).backend["key"] == "unit/TapStack.tfstate"


def test_what_only_deployments_write_is_replaced_freely(document: Document) -> None:
    """Of this stack, a deployment may replace all but what holds files, items, messages, logs, or the key to them."""
    held = {type_ for type_ in document["resource"] if Change("a", type_, "replace").loses_data}

    assert held == {
        "aws_s3_bucket", "aws_dynamodb_table", "aws_sqs_queue", "aws_sns_topic", "aws_cloudwatch_log_group",
        "aws_kms_key",
    }  # fmt: skip
