"""Entry point of transaction-status: what became of a file, and one transaction. Called by API Gateway.

GET /files/{key+}                     the newest report of a file
GET /transactions/{transaction_id}    an item of the table

A path whose ARN has over 1,600 bytes does not come here: API Gateway answers 414.
"""

import os
from typing import Any

import boto3
from aws_lambda_powertools import Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from lookups import Lookups, routes

from aws_io.logs import new_logger
from transactions.schema import load

logger, metrics, tracer = new_logger(), Metrics(), Tracer(auto_patch=False)
lookups = Lookups(
    s3=boto3.client("s3"),
    table=boto3.client("dynamodb"),
    bucket=os.environ["BUCKET_NAME"],
    table_name=os.environ["TABLE_NAME"],
    schema=load(),
)
resolver: APIGatewayRestResolver = routes(lookups, logger, metrics)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
@tracer.capture_lambda_handler(capture_response=False)
@metrics.log_metrics(capture_cold_start_metric=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return resolver.resolve(event, context)
