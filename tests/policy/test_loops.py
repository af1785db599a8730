"""What a finding tells of a loop: the whole way round, and whether anything at AWS would stop it."""

import pytest

from deployer.compliance.judgement import Judgement

STOPPED, NOT_STOPPED = "and Lambda may stop it after 16 rounds", "and nothing stops it"


@pytest.mark.parametrize(
    ("resource", "way", "told"),
    [
        ("aws_s3_bucket_notification.fail_by_reference", "aws_s3_bucket.thumbnails -> aws_lambda_function.resize",
         STOPPED),
        ("aws_lambda_event_source_mapping.fail_queue", "aws_sqs_queue.work -> aws_lambda_function.writer", STOPPED),
        ("aws_lambda_event_source_mapping.fail_table", "aws_dynamodb_table.orders -> aws_lambda_function.writer",
         NOT_STOPPED),
        ("aws_cloudwatch_event_target.fail_object", "aws_s3_bucket.drop -> aws_lambda_function.react", NOT_STOPPED),
        ("aws_s3_bucket_notification.fail_row", "aws_s3_bucket.row -> aws_sqs_queue.row -> aws_lambda_function.reader"
         " -> aws_sfn_state_machine.row", NOT_STOPPED),
        ("aws_s3_bucket_notification.fail_allowed", "aws_s3_bucket.files -> aws_lambda_function.allowed", NOT_STOPPED),
    ],
)  # fmt: skip
def test_a_loop_is_told_as_a_whole(of_cases: Judgement, resource: str, way: str, told: str) -> None:
    """A finding names each that takes part, and says whether Lambda's own detection sees the loop."""
    start = way.partition(" ")[0]
    (message,) = {one.message for one in of_cases.findings if one.resource == resource and one.rule == "TAP_LOOP_1"}

    assert message == f"it starts itself again: {way} -> {start}, {told}"
