"""The bucket is closed, and wakes the right function for the right objects."""

from typing import Any

from tests.unit.stack.reading import resources, role_policies, the


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
    assert set(the(document, "aws_s3_bucket_notification")["depends_on"]) >= permissions


def test_notifications_wait_for_the_versioning(document: dict[str, Any]) -> None:
    """An event of a bucket whose versioning is not in force names no version."""
    (versioning,) = resources(document, "aws_s3_bucket_versioning")

    assert f"aws_s3_bucket_versioning.{versioning}" in the(document, "aws_s3_bucket_notification")["depends_on"]


def test_the_validator_reads_a_version_and_a_file_without_one(document: dict[str, Any]) -> None:
    """Versioning takes up to 15 minutes to count, in which events name none; a read of a version is another action.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
    """
    statements = role_policies(document)["csv-validator-role-unit-policy"]
    (reading,) = (each for each in statements if any("/incoming/" in one for one in each["Resource"]))

    assert reading["Action"] == ["s3:GetObject", "s3:GetObjectVersion"]


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
    statement, *_ = the(document, "aws_s3_bucket_policy").json("policy")["Statement"]

    assert versioning == {"status": "Enabled"}
    assert rule["apply_server_side_encryption_by_default"]["sse_algorithm"] == "aws:kms"
    assert all(block[name] is True for name in block if name.startswith(("block_", "ignore_", "restrict_")))
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert len(statement["Resource"]) == 2


def test_what_names_an_encryption_names_the_pipelines_key(document: dict[str, Any]) -> None:
    """Another algorithm, another key, none beside `aws:kms`, and a caller's own are denied; no header at all is not."""
    _, *denials = the(document, "aws_s3_bucket_policy").json("policy")["Statement"]
    (key,) = resources(document, "aws_kms_key")
    header = "s3:x-amz-server-side-encryption"  # of an object that names none, S3 has no such key

    assert {(each["Effect"], each["Action"]) for each in denials} == {("Deny", "s3:PutObject")}
    assert [each["Condition"] for each in denials] == [
        {"Null": {header: "false"}, "StringNotEquals": {header: "aws:kms"}},
        {"Null": {header: "false"}, "StringNotEquals": {f"{header}-aws-kms-key-id": f"${{aws_kms_key.{key}.arn}}"}},
        {"Null": {f"{header}-customer-algorithm": "false"}},
    ]


def test_each_derived_prefix_expires_and_originals_stay(document: dict[str, Any]) -> None:
    """What can be made again expires; incoming/ and reports/ don't; old versions and broken uploads always do."""
    rules = the(document, "aws_s3_bucket_lifecycle_configuration")["rule"]
    expiring = {each["filter"][0]["prefix"] for each in rules if each.get("expiration")}

    assert expiring == {"validated/", "transformed/", "runs/", "quarantine/"}
    assert all(each["noncurrent_version_expiration"] and each["abort_incomplete_multipart_upload"] for each in rules)
    assert "" in {each["filter"][0]["prefix"] for each in rules}
