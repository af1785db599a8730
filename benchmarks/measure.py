"""How a benchmark is taken: ours and its peer in turn, the best of each, and their ratio."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


def _load() -> float:
    return round(os.getloadavg()[0], 2)


@dataclass(frozen=True)
class Peer:
    """Who else did the same in the same run, and its figure, in the unit of ours."""

    name: str
    value: float


@dataclass(frozen=True)
class Figure:
    """What one benchmark found: ours and the peer's, both in `unit`, over `rounds` runs each.

    A slow or a busy machine changes both, but hardly their `ratio`: that is what one run may be compared with another
    by. Without a peer there is none, and the goal alone judges. A goal is a bound on the ratio, on ours or on what ours
    is more than the peer. `load` is the machine's average over the last minute, what was measured included.
    """

    name: str
    ours: float
    peer: Peer | None
    goal: str
    met: bool
    unit: str = "s"
    better: Literal["lower", "higher"] = "lower"
    rounds: int = field(kw_only=True)
    load: float = field(kw_only=True, default_factory=_load)

    @property
    def ratio(self) -> float | None:
        """Ours / peer."""
        return self.ours / self.peer.value if self.peer else None


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
