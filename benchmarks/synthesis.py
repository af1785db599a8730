"""Synthesis: bindings that load what is used against plain imports, and the cache against a fresh synthesis."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Figure, Peer, paired, timed
from deployer.deploy.bindings import loaded_when_used

ROOT = Path(__file__).parents[1]
ROUNDS, CACHED_ROUNDS = 3, 5
PLACED = "\nplace_bare_parent()\n"
SETTINGS = {"ENVIRONMENT_SUFFIX": "bench", "AWS_REGION": "eu-west-1", "TAP_TARGET": "embedded"}


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as scratch:
        fresh, plain = paired(
            lambda: _synthesis(ROOT, Path(scratch)),
            lambda: _synthesis(_plain_copy(Path(scratch)), Path(scratch), plain=True),
            ROUNDS,
        )
        met = fresh <= plain * 0.07  # 3 s where plain imports take 44 s
        yield Figure(
            "fresh synthesis, cold bytecode", fresh, Peer("plain imports", plain), "<= 0.07x", met, rounds=ROUNDS
        )
        _cached(Path(scratch))
        cached, again = paired(lambda: _cached(Path(scratch)), lambda: _synthesis(ROOT, Path(scratch)), CACHED_ROUNDS)
        name, met, rounds = "`tap synth`, unchanged inputs", cached <= 0.6, CACHED_ROUNDS
        yield Figure(name, cached, Peer("fresh synthesis", again), "<= 0.6 s", met, rounds=rounds)


def _synthesis(root: Path, scratch: Path, *, plain: bool = False) -> float:
    """One synthesis in `root`, with no bytecode to be found and the Lambda packages at hand.

    As the deployer starts it; `plain` is as by hand.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as nothing:
        environment = {
            **os.environ,
            **SETTINGS,
            "CDKTF_OUTDIR": f"{nothing}/out",
            "PYTHONPYCACHEPREFIX": f"{nothing}/bytecode",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return timed([sys.executable, str(root / "tap.py")], environment if plain else loaded_when_used(environment))


def _plain_copy(scratch: Path) -> Path:
    """The same stack, importing the provider package the usual way: without the one line that prevents it."""
    copy = scratch / "plain"
    if not copy.exists():
        shutil.copytree(ROOT / "stack", copy / "stack", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "lambdas", copy / "lambdas", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / ".tap" / "cache" / "packages", copy / ".tap" / "cache" / "packages")
        shutil.copy(ROOT / "tap.py", copy)
        bindings = copy / "stack" / "bindings.py"
        source = bindings.read_text()
        if source.count(PLACED) != 1:
            raise RuntimeError(f"{bindings}: the call that places the bare parent is not where it was")
        bindings.write_text(source.replace(PLACED, "\n"))
    return copy


def _cached(scratch: Path) -> float:
    """One `tap synth` as typed, on a machine that keeps bytecode, as nearly all do."""
    environment = {**os.environ, **SETTINGS}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return timed([str(Path(sys.executable).with_name("tap")), "synth", "--out", str(scratch / "cached")], environment)
