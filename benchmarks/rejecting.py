"""Files with wrong rows: rows a second, judged, written and told in full, and what a wholly broken file costs.

In seconds of the processor, which a busy machine changes less than the clock's. The peer of a file with wrong rows is
the one that it was made of, whose rows are all right; the peer of the broken file is the exact way, row by row.
"""

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import judging
from benchmarks.measure import Figure, Peer

ROWS, ROUNDS, BROKEN_ROUNDS = 300_000, 5, 2
GOALS = {1: 250_000, 30: 150_000}  # of each hundred rows, those that are wrong; rows a second
BROKEN = b'"\n' * (2 << 20)
MOST_BROKEN = 1.1

# the column and what is made of its cell: as files are that people send, each wrong in a cell of its own
WRONG: tuple[tuple[int, Callable[[str], str]], ...] = (
    (0, lambda _: "TX-AGAIN"),
    (1, lambda _: ""),
    (1, lambda cell: cell.replace("-", " ")),
    (2, lambda cell: f"{cell[:10]} {cell[11:19]}"),
    (3, lambda cell: f"{cell} EUR"),
    (3, lambda cell: f'"{cell.replace(".", ",")}-"'),
    (3, lambda cell: f"-{cell}"),
    (3, lambda cell: f"{cell}99" if "." in cell else f"{cell}.5"),
    (4, lambda cell: f"{cell}X"),
    (7, lambda cell: f"{cell},one more"),
)


def figures() -> Iterator[Figure]:
    with TemporaryDirectory() as name:
        file, scratch = Path(name) / "rows.csv", Path(name)
        judging._generate(file, ROWS)
        for share, goal in GOALS.items():
            yield _spoiled(file, scratch, share, goal)
        yield _broken(scratch)


def _spoiled(file: Path, scratch: Path, share: int, goal: int) -> Figure:
    wrong = scratch / "wrong.csv"
    _spoil(file, wrong, share)
    pairs = [(_run(wrong, scratch), _run(file, scratch)) for _ in range(ROUNDS)]
    assert all(abs(ROWS - run["good"] - ROWS * share / 100) < ROWS / 200 for run, _ in pairs)  # noqa: S101
    ours, right = (max(run["rows"] / run["processor_s"] for run in runs) for runs in zip(*pairs, strict=True))
    name, peer = f"rows judged and told, {share} % wrong", Peer("none wrong", right)
    return Figure(name, ours, peer, f">= {goal:,}/s", ours >= goal, "/s", "higher", rounds=ROUNDS)


def _spoil(file: Path, wrong: Path, share: int) -> None:
    """The file with a share of its rows wrong, each in one way; the same each time."""
    chosen = random.Random(7)  # noqa: S311 - the same file each time
    with file.open(encoding="utf-8") as source, wrong.open("w", encoding="utf-8") as out:
        out.write(next(source))
        for line in source:
            out.write(_wrong(line, chosen) if chosen.random() * 100 < share else line)


def _wrong(line: str, chosen: random.Random) -> str:
    cells, (at, made) = line.rstrip("\n").split(","), chosen.choice(WRONG)
    cells[at] = made(cells[at])
    return ",".join(cells) + "\n"


def _broken(scratch: Path) -> Figure:
    file = scratch / "broken.csv"
    file.write_bytes(",".join(judging.NAMES).encode() + b"\n" + BROKEN)
    pairs = [(_run(file, scratch), _run(file, scratch, "rows")) for _ in range(BROKEN_ROUNDS)]
    ours, exact = (min(float(run["processor_s"]) for run in runs) for runs in zip(*pairs, strict=True))
    name, peer, met = "a wholly broken file of 4 MiB", Peer("row by row alone", exact), ours <= MOST_BROKEN * exact
    return Figure(name, ours, peer, f"<= {MOST_BROKEN}x", met, rounds=BROKEN_ROUNDS)


def _run(file: Path, scratch: Path, *way: str) -> dict[str, Any]:
    return judging._run(sys.executable, "tap_rows", judging.LAMBDAS, file, scratch / "out", *map(Path, way))
