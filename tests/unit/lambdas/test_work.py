"""The functions ask of S3, and write to their logs, what the capacity model counts."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest

from pipeline.capacity.costs import CALL_LOG_BYTES
from pipeline.capacity.measured import measured
from pipeline.capacity.shape import Function, Shape
from pipeline.capacity.work import Load, Portion, Work
from tests.unit.rows import make_file

ROWS_PER_PART = 4  # of the functions under test
LAMBDA_LINES = 500  # bytes that Lambda itself writes of a call: its start, its end, its report


@pytest.fixture
def calls(account) -> Iterator[Counter[str]]:
    """How often each operation of S3 is called by clients that are made from here on."""
    made: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        made[model.name] += 1

    events = boto3.DEFAULT_SESSION.events
    events.register("before-call.s3", count)
    yield made
    events.unregister("before-call.s3", count)


def work(rows: int) -> Work:
    """Of one file, by a stack with parts of this size."""
    function = Function(1_769, 900, 512)
    shape = Shape(
        validator=function, transformer=function, loader=function, rows_per_part=ROWS_PER_PART, concurrency=10,
        load_timeout_s=86_400, part_timeout_s=300, transitions=3, part_transitions=1, indexes=2, kept_days=120,
        logs_kept_days=365, bucket_key=True, alarms=16,
    )  # fmt: skip
    return Work(Load(rows=rows), shape, measured())


@pytest.mark.parametrize("rows", [1, 4, 9, 21])
def test_a_file_makes_the_requests_that_are_counted(calls: Counter[str], way, rows: int) -> None:
    """For any number of parts; the upload itself is one PUT more, and Step Functions makes one GET and two PUTs."""
    way.move("incoming/counted.csv", make_file(*range(1, rows + 1)))

    one = Portion(rows, 1, -(-rows // ROWS_PER_PART))
    assert calls["GetObject"] + 1 == work(rows).gets(one)
    assert calls["PutObject"] + 3 == work(rows).puts(one)
    assert set(calls) == {"GetObject", "PutObject"}


def test_a_call_logs_no_more_than_is_counted(way, capsys: pytest.CaptureFixture[str]) -> None:
    """Of each function, with what Lambda adds."""
    key = "incoming/a-rather-long-name-of-a-file-of-transactions.csv"
    version = way.put(key, make_file(*range(1, 5)))
    steps: list[Callable[[str, str], Any]] = [way.validate, way.transform, way.load, way.reconcile]
    logged = []
    for step in steps[:3]:
        step(key, version)
        logged.append(len(capsys.readouterr().out.encode()))
    way.reconcile(key, version)
    logged.append(len(capsys.readouterr().out.encode()))

    assert min(logged) > 0
    assert max(logged) + LAMBDA_LINES <= CALL_LOG_BYTES
