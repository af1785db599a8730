"""The bucket is closed, and wakes the right function for the right objects."""

import json
from typing import Any

from tests.unit.stack.reading import resources, the


def test_one_notification_resource_wakes_both_functions(document: dict[str, Any]) -> None:
    """Typed notifications on incoming/ and on the manifests in validated/, each to a function's own ARN."""
    woken = the(document, "aws_s3_bucket_notification")["lambda_function"]
    functions = {
        f"${{aws_lambda_function.{id_}.arn}}": each for id_, each in resources(document, "aws_lambda_function").items()
    }

    assert {(each["filter_prefix"], functions[each["lambda_function_arn"]]["function_name"]) for each in woken} == {
        ("incoming/", "csv-validator-unit"),
        ("validated/", "csv-transformer-unit"),
    }
    assert all(each["events"] == ["s3:ObjectCreated:*"] for each in woken)
    assert [each.get("filter_suffix") for each in woken] == [None, "manifest.json"]


def test_notifications_wait_for_the_permissions(document: dict[str, Any]) -> None:
    """S3 refuses a notification to a function that it may not call yet."""
    permissions = {
        f"aws_lambda_permission.{id_}"
        for id_, each in resources(document, "aws_lambda_permission").items()
        if each["principal"] == "s3.amazonaws.com"
    }

    assert len(permissions) == 2
    assert set(the(document, "aws_s3_bucket_notification")["depends_on"]) == permissions


def test_only_this_bucket_of_this_account_may_call(document: dict[str, Any]) -> None:
    """A permission without source is one for every bucket of the world."""
    for each in resources(document, "aws_lambda_permission").values():
        if each["principal"] == "s3.amazonaws.com":
            assert each["source_account"] == "${local.account_id}"
            assert each["source_arn"].endswith(":s3:::transaction-csv-files-unit")


def test_bucket_is_versioned_encrypted_private_and_reached_by_tls(document: dict[str, Any]) -> None:
    """Everything that keeps a bucket of ledgers closed is there."""
    versioning = the(document, "aws_s3_bucket_versioning")["versioning_configuration"]
    (rule,) = the(document, "aws_s3_bucket_server_side_encryption_configuration")["rule"]
    block = the(document, "aws_s3_bucket_public_access_block")
    statement, own_key = json.loads(the(document, "aws_s3_bucket_policy")["policy"])["Statement"]

    assert versioning == {"status": "Enabled"}
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    assert all(block[name] is True for name in block if name.startswith(("block_", "ignore_", "restrict_")))
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert len(statement["Resource"]) == 2
    named = "s3:x-amz-server-side-encryption"  # of an object that names none, S3 has no such key
    assert (own_key["Effect"], own_key["Action"]) == ("Deny", "s3:PutObject")
    assert own_key["Condition"] == {"Null": {named: "false"}, "StringNotEquals": {named: "aws:kms"}}


def test_each_derived_prefix_expires_and_originals_stay(document: dict[str, Any]) -> None:
    """What can be made again expires; incoming/ and reports/ don't; old versions and broken uploads always do."""
    rules = the(document, "aws_s3_bucket_lifecycle_configuration")["rule"]
    expiring = {each["filter"][0]["prefix"] for each in rules if each.get("expiration")}

    assert expiring == {"validated/", "transformed/", "quarantine/"}
    assert all(each["noncurrent_version_expiration"] and each["abort_incomplete_multipart_upload"] for each in rules)
    assert "" in {each["filter"][0]["prefix"] for each in rules}


def test_failed_events_rest_in_the_dead_letters(document: dict[str, Any]) -> None:
    """An event that a function can't handle goes to the queue after two retries."""
    queue = f"${{aws_sqs_queue.{next(iter(resources(document, 'aws_sqs_queue')))}.arn}}"
    configs = list(resources(document, "aws_lambda_function_event_invoke_config").values())

    assert len(configs) == 2
    assert all(each["destination_config"]["on_failure"]["destination"] == queue for each in configs)
    assert all(each["maximum_retry_attempts"] == 2 for each in configs)
