"""How a benchmark is taken and shown: ours and its peer in turn, the best of each, and their ratio."""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One comparison, in `unit`; `ratio` is ours / peer; a goal is a bound on the ratio or on ours."""

    name: str
    ours: float
    peer_name: str
    peer: float
    goal: str
    met: bool
    unit: str = "s"

    @property
    def ratio(self) -> float:
        return self.ours / self.peer


def timed(command: Sequence[str], environment: Mapping[str, str]) -> float:
    """Wall-clock seconds of one command, which must succeed."""
    begun = time.perf_counter()
    subprocess.run(command, env=dict(environment), check=True, capture_output=True)
    return time.perf_counter() - begun


def paired(ours: Callable[[], float], peer: Callable[[], float], rounds: int) -> tuple[float, float]:
    """The best of `rounds` runs of each, taken in turn, so that a machine that drifts drifts for both.

    The best, as in `timeit`: what a run takes more than that is what else the machine was doing.
    """
    times = [(ours(), peer()) for _ in range(rounds)]
    return min(first for first, _ in times), min(second for _, second in times)
