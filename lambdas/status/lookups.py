"""The answers of the API. Called by `app`; errors tell the caller what is wrong with the request, and nothing else."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError, ServiceError
from aws_lambda_powertools.metrics import MetricUnit
from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from aws_io.faults import is_absent
from transactions.layout import NAME_PATTERN, report_key
from transactions.money import amount_text
from transactions.schema import Schema

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

_deserialize = TypeDeserializer().deserialize
_LONGEST = 1024 - len(report_key(""))  # bytes of a name whose report S3 can hold, and of more than any id


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the answers need: clients, and where to look."""

    s3: "S3Client"
    table: "DynamoDBClient"
    bucket: str
    table_name: str
    schema: Schema


def routes(lookups: Lookups, logger: Logger, metrics: Metrics) -> APIGatewayRestResolver:
    """The API's routes."""
    api = APIGatewayRestResolver(serializer=partial(json.dumps, default=_as_text, ensure_ascii=False))

    @api.get("/files/.+")
    def file() -> dict[str, Any]:
        metrics.add_metric("FileLookups", MetricUnit.Count, 1)
        return file_report(lookups, _parameter(api))

    @api.get("/transactions/.+")
    def transaction() -> dict[str, Any]:
        metrics.add_metric("TransactionLookups", MetricUnit.Count, 1)
        return transaction_item(lookups, _parameter(api))

    @api.not_found
    def nothing(_: NotFoundError) -> Response[str]:
        metrics.add_metric("UnknownRoutes", MetricUnit.Count, 1)
        return _refusal(404, "GET /files/{key} and GET /transactions/{transaction_id} are answered")

    @api.exception_handler(Exception)  # type: ignore[untyped-decorator] # powertools types it so
    def failure(error: Exception) -> Response[str]:
        if isinstance(error, ServiceError):
            return _refusal(error.status_code, str(error.msg))
        logger.exception("the request could not be answered")
        metrics.add_metric("LookupsFailed", MetricUnit.Count, 1)
        return _refusal(500, "the request could not be answered; try again")

    return api


def _refusal(code: int, message: str) -> Response[str]:
    body = {"statusCode": code, "message": message}
    return Response(code, content_types.APPLICATION_JSON, json.dumps(body))


def _parameter(api: APIGatewayRestResolver) -> str:
    """The one parameter of a route's path, whatever the API calls it."""
    return next(iter((api.current_event.path_parameters or {}).values()), "")


def file_report(lookups: Lookups, name: str) -> dict[str, Any]:
    """The newest report of a file; `name` is its key without `incoming/`, percent-encoded or not.

    One of which API Gateway answers 414, since its path is too long, can be asked of `tap status` alone, which reads
    the bucket: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html

    Raises:
        BadRequestError: it is no key.
        NotFoundError: there is no report of it, or can't be.
    """
    for candidate in dict.fromkeys((unquote(name), name)):
        _check(candidate)
        try:
            body = lookups.s3.get_object(Bucket=lookups.bucket, Key=report_key(candidate))["Body"].read()
        except ClientError as error:
            if not is_absent(error):
                raise
        else:
            report: dict[str, Any] = json.loads(body)
            return report
    raise NotFoundError("no report of such a file: its key without incoming/ is needed, and it may not be judged yet")


def transaction_item(lookups: Lookups, transaction_id: str) -> dict[str, Any]:
    """The item of a transaction.

    Raises:
        BadRequestError: the id can't be one.
        NotFoundError: there is none in the table.
    """
    wanted = unquote(transaction_id)
    _check(wanted)
    key = {lookups.schema.role("id"): {"S": wanted}}
    item = lookups.table.get_item(TableName=lookups.table_name, Key=key, ConsistentRead=True).get("Item")
    if not item:
        raise NotFoundError("no such transaction")
    values = {name: _deserialize(value) for name, value in item.items()}
    amount, currency = lookups.schema.role("amount"), lookups.schema.role("currency")
    # the table keeps 12.30 as 12.3
    return values | {amount: amount_text(values[amount], values[currency])}


def _check(name: str) -> None:
    """Refuse what can name nothing, before anybody is asked for it."""
    if not re.fullmatch(NAME_PATTERN, name):
        raise BadRequestError("this is no key: no empty, '.' or '..' segments, no control characters")
    if len(name.encode()) > _LONGEST:
        raise NotFoundError(f"nothing has a name of more than {_LONGEST:,} bytes")


def _as_text(value: object) -> str:
    """Decimals as text, so that no reader makes floats of amounts."""
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no place in an answer")
