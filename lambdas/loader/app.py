"""Entry point of transaction-loader: writes one part to the table, reconciles a whole load, or tells its failure.

Called by the state machine, with {"step": "load", "part": ...} or {"step": "reconcile" or "fail", "input": ...}.
"""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from loading import CONNECTIONS, Loader
from steps import run

from transactions.schema import load

logger, metrics = Logger(), Metrics()
settings = Config(max_pool_connections=CONNECTIONS, retries={"mode": "standard", "max_attempts": 5})
loader = Loader(
    s3=boto3.client("s3", config=settings),
    table=boto3.client("dynamodb", config=settings),
    bucket=os.environ["BUCKET_NAME"],
    table_name=os.environ["TABLE_NAME"],
    schema=load(),
)


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics(capture_cold_start_metric=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Do the step that the state machine asks for."""
    return run(loader, event, logger, metrics)
