"""Scaling: what a row costs the validator, the transformer and the loader, from ten thousand to ten million rows.

The peer is the same work on fewer rows: a cost that grows with the file is a defect. Writes what it found to
`pipeline/capacity/measured.json`, which `tap capacity` and docs/scale.md are computed from; so it runs only by name.

Times are of the processor, all threads together: a function of 1,769 MB has one, and a busy machine changes a
processor's time far less than the clock's. Each is the median of some rounds.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks import judging, loading
from benchmarks.measure import Figure, Peer
from deployer.paths import Paths
from deployer.targets import connect, embedded
from stack.settings import Settings

OUT = Path(__file__).parents[1] / "pipeline" / "capacity" / "measured.json"
ROUNDS = {10_000: 5, 100_000: 5, 1_000_000: 3, 10_000_000: 1}
MOST_GROWTH = 1.3  # of a row's cost, from a million rows to ten
CALLS, CALL_ROUNDS, CALL_BYTES = 300, 5, 300  # S3 calls; bytes of a part's result
_LOOK_S = 0.01

Sample = dict[str, float]


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        files = {rows: _measured(rows, rounds, Path(name)) for rows, rounds in ROUNDS.items()}
    document = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "python": sys.version.split()[0],
        "rows_per_part": Settings.rows_per_part,
        "files": list(files.values()),
        "calls": _calls(),
    }
    OUT.write_text(json.dumps(document, indent=1) + "\n")
    few, many = files[1_000_000], files[10_000_000]
    for stage in ("validator", "transformer"):
        small, large = (each[stage]["processor_s"] / each["rows"] * 1e6 for each in (few, many))
        met = large <= MOST_GROWTH * small
        name, rounds = f"{stage}, 10 million rows", ROUNDS[10_000_000]
        yield Figure(name, large, Peer("1 million rows", small), f"<= {MOST_GROWTH}x", met, "us/row", rounds=rounds)


def _measured(rows: int, rounds: int, scratch: Path) -> dict[str, Any]:
    file, accepted = scratch / "rows.csv", scratch / "temporary" / "accepted"
    _generate(file, rows)
    validator = [_validated(file, accepted) for _ in range(rounds)]
    size = accepted.stat().st_size / rows
    arguments = (judging.LAMBDAS, accepted, Path(str(Settings.rows_per_part)))
    transformer = [judging._run(sys.executable, "tap_parts", *arguments) for _ in range(rounds)]
    found = {
        "rows": rows,
        "rounds": rounds,
        "file_bytes": file.stat().st_size,
        "accepted_bytes": size * rows,
        "validator": _median(validator),
        "transformer": _median(transformer),
    }
    file.unlink()
    accepted.unlink()
    return found


def _generate(file: Path, rows: int) -> None:
    if rows <= judging.ROWS:
        return judging._generate(file, rows)
    few = file.with_suffix(".few")
    judging._generate(few)
    judging._enlarge(few, file)
    few.unlink()
    return None


def _validated(file: Path, accepted: Path) -> Sample:
    """One judgement, and the most that it had on disk besides the file, in bytes."""
    folder = accepted.parent
    folder.mkdir(exist_ok=True)
    ended = Event()
    with ThreadPoolExecutor(1) as pool:
        watching = pool.submit(_most_on_disk, folder, ended)
        command = [sys.executable, str(judging.JUDGES / "tap_rows.py"), *map(str, (judging.LAMBDAS, file, accepted))]
        environment = {**os.environ, "TMPDIR": str(folder)}
        try:
            told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        finally:
            ended.set()
        return {**json.loads(told), "disk_bytes": watching.result()}


def _most_on_disk(folder: Path, ended: Event) -> int:
    most = 0
    while not ended.wait(_LOOK_S):
        most = max(most, _on_disk(folder))
    return max(most, _on_disk(folder))


def _on_disk(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        try:
            size += path.lstat().st_size  # of a link, not of the file that it leads to
        except FileNotFoundError:  # gone since it was listed
            continue
    return size


def _median(samples: list[Any]) -> Sample:
    """Of each figure by itself."""
    medians = {name: statistics.median(each[name] for each in samples) for name in samples[0] if name != "rows"}
    return {name: float(f"{median:.6g}") for name, median in medians.items()}


def _calls() -> dict[str, float]:
    """Processor seconds of one call of a client as the loader makes it; and how many it makes at once."""
    with embedded.started(Paths.here()) as emulator:
        target = connect.on(emulator, Settings.load({}))
        s3, table = target.client("s3"), target.client("dynamodb")
        s3.create_bucket(Bucket="bench")
        for number in range(CALLS):
            s3.put_object(Bucket="bench", Key=f"{number}", Body=bytes(CALL_BYTES))
        gets = _processor(lambda number: s3.get_object(Bucket="bench", Key=f"{number}")["Body"].read())
        items = statistics.median(_loaded(table) for _ in range(CALL_ROUNDS))
    return {
        "s3_get_s": round(gets, 6),
        "item_put_s": round(items, 6),
        "connections": loading.module_of("loader", "loading").CONNECTIONS,
        "rounds": CALL_ROUNDS,
    }


def _processor(call: Callable[[int], object]) -> float:
    times = []
    for _ in range(CALL_ROUNDS):
        begun = time.process_time()
        for number in range(CALLS):
            call(number)
        times.append((time.process_time() - begun) / CALLS)
    return statistics.median(times)


def _loaded(table: Any) -> float:
    """Of one item, put by the loader's own code on its connections."""
    processor = 0.0

    def puts(table: Any, items: list[dict[str, Any]]) -> None:
        nonlocal processor
        begun = time.process_time()
        loading._loader_puts(table, items)
        processor = time.process_time() - begun

    loading.timed_puts(table, puts)
    return processor / loading.ITEMS
