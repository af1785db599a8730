"""What a workload costs: quantities times prices, a line each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.capacity.published import PRICES, Published
from pipeline.capacity.shape import Shape
from pipeline.capacity.work import Portion, Work

GB = 1 << 30
FREE_DISK_MB = 512  # https://aws.amazon.com/lambda/pricing/
INDEX_BYTES = 100  # that DynamoDB adds to each stored item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
KEY_SHARE = 0.01  # of S3's requests that ask KMS with a bucket key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
CALL_LOG_BYTES = 3_000  # of a function's call; a test holds it
STATE_LOG_BYTES = 6_000  # of an execution with one state, at level ALL
TRACED = 0.05  # of calls, by X-Ray's default rule: https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
METRICS = 14  # that the functions of the load send
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Cost:
    """One line of a bill."""

    price: Published
    quantity: float

    @property
    def dollars(self) -> float:
        return self.quantity * self.price.value

    def to_json(self) -> dict[str, Any]:
        price = self.price
        return {
            "name": price.name,
            "quantity": self.quantity,
            "unit": price.unit,
            "price": price.value,
            "dollars": self.dollars,
        }


def once(work: Work, all_files: Portion) -> list[Cost]:
    """What the load itself costs, with the storage of what goes after some weeks."""
    return [Cost(PRICES[name], quantity) for name, quantity in _once(work, all_files)]


def _once(work: Work, some: Portion) -> Iterator[tuple[str, float]]:
    shape = work.shape
    calls = 3 * some.files + some.parts  # validator, transformer, reconcile; a loader for each part
    busy = (
        (shape.validator, work.validator_s(some)),
        (shape.transformer, work.transformer_s(some)),
        (shape.loader, work.loader_s(some) + work.reconcile_s(some)),
    )
    puts, gets = work.puts(some), work.gets(some)
    made = some.rows * work.accepted_bytes
    logs = calls * CALL_LOG_BYTES + (some.files + some.parts) * STATE_LOG_BYTES
    yield "item_write", some.rows * work.units * (1 + shape.indexes)
    yield "memory", sum(each.memory_mb / 1024 * seconds for each, seconds in busy)
    yield "disk", sum((each.storage_mb - FREE_DISK_MB) / 1024 * seconds for each, seconds in busy)
    yield "call", calls
    yield "transition", some.files * shape.transitions + some.parts * shape.part_transitions
    yield "s3_put", puts
    yield "s3_get", gets
    yield "s3_month", made / GB * shape.kept_days / MONTH_DAYS
    yield "key_use", (puts + gets) * (KEY_SHARE if shape.bucket_key else 1)
    yield "logs", logs / GB
    yield "logs_month", logs / GB * shape.logs_kept_days / MONTH_DAYS
    yield "trace", calls * TRACED
    yield "message", some.files


def monthly(work: Work, some: Portion) -> list[Cost]:
    """What keeping the rows costs in a month: the table with its indexes and its recovery, and the files."""
    item = some.rows * (work.item_bytes + INDEX_BYTES) / GB
    return [
        Cost(PRICES["item_month"], item * (1 + work.shape.indexes)),
        Cost(PRICES["recovery_month"], item),
        Cost(PRICES["s3_month"], some.rows * work.row_bytes / GB),
    ]


def standing(shape: Shape) -> list[Cost]:
    """What an environment costs in a month that works at all."""
    alarms = Cost(PRICES["alarm_month"], shape.alarms)
    return [Cost(PRICES["key_month"], 1), Cost(PRICES["metric_month"], METRICS), alarms]


def total(costs: Iterable[Cost]) -> float:
    """Dollars."""
    return sum(cost.dollars for cost in costs)
