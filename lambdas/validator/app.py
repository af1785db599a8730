"""Entry point of csv-validator: files that arrive below `incoming/` are judged, row by row.

Called by S3's notification. An answer about a file, also "this is not a CSV", is a success; only what a retry may
mend is an error.
"""

import os

import boto3
from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.utilities.data_classes import S3Event, event_source
from aws_lambda_powertools.utilities.typing import LambdaContext
from validation import Validator, validate_all

from aws_io.events import notices
from aws_io.logs import new_logger
from transactions.schema import load

logger, metrics, tracer = new_logger(), Metrics(), Tracer(auto_patch=False)
validator = Validator(
    s3=boto3.client("s3"),
    bucket=os.environ["BUCKET_NAME"],
    schema=load(),
    max_details=int(os.environ.get("MAX_ERROR_DETAILS", "10000")),
)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=False)
@event_source(data_class=S3Event)
def handler(event: S3Event, context: LambdaContext) -> dict[str, int]:
    """Judge each file of the event; returns how many files were judged and how many could not be."""
    return validate_all(validator, notices(event, validator.bucket), logger, metrics)
