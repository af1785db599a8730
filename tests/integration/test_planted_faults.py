"""Where a file stops, the message names the stage it reached, the one it did not, and why; then the way is mended."""

import pytest

from stack.outputs import Outputs
from tests.integration.conftest import CsvFile
from tests.integration.fault_injection import Plant
from tests.integration.journeys import Travel

pytestmark = pytest.mark.fault
ELSEWHERE = {"BUCKET_NAME": "nowhere-at-all"}
NO_MACHINE = {"STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:none"}
NO_TABLE = {"TABLE_NAME": "no-table"}


@pytest.mark.parametrize(
    ("stage", "missed", "function", "broken", "why"),
    [
        ("uploaded", "validated", "validator_function_name", ELSEWHERE, "not of nowhere-at-all"),
        ("validated", "transformed", "transformer_function_name", ELSEWHERE, "not of nowhere-at-all"),
        ("transformed", "loading", "transformer_function_name", NO_MACHINE, "StartExecution"),
        pytest.param(
            "loading", "loaded", "loader_function_name", NO_TABLE, "PutItem", marks=pytest.mark.needs("maps_fail")
        ),
    ],
    ids=["uploaded", "validated", "transformed", "loading"],
)
def test_the_message_names_the_stage_and_why(
    travel: Travel, plant: Plant, outputs: Outputs, csv_file: CsvFile, tag: str,
    stage: str, missed: str, function: str, broken: dict[str, str], why: str,
) -> None:  # fmt: skip
    """A function with a wrong setting stops the file at its stage; once mended, the same file goes through."""
    name = getattr(outputs, function)
    plant.configured(name, Environment=broken)

    told = travel(csv_file([{}]), f"{tag}.csv").stops()

    assert f"it reached `{stage}` at 2" in told
    assert f"not `{missed}`" in told
    assert name in told
    assert why in told
    plant.mend()
    travel(csv_file([{}]), f"{tag}-again.csv").reconciles()


@pytest.mark.needs("iam_enforced")
@pytest.mark.parametrize(
    ("stage", "who", "action"),
    [
        ("uploaded", "validator_function_name", "s3:PutObject"),
        ("validated", "transformer_function_name", "s3:GetObject"),
        ("transformed", "transformer_function_name", "states:StartExecution"),
        ("loading", "loader_function_name", "dynamodb:PutItem"),
        ("loading", "state_machine_arn", "lambda:InvokeFunction"),
        ("uploaded", "validator_function_name", "kms:GenerateDataKey"),
        ("loading", "loader_function_name", "kms:Decrypt"),
    ],
)
def test_what_iam_denies_is_named(
    travel: Travel, plant: Plant, outputs: Outputs, csv_file: CsvFile, tag: str, stage: str, who: str, action: str
) -> None:
    """A role that may not do what it needs to, or not use the key: the message says who was denied what."""
    plant.denied(getattr(outputs, who), action)

    told = travel(csv_file([{}]), f"{tag}.csv").stops()

    assert f"it reached `{stage}` at 2" in told
    assert f"may not {action}" in told
    plant.mend()
    travel(csv_file([{}]), f"{tag}-again.csv").reconciles()
