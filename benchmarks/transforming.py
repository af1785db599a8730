"""Transforming: the transformer's whole work on a file of a million rows, its calls of S3 and its list included.

In seconds of the processor, all threads together, on the embedded AWS, which is a process of its own. The peer is the
least that anybody does with these rows: they are got from S3 and counted.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import judging
from benchmarks.measure import Figure, Peer
from deployer.paths import Paths
from deployer.targets import connect, embedded
from stack.settings import Settings
from transactions.layout import Upload
from transactions.manifest import Manifest, SourceObject
from transactions.rules import to_line
from transactions.schema import load

ROWS, ROUNDS = 1_000_000, 5
GOAL = 250_000
BUCKET, UPLOAD = "bench", Upload("bench/transactions.csv", "3sL4kqtJlcpXroDTDmJ-rmSpXd3dIbrH")


def figures() -> Iterator[Figure]:
    with TemporaryDirectory() as name, embedded.started(Paths.here()) as emulator:
        s3 = connect.on(emulator, Settings.load({})).client("s3")
        _validated(s3, Path(name))
        pairs = [(_run(emulator), _run(emulator, "count")) for _ in range(ROUNDS)]
    assert {run["rows"] for pair in pairs for run in pair} == {ROWS}, "not all rows"  # noqa: S101
    ours, counted = (max(run["rows"] / run["processor_s"] for run in runs) for runs in zip(*pairs, strict=True))
    peer, met = Peer("got and counted", counted), ours >= GOAL
    yield Figure("rows transformed", ours, peer, f">= {GOAL:,}", met, "/s", "higher", rounds=ROUNDS)
    peak, other = (max(run["peak_mb"] for run in runs) for runs in zip(*pairs, strict=True))
    peer, met = Peer("got and counted", other), peak <= 1.15 * other
    yield Figure("peak memory, transformed", peak, peer, "<= 1.15x", met, "MB", rounds=ROUNDS)


def _validated(s3: Any, scratch: Path) -> None:
    """What the validator leaves of the file."""
    file, accepted = scratch / "rows.csv", scratch / "accepted"
    judging._generate(file, ROWS)
    judging._run(sys.executable, "tap_rows", judging.LAMBDAS, file, accepted)
    names = to_line([*load().names, "source_line"])
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=UPLOAD.accepted, Body=names + accepted.read_bytes())
    source = SourceObject(BUCKET, UPLOAD.key, UPLOAD.version, 0, "", "", "2025-03-01T09:00:00+00:00")
    rows = {"read": ROWS, "accepted": ROWS, "rejected": 0, "duplicates": 0}
    manifest = Manifest(source, {}, rows, {}, {}, "", {"accepted": UPLOAD.accepted})
    s3.put_object(Bucket=BUCKET, Key=UPLOAD.manifest, Body=json.dumps(manifest.to_json()).encode())


def _run(emulator: embedded.Emulator, *how: str) -> dict[str, Any]:
    command = [sys.executable, str(judging.JUDGES / "tap_transform.py"), str(judging.LAMBDAS), BUCKET, UPLOAD.manifest]
    environment = {
        **os.environ,
        **{"AWS_ENDPOINT_URL": emulator.secure_endpoint, "AWS_CA_BUNDLE": emulator.ca_bundle},
        **{"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"},
    }
    told = subprocess.run([*command, *how], env=environment, check=True, capture_output=True, text=True).stdout
    run: dict[str, Any] = json.loads(told)
    return run
