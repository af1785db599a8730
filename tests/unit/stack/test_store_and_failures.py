"""The table, the key, the topic and the queue."""

from collections.abc import Callable
from typing import Any

from tests.unit.stack.reading import resources, the


def test_table_is_on_demand_recoverable_and_encrypted(document: dict[str, Any]) -> None:
    """`transactions-{suffix}` by transaction_id, with point-in-time recovery and the pipeline's key."""
    table = the(document, "aws_dynamodb_table")

    assert (table["name"], table["hash_key"], table["billing_mode"]) == (
        "transactions-unit",
        "transaction_id",
        "PAY_PER_REQUEST",
    )
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["server_side_encryption"]["enabled"] is True
    assert table["server_side_encryption"]["kms_key_arn"].startswith("${aws_kms_key.")


def test_table_answers_by_account_and_by_source(document: dict[str, Any]) -> None:
    """An index for an account over time, and one for what a file brought."""
    indexes = {
        each["name"]: (each["hash_key"], each["range_key"])
        for each in the(document, "aws_dynamodb_table")["global_secondary_index"]
    }

    assert indexes == {"by-account": ("account_id", "timestamp"), "by-source": ("source_part", "source_line")}


def test_deletion_protection_is_a_setting(synthesised: Callable[..., dict[str, Any]]) -> None:
    """Off where environments come and go, on where a team says so."""
    protected = synthesised(rows_per_part="7", max_error_details="7", load_concurrency="7", deletion_protection="true")

    assert the(synthesised(), "aws_dynamodb_table")["deletion_protection_enabled"] is False
    assert the(protected, "aws_dynamodb_table")["deletion_protection_enabled"] is True


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
    assert the(document, "aws_kms_key")["enable_key_rotation"] is True


def test_an_alarm_tells_of_the_first_dead_letter(document: dict[str, Any]) -> None:
    """More than zero visible messages within a minute reach the topic."""
    alarm = the(document, "aws_cloudwatch_metric_alarm")

    assert (alarm["comparison_operator"], alarm["threshold"], alarm["period"]) == ("GreaterThanThreshold", 0, 60)
    assert alarm["dimensions"] == {"QueueName": "transaction-dead-letters-unit"}
    assert alarm["alarm_actions"][0].endswith(":transaction-notifications-unit")
    assert the(document, "aws_sqs_queue")["message_retention_seconds"] == 14 * 24 * 3600
