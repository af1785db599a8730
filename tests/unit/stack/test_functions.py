"""Every function is a ZIP with a role, a policy and a log group of its own."""

from collections.abc import Callable
from typing import Any

import pytest

from stack.settings import FUNCTIONS
from tests.unit.stack.reading import listed, resources, strings, the

NAMES = sorted(f"{name}-unit" for name in FUNCTIONS)


def _functions(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["function_name"]: each for each in resources(document, "aws_lambda_function").values()}


def test_lambda_functions_with_zip_deployment(document: dict[str, Any]) -> None:
    """The four functions run `app.handler` on python3.11 from a ZIP whose content Terraform hashes."""
    functions = _functions(document)

    assert sorted(functions) == NAMES
    for function in functions.values():
        assert (function["runtime"], function["handler"]) == ("python3.11", "app.handler")
        assert function["filename"].startswith("assets/")
        assert function["filename"].endswith(".zip")
        assert function["source_code_hash"] == f'${{filebase64sha256("{function["filename"]}")}}'


def test_no_image_and_no_registry_anywhere(document: dict[str, Any]) -> None:
    """Nobody has to push an image first: no ECR, no image URI, no package type Image."""
    words = set(strings(document))

    assert not {"image_uri", "Image", "package_type"} & words
    assert [kind for kind in document["resource"] if kind.startswith("aws_ecr")] == []


def test_log_groups_are_declared_before_lambda_makes_its_own(document: dict[str, Any]) -> None:
    """Each function waits for its log group, which is encrypted and kept for a stated time."""
    groups = resources(document, "aws_cloudwatch_log_group")
    by_name = {group["name"]: f"aws_cloudwatch_log_group.{id_}" for id_, group in groups.items()}

    for name, function in _functions(document).items():
        assert by_name[f"/aws/lambda/{name}"] in function["depends_on"]
    assert all(group["kms_key_id"] and group["retention_in_days"] == 365 for group in groups.values())


def test_the_reader_of_a_list_of_parts_is_deployed_before_its_writer(document: dict[str, Any]) -> None:
    """A loader that knows a new form is there when the transformer begins to write it. Told by its address."""
    ids = {each["function_name"]: id_ for id_, each in resources(document, "aws_lambda_function").items()}

    waits = _functions(document)["csv-transformer-unit"]["depends_on"]
    assert f"aws_lambda_function.{ids['transaction-loader-unit']}" in waits


def test_no_call_runs_before_its_policy(document: dict[str, Any]) -> None:
    """A function waits for its role's inline policy, and the state machine for its own."""
    waiting = [*_functions(document).values(), the(document, "aws_sfn_state_machine")]

    assert all(any(on.startswith("aws_iam_role_policy.") for on in each["depends_on"]) for each in waiting)


def test_each_bearer_has_a_role_of_its_own_for_its_service_and_itself_alone(document: dict[str, Any]) -> None:
    """Five roles, named after their bearers; each trusts one service acting for one resource of this account.

    Of the state machine, also as its distributed map names it, with a label behind it.
    """
    roles = {each["name"]: each.json("assume_role_policy") for each in resources(document, "aws_iam_role").values()}
    bearers = [*FUNCTIONS, "transaction-load"]

    assert sorted(roles) == sorted(f"{bearer}-role-unit" for bearer in bearers)
    for bearer in bearers:
        (statement,) = roles[f"{bearer}-role-unit"]["Statement"]
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "${local.account_id}"}
        source, *children = listed(statement["Condition"]["ArnLike"]["aws:SourceArn"])
        assert source.endswith(f":{bearer}-unit")
        assert children == ([f"{source}/*"] if bearer == "transaction-load" else [])


def test_functions_know_their_neighbours_by_name(document: dict[str, Any]) -> None:
    """What a function needs to know stands in its environment, and no name there is blank."""
    variables = {name: each["environment"]["variables"] for name, each in _functions(document).items()}

    assert variables["transaction-loader-unit"]["TABLE_NAME"] == "transactions-unit"
    assert variables["csv-transformer-unit"]["STATE_MACHINE_ARN"].endswith(":stateMachine:transaction-load-unit")
    assert all(value for each in variables.values() for value in each.values())


@pytest.mark.parametrize(
    ("setting", "function", "variable"),
    [
        ("rows_per_part", "csv-transformer-unit", "ROWS_PER_PART"),
        ("max_error_details", "csv-validator-unit", "MAX_ERROR_DETAILS"),
    ],
)
def test_settings_reach_the_functions(
    synthesised: Callable[..., dict[str, Any]], setting: str, function: str, variable: str
) -> None:
    """A setting that a function obeys arrives in its environment."""
    changed = synthesised(rows_per_part="7", max_error_details="7", load_concurrency="7", deletion_protection="true")

    assert _functions(changed)[function]["environment"]["variables"][variable] == "7"
