"""Transforming: rows of a part made together, by their text, against each by itself through its values.

In seconds of the processor, all but the calls of S3; each in a process of its own on the same accepted rows.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import judging
from benchmarks.measure import Figure, Peer
from stack.settings import Settings

ROWS, ROUNDS = 200_000, 5
GOAL, TIMES = 250_000, 4


def figures() -> Iterator[Figure]:
    with TemporaryDirectory() as name:
        accepted = _accepted(Path(name))
        pairs = [(_run("tap_parts", accepted), _run("plain_parts", accepted)) for _ in range(ROUNDS)]
    assert len({run["part_bytes"] for pair in pairs for run in pair}) == 1, "not the same parts"  # noqa: S101
    ours, plain = (max(run["rows"] / run["processor_s"] for run in runs) for runs in zip(*pairs, strict=True))
    peer, met = Peer("each by itself", plain), ours >= TIMES * plain and ours >= GOAL
    yield Figure("rows transformed", ours, peer, f">= {GOAL:,}, {TIMES}x", met, "/s", "higher", rounds=ROUNDS)
    peak, other = (max(run["peak_mb"] for run in runs) for runs in zip(*pairs, strict=True))
    peer, met = Peer("each by itself", other), peak <= 1.15 * other
    yield Figure("peak memory, transformed", peak, peer, "<= 1.15x", met, "MB", rounds=ROUNDS)


def _accepted(scratch: Path) -> Path:
    file, accepted = scratch / "rows.csv", scratch / "accepted"
    judging._generate(file, ROWS)
    judging._run(sys.executable, "tap_rows", judging.LAMBDAS, file, accepted)
    return accepted


def _run(judge: str, accepted: Path) -> dict[str, Any]:
    return judging._run(sys.executable, judge, judging.LAMBDAS, accepted, Path(str(Settings.rows_per_part)))
