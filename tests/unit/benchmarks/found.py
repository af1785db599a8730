"""Runs of benchmarks as they might be found."""

from benchmarks.measure import Figure, Peer
from benchmarks.results import Run


def figure(name: str = "loading", ratio: float | None = 1.0, peer: str = "bare", rate: bool = False) -> Figure:
    """A time, or a rate, of that ratio to its peer; without a ratio, without a peer."""
    other = None if ratio is None else Peer(peer, 2.0)
    unit, better = ("/s", "higher") if rate else ("s", "lower")
    return Figure(name, 2.0 * (ratio or 1), other, "<= 1.5x", True, unit, better, rounds=3, load=0.5)  # type: ignore[arg-type]


def run(*figures: Figure, day: int = 1, failed: tuple[str, ...] = ()) -> Run:
    machine = {"cores": 2, "python": "3.11.7", "system": "Linux"}
    return Run(f"2026-11-{day:02d}T02:17:00+00:00", "0" * 40, machine, [*figures], [*failed])


def nights(*ratios: float) -> list[Run]:
    """One figure on as many nights, from the first of the month."""
    return [run(figure(ratio=ratio), day=day) for day, ratio in enumerate(ratios, 1)]
