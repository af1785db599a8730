"""Entry point of transaction-loader: writes one part to the table, reconciles a whole load, or tells its failure.

Called by the state machine, with {"step": "load", "part": ...} or {"step": "reconcile" or "fail", "input": ...}, and by
EventBridge with the event that an execution ended badly.
"""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from failing import Outlets
from loading import CONNECTIONS, Loader
from steps import run

from aws_io.logs import new_logger
from transactions.schema import load

# calls of boto3 are not traced one by one: the loader makes thousands, from threads that have no segment
logger, metrics, tracer = new_logger(), Metrics(), Tracer(auto_patch=False)
settings = Config(max_pool_connections=CONNECTIONS, retries={"mode": "standard", "max_attempts": 5})
loader = Loader(
    s3=boto3.client("s3", config=settings),
    table=boto3.client("dynamodb", config=settings),
    bucket=os.environ["BUCKET_NAME"],
    table_name=os.environ["TABLE_NAME"],
    schema=load(),
)
outlets = Outlets(
    queues=boto3.client("sqs"),
    topics=boto3.client("sns"),
    queue_url=os.environ["DEAD_LETTERS_URL"],
    topic_arn=os.environ["TOPIC_ARN"],
)


@logger.inject_lambda_context(clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do the step that the state machine asks for."""
    return run(loader, outlets, event, logger, metrics)
