"""What AWS publishes: quotas, latencies and prices, each with its page and the day it was looked up.

A quota is an account's default in any region; three large ones have more of some, and a new account less. A price is of
us-east-1 on demand, without free tier or discount. Of some figures only others' quotations of the page could be looked
up, of some nothing: those are the field's common knowledge of it, and say so.
"""

from dataclasses import dataclass

DAY = "2026-11-24"
PAGE, QUOTED, NOT = f"looked up on {DAY}", f"quoted by others on {DAY}", "not looked up"
REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Published:
    """One figure, in `unit`."""

    name: str
    value: float
    unit: str
    url: str
    looked_up: str


def _docs(path: str) -> str:
    return f"https://docs.aws.amazon.com/{path}"


_LAMBDA = _docs("lambda/latest/dg/gettingstarted-limits.html")
_ASYNC = _docs("lambda/latest/dg/invocation-async-error-handling.html")
_DYNAMODB = _docs("amazondynamodb/latest/developerguide/ServiceQuotas.html")
_WARM = _docs("amazondynamodb/latest/developerguide/warm-throughput-scenarios.html")
_S3 = "https://repost.aws/knowledge-center/http-5xx-errors-s3"
_STATES = _docs("step-functions/latest/dg/service-quotas.html")
_LARGE = "us-east-1, us-west-2 and eu-west-1"

QUOTAS = {
    "lambda_duration": Published("Lambda: duration of a call", 900, "s", _LAMBDA, PAGE),
    "lambda_memory": Published("Lambda: memory", 10_240, "MB", _LAMBDA, PAGE),
    "lambda_storage": Published("Lambda: /tmp", 10_240, "MB", _LAMBDA, PAGE),
    "lambda_concurrency": Published("Lambda: calls at once, of an account", 1_000, "calls", _LAMBDA, PAGE),
    "lambda_event_age": Published("Lambda: how long an event waits for a free call", 21_600, "s", _ASYNC, PAGE),
    "table_start": Published("DynamoDB: a new table's writes, at first", 4_000, "units/s", _WARM, PAGE),
    "table_growth": Published(
        "DynamoDB: in which a table's writes may double", 1_800, "s",
        "https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb", PAGE,
    ),
    "table_writes": Published("DynamoDB: writes of a table, or of one index", 40_000, "units/s", _DYNAMODB, PAGE),
    "partition_writes": Published("DynamoDB: writes of a partition", 1_000, "units/s", _WARM, PAGE),
    "s3_puts": Published("S3: PUT requests of a prefix", 3_500, "requests/s", _S3, PAGE),
    "s3_gets": Published("S3: GET requests of a prefix", 5_500, "requests/s", _S3, PAGE),
    "map_children": Published(
        "Step Functions: children of a Distributed Map at once", 10_000, "children",
        _docs("step-functions/latest/dg/state-map-distributed.html"), PAGE,
    ),
    "map_starts": Published("Step Functions: standard children that a map starts", 100, "children/s", _STATES, PAGE),
    "map_runs": Published("Step Functions: open map runs of an account", 1_000, "runs", _STATES, PAGE),
    "transitions": Published(
        f"Step Functions: state transitions of an account; 5,000 in {_LARGE}", 800, "transitions/s", _STATES, PAGE
    ),
    "starts": Published(
        f"Step Functions: StartExecution of an account; 300 in {_LARGE}", 150, "starts/s", _STATES, PAGE
    ),
    "payload": Published("Step Functions: a state's input or output", 262_144, "bytes", _STATES, PAGE),
}  # fmt: skip

LATENCIES = {
    "s3_request": Published(
        "S3: a small request", 0.1, "s", _docs("AmazonS3/latest/userguide/optimizing-performance.html"), QUOTED
    ),
    # less than the 85 to 90 MB/s that S3 gives a connection
    "s3_stream": Published("Lambda: network of an environment (625 Mbit/s)", 625e6 / 8, "bytes/s", _LAMBDA, PAGE),
    "item_put": Published(
        "DynamoDB: a write ('single-digit milliseconds')", 0.01, "s",
        _docs("amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"), PAGE,
    ),
    "child": Published(
        "Step Functions: start of a child and of its call (AWS publishes none: assumed)", 0.25, "s",
        _docs("step-functions/latest/dg/state-map-distributed.html"), NOT,
    ),
}  # fmt: skip


def _price(name: str, dollars: float, per: float, unit: str, page: str, looked_up: str) -> Published:
    return Published(name, dollars / per, unit, f"https://aws.amazon.com/{page}/pricing/", looked_up)


PRICES = {
    "item_write": _price("DynamoDB: write request units", 0.625, 1e6, "unit", "dynamodb", QUOTED),
    "item_month": _price("DynamoDB: storage", 0.25, 1, "GB-month", "dynamodb", PAGE),
    "recovery_month": _price("DynamoDB: point-in-time recovery", 0.20, 1, "GB-month", "dynamodb", NOT),
    "s3_put": _price("S3: PUT requests", 0.005, 1_000, "request", "s3", QUOTED),
    "s3_get": _price("S3: GET requests", 0.0004, 1_000, "request", "s3", QUOTED),
    "s3_month": _price("S3: storage", 0.023, 1, "GB-month", "s3", QUOTED),
    "call": _price("Lambda: calls", 0.20, 1e6, "call", "lambda", QUOTED),
    "memory": _price("Lambda: memory in use", 0.0000166667, 1, "GB-s", "lambda", QUOTED),
    "disk": _price("Lambda: /tmp above 512 MB", 0.0000000309, 1, "GB-s", "lambda", NOT),
    "transition": _price("Step Functions: state transitions", 0.025, 1_000, "transition", "step-functions", PAGE),
    "key_use": _price("KMS: requests", 0.03, 10_000, "request", "kms", QUOTED),
    "message": _price("SNS: messages", 0.50, 1e6, "message", "sns", NOT),
    "logs": _price("CloudWatch: logs taken in", 0.50, 1, "GB", "cloudwatch", QUOTED),
    "logs_month": _price("CloudWatch: logs kept", 0.03, 1, "GB-month", "cloudwatch", NOT),
    "trace": _price("X-Ray: traces", 5.00, 1e6, "trace", "xray", NOT),
    "key_month": _price("KMS: a key", 1.00, 1, "key-month", "kms", QUOTED),
    "metric_month": _price("CloudWatch: a metric", 0.30, 1, "metric-month", "cloudwatch", QUOTED),
    "alarm_month": _price("CloudWatch: an alarm", 0.10, 1, "alarm-month", "cloudwatch", NOT),
}
