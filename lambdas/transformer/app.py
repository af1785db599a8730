"""Entry point of csv-transformer: a manifest arrives, the accepted rows are cut into parts, and the load starts.

Called by S3's notification on `validated/`.
"""

import os

import boto3
from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.utilities.data_classes import S3Event, event_source
from aws_lambda_powertools.utilities.typing import LambdaContext
from transformation import Transformer, transform_all

from aws_io.events import notices
from aws_io.logs import new_logger
from transactions.schema import load

logger, metrics, tracer = new_logger(), Metrics(), Tracer(auto_patch=False)
transformer = Transformer(
    s3=boto3.client("s3"),
    workflow=boto3.client("stepfunctions"),
    bucket=os.environ["BUCKET_NAME"],
    state_machine_arn=os.environ["STATE_MACHINE_ARN"],
    schema=load(),
    rows_per_part=int(os.environ.get("ROWS_PER_PART", "500")),
)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=False)
@event_source(data_class=S3Event)
def handler(event: S3Event, context: LambdaContext) -> dict[str, int]:
    """Transform each file version of the event; returns how many there were."""
    return transform_all(transformer, notices(event, transformer.bucket), logger, metrics)
