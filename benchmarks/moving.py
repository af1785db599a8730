"""Moving: from a finished upload of 1,000 rows to its last item in the table, by warm functions on the embedded AWS.

The peer is the emulator's own limit: the same file put, and as many bare PutItem calls on as many connections as the
loader has. When each stage was seen is printed to stderr.
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.loading import bare_puts, timed_puts
from benchmarks.measure import Figure, Peer
from deployer.console.view import NoView
from deployer.deploy.deployment import Run
from deployer.deploy.destroy import destroy
from deployer.deploy.stages import deploy
from deployer.paths import Paths
from deployer.targets.connect import open_target
from pipeline.client import Pipeline
from pipeline.domain import Upload
from stack.settings import Settings

ROWS, ROUNDS, TIMES = 1_000, 7, 1.15
_POLL_S = 0.02
_HEADER = "transaction_id,account_id,timestamp,amount,currency,type,merchant,description\n"


def figures() -> Iterator[Figure]:
    paths, settings = Paths.here(), Settings.load({}, environment_suffix="bench")
    with open_target(settings, paths) as session, TemporaryDirectory() as folder:
        run = Run(settings, paths, session, NoView())
        pipeline = Pipeline.of(session.target, deploy(run))
        stages: dict[str, list[float]] = defaultdict(list)
        _moved(pipeline, Path(folder), 0, defaultdict(list))  # its functions start cold
        ours, peers = [], []
        for number in range(1, ROUNDS + 1):
            ours.append(_moved(pipeline, Path(folder), number, stages))
            peers.append(_bare(pipeline, Path(folder), number))
        if session.lasting:
            destroy(run, data_too=True)
    seen = {name: round(statistics.median(each), 2) for name, each in stages.items()}
    print("seen after, median of seconds:", seen, file=sys.stderr)
    median, peer = statistics.median(ours), statistics.median(peers)
    name, met = f"upload to item, {ROWS:,} rows", median <= TIMES * peer
    yield Figure(name, median, Peer("put and bare PutItem", peer), f"<= {TIMES}x", met, rounds=ROUNDS)


def _moved(pipeline: Pipeline, folder: Path, number: int, stages: dict[str, list[float]]) -> float:
    """Seconds from the upload's end to the last item."""
    upload = pipeline.upload(_file(folder, number), f"bench-{number}.csv")
    begun = time.perf_counter()
    with ThreadPoolExecutor(1) as pool:
        watched = pool.submit(_watched, pipeline, upload, begun)
        wanted = {"TableName": pipeline.outputs.table_name, "Key": {"transaction_id": {"S": _id(number, ROWS - 1)}}}
        while "Item" not in pipeline.target.client("dynamodb").get_item(**wanted):
            time.sleep(_POLL_S)
        seconds = time.perf_counter() - begun
        for stage, seen in watched.result().items():
            stages[stage].append(seen)
    return seconds


def _watched(pipeline: Pipeline, upload: Upload, begun: float) -> dict[str, float]:
    """When each stage was first seen."""
    seen: dict[str, float] = {}
    for state in pipeline.watch(upload):
        seen.setdefault(state.stage, time.perf_counter() - begun)
    return seen


def _bare(pipeline: Pipeline, folder: Path, number: int) -> float:
    """Seconds for the least that any pipeline would have to do."""
    body = (folder / f"{number}.csv").read_bytes()
    begun = time.perf_counter()
    pipeline.target.client("s3").put_object(Bucket=pipeline.bucket, Key=f"elsewhere/{number}.csv", Body=body)
    put = time.perf_counter() - begun
    return put + timed_puts(pipeline.target.client("dynamodb"), bare_puts, ROWS)


def _file(folder: Path, number: int) -> Path:
    rows = (
        f"{_id(number, row)},ACC-{row % 97},2025-03-01T10:00:00Z,{row}.25,EUR,debit,Shop,Goods\n" for row in range(ROWS)
    )
    path = folder / f"{number}.csv"
    path.write_text(_HEADER + "".join(rows))
    return path


def _id(number: int, row: int) -> str:
    return f"bench-{number}-{row:05d}"
