"""The table, the key, the topic and the queue."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deployer.resources.delete_calls import keeps_bucket
from stack.columns import columns
from stack.errors import StackError
from tests.unit.stack.reading import resources, the
from transactions.schema import SHIPPED


def test_table_is_on_demand_recoverable_and_encrypted(document: dict[str, Any]) -> None:
    """`transactions-{suffix}` by transaction_id, with point-in-time recovery and the pipeline's key."""
    (key,) = resources(document, "aws_kms_key")

    the(document, "aws_dynamodb_table").expect(
        name="transactions-unit",
        hash_key="transaction_id",
        billing_mode="PAY_PER_REQUEST",
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True, "kms_key_arn": f"${{aws_kms_key.{key}.arn}}"},
    )


def test_table_answers_by_account_and_by_source(document: dict[str, Any]) -> None:
    """An index for an account over time, and one for what a file brought."""
    indexes = {
        each["name"]: (each["hash_key"], each["range_key"])
        for each in the(document, "aws_dynamodb_table")["global_secondary_index"]
    }

    assert indexes == {"by-account": ("account_id", "timestamp"), "by-source": ("source_part", "source_line")}


def _schema(tmp_path: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The shipped schema after a change, as a file."""
    descriptor = json.loads(SHIPPED.read_text())
    change(descriptor)
    path = tmp_path / "schema.json"
    path.write_text(json.dumps(descriptor))
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda schema: schema["fields"][3].update(type="money"), "amount"),
        (lambda schema: schema["fields"][0]["constraints"].update(pattern="("), "transaction_id"),
        (lambda schema: schema["tap"]["roles"].pop("account"), "account"),
        (lambda schema: schema["tap"]["roles"].update(amount="nothing"), "nothing"),
    ],
)
def test_a_wrong_schema_is_refused_at_synthesis(
    tmp_path: Path, change: Callable[[dict[str, Any]], Any], told: str
) -> None:
    """A schema with an unknown type, a broken pattern, or without a role never deploys; the message names the field."""
    with pytest.raises(StackError, match=told):
        columns(_schema(tmp_path, change))


def test_the_tables_keys_are_the_roles_of_the_schema(tmp_path: Path) -> None:
    """Another name for a column is another name in the table; no column's name is written in code."""

    def rename(schema: dict[str, Any]) -> None:
        schema["fields"][1]["name"] = schema["tap"]["roles"]["account"] = "iban"

    assert columns(_schema(tmp_path, rename)).role("account") == "iban"


def test_deletion_protection_is_a_setting(synthesised: Callable[..., dict[str, Any]]) -> None:
    """Of table and bucket: off where environments come and go, on where a team says so."""
    protected = synthesised(rows_per_part="7", max_error_details="7", load_concurrency="7", deletion_protection="true")

    the(synthesised(), "aws_dynamodb_table").expect(deletion_protection_enabled=False)
    the(protected, "aws_dynamodb_table").expect(deletion_protection_enabled=True)
    assert not any(map(keeps_bucket, _bucket_statements(synthesised())))
    assert any(map(keeps_bucket, _bucket_statements(protected)))


def _bucket_statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = the(document, "aws_s3_bucket_policy").json("policy")["Statement"]
    return found


def test_one_key_with_rotation_encrypts_everything(document: dict[str, Any]) -> None:
    """Bucket, table, topic, queue, functions and log groups name the same key, which rotates."""
    (key,) = resources(document, "aws_kms_key")
    arn = f"${{aws_kms_key.{key}.arn}}"
    encrypted = [
        the(document, "aws_sns_topic")["kms_master_key_id"],
        the(document, "aws_sqs_queue")["kms_master_key_id"],
        the(document, "aws_dynamodb_table")["server_side_encryption"]["kms_key_arn"],
        *(each["kms_key_arn"] for each in resources(document, "aws_lambda_function").values()),
        *(each["kms_key_id"] for each in resources(document, "aws_cloudwatch_log_group").values()),
    ]

    assert set(encrypted) == {arn}
    the(document, "aws_kms_key").expect(enable_key_rotation=True)
