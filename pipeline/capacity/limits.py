"""Where a workload stands towards each quota: what it needs, what it is allowed, and what happens beyond.

A ceiling that is exceeded makes the load fail. At a rate the work waits, and takes the longer.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pipeline import domain
from pipeline.capacity.published import LATENCIES, QUOTAS
from pipeline.capacity.work import Portion, Work

FIGURES = ("read", "accepted", "rejected", "loaded", "duplicate", "conflicting")
TRIES = 5  # of a write, by the loader's client
THROTTLED = 0.2  # the share of writes that may be throttled: one in 3,000 uses up all its tries, so that a part of 500
# is tried a second time in one case of seven, and nine times in one of 40 million
_MB = 1 << 20
_DEAD = "the call ends; after two more tries the event is in the dead-letter queue, the file's report stays as it was"
_FAILS = "the load fails: its report says so, and it is in the dead-letter queue until `tap redrive`"
_TRIED = f"parts are tried eight more times with growing pauses; then {_FAILS}"
_ENDS = "the execution times out: the file's report says so, and it is in the dead-letter queue until `tap redrive`"
_WAITS = "the next ones wait"
_SLOWER = "requests are throttled and tried again: the load takes longer"


@dataclass(frozen=True, slots=True)
class Limit:
    """One quota. `beyond` says what the stack does there; `fails` whether that is an end or only a wait."""

    name: str
    needed: float
    allowed: float
    unit: str
    beyond: str
    fails: bool = True

    @property
    def use(self) -> float:
        """The share of the quota that is needed; where the work waits, at most all of it."""
        share = self.needed / self.allowed
        return share if self.fails else min(1.0, share)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "use": self.use}


def of_a_file(work: Work, some: Portion) -> Iterator[Limit]:
    """What a single file meets, however many there are."""
    shape, measured = work.shape, work.measured
    part = Portion(min(some.rows, shape.rows_per_part), 1, 1)
    validator_mb = measured.validator_mb + 3 * some.rows / 8 / _MB  # three sets of rows, a bit each
    transformer_mb = measured.transformer_mb + some.parts * measured.listed_mb
    disk_mb = some.rows * work.disk_bytes / _MB
    yield Limit("Lambda duration: validator", work.validator_s(some), shape.validator.timeout_s, "s", _DEAD)
    yield Limit("Lambda duration: transformer", work.transformer_s(some), shape.transformer.timeout_s, "s", _DEAD)
    yield Limit("Lambda duration: loader, one part", work.loader_s(part), shape.part_timeout_s, "s", _FAILS)
    yield Limit("Lambda duration: loader, reconciling", work.reconcile_s(some), shape.loader.timeout_s, "s", _FAILS)
    yield Limit("Lambda /tmp: validator", disk_mb, shape.validator.storage_mb, "MB", _DEAD)
    yield Limit("Lambda memory: validator", validator_mb, shape.validator.memory_mb, "MB", _DEAD)
    yield Limit("Lambda memory: transformer", transformer_mb, shape.transformer.memory_mb, "MB", _DEAD)


def payload_bytes() -> int:
    """Of what the loader answers to the workflow, the largest of its payloads, with every currency in the file."""
    schema = domain.load()
    (currency,) = (each for each in schema.fields if each.name == schema.role("currency"))
    amounts = dict.fromkeys(FIGURES, "9" * 30)
    rows = dict.fromkeys(FIGURES, 10**12)
    totals = dict.fromkeys(currency.enum, amounts)
    return len(json.dumps({"key": "k" * 1024, "reconciled": True, "rows": rows, "totals": totals}))


@dataclass(frozen=True, slots=True)
class Loading:
    """How the rows come into the table.

    Args:
        at_once: files on their way at the same time.
        asked: rows a second that their loaders write if the table keeps up.
        at_first: units a second that the table serves at the beginning.
        seconds: of all rows.
        file_s: of one file, beside the others.
    """

    at_once: int
    asked: float
    at_first: float
    seconds: float
    file_s: float


def of_all(work: Work, whole: Portion, loading: Loading) -> Iterator[Limit]:
    """What all files together meet."""
    shape = work.shape
    loaders = loading.at_once * shape.concurrency
    served, asked = most_writes(loading.at_first, loading.seconds), work.units * loading.asked
    parts = whole.parts / loading.seconds
    yield Limit("Step Functions: a load's own timeout", loading.file_s, shape.load_timeout_s, "s", _ENDS)
    yield Limit("Lambda calls at once", loaders, QUOTAS["lambda_concurrency"].value, "calls", _TRIED)
    children = QUOTAS["map_children"].value
    yield Limit("Step Functions children of a map", shape.concurrency, children, "children", "no more are started")
    started = whole.parts / whole.files / loading.file_s
    map_starts, map_runs = QUOTAS["map_starts"].value, QUOTAS["map_runs"].value
    yield Limit("Step Functions starts of a map's children", started, map_starts, "children/s", _WAITS, fails=False)
    yield Limit("Step Functions open map runs", loading.at_once, map_runs, "runs", _WAITS, fails=False)
    connections = most_connections(work, loading.at_first)
    held = loaders * work.measured.connections
    yield Limit("DynamoDB connections that a table serves", held, connections, "connections", _TRIED)
    yield Limit("DynamoDB writes of a table", asked, served, "units/s", _SLOWER, fails=False)
    partition = QUOTAS["partition_writes"].value
    account = min(asked, work.units * whole.rows / loading.seconds) / work.load.accounts
    yield Limit("DynamoDB writes of an account's partition", account, partition, "units/s", _SLOWER, fails=False)
    part = work.units / work.written_s
    yield Limit("DynamoDB writes of a part's partition", part, partition, "units/s", _SLOWER, fails=False)
    for method in ("PUT", "GET"):
        requests = QUOTAS[f"s3_{method.lower()}s"].value
        name = f"S3 {method} requests of a prefix"
        yield Limit(name, 2 * parts, requests, "requests/s", _SLOWER, fails=False)
    starts = QUOTAS["starts"].value
    yield Limit("Step Functions starts", whole.files / loading.seconds, starts, "starts/s", _SLOWER, fails=False)
    transitions = QUOTAS["transitions"].value
    changes = parts * shape.part_transitions
    yield Limit("Step Functions transitions", changes, transitions, "transitions/s", _WAITS, fails=False)


def most_connections(work: Work, table_writes: float) -> float:
    """As many as the table serves so often that few enough of their writes use up their tries.

    A throttled write pauses for half a second on average, then 1, 2 and 4 (the client's standard mode):
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
    """
    pause = sum(THROTTLED**tried * 2.0 ** (tried - 1) / 2 for tried in range(1, TRIES))
    busy = max(LATENCIES["item_put"].value, work.written_s * work.measured.connections)
    return table_writes / work.units * (busy + pause)


def most_writes(at_first: float, seconds: float) -> float:
    """Units a second that the table serves after so long a load: it may double each half hour, up to the quota."""
    doubled = min(int(seconds / QUOTAS["table_growth"].value), 32)
    return max(at_first, min(QUOTAS["table_writes"].value, at_first * 2.0**doubled))


def load_s(rows: float, asked: float, units: int, at_first: float) -> float:
    """Seconds to write rows, of which `asked` are asked for each second, to a table that serves `at_first` units."""
    seconds, period = 0.0, QUOTAS["table_growth"].value
    while True:
        served = min(asked, most_writes(at_first, seconds) / units)
        if served == asked or most_writes(at_first, seconds) >= QUOTAS["table_writes"].value or rows <= served * period:
            return seconds + rows / served
        rows, seconds = rows - served * period, seconds + period
