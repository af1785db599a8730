"""The answer to a workload: does it fit, what limits it, how long does it take, what does it cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pipeline.capacity import costs, limits
from pipeline.capacity.costs import Cost
from pipeline.capacity.limits import Limit
from pipeline.capacity.measured import Measured
from pipeline.capacity.published import QUOTAS, REGION
from pipeline.capacity.shape import Shape
from pipeline.capacity.work import Load, Portion, Work, largest, whole


@dataclass(frozen=True, slots=True)
class Answer:
    """What `simulated` found.

    `stages` are seconds: of the largest file's way, and, for the load, of all rows. `files_needed` is the least number
    of files that the same rows fit in, None if no number does.
    """

    largest: Portion
    whole: Portion
    at_once: int
    stages: Mapping[str, float]
    seconds: float
    limits: tuple[Limit, ...]
    once: tuple[Cost, ...]
    monthly: tuple[Cost, ...]
    files_needed: int | None

    @property
    def limiting(self) -> Limit:
        """The quota of which most is needed; a rate counts once the work waits for it."""
        return max(self.limits, key=lambda limit: limit.use if limit.fails or limit.use >= 1 else 0)

    @property
    def fits(self) -> bool:
        return self.limiting.use <= 1

    def to_json(self) -> dict[str, Any]:
        """For programs: seconds and dollars, not rounded."""
        return {
            **asdict(self.whole),
            "rows_per_file": self.largest.rows,
            "files_at_once": self.at_once,
            "fits": self.fits,
            "files_needed": self.files_needed,
            "limiting": self.limiting.to_json(),
            "seconds": self.seconds,
            "stages": dict(self.stages),
            "limits": [limit.to_json() for limit in self.limits],
            "prices_of": REGION,
            "dollars": {"once": costs.total(self.once), "monthly": costs.total(self.monthly)},
            "costs": {
                "once": [cost.to_json() for cost in self.once],
                "monthly": [cost.to_json() for cost in self.monthly],
            },
        }


def simulated(load: Load, shape: Shape, measured: Measured) -> Answer:
    """The answer. Pure: the same figures give the same."""
    answer = _answer(load, shape, measured)
    return answer if answer.fits else replace(answer, files_needed=_files_needed(load, shape, measured))


def _answer(load: Load, shape: Shape, measured: Measured) -> Answer:
    """A file's stages come one after another, and each of the files at once has the next one behind it.

    So the whole takes the loading of all rows and, for each turn, the stages before and after it.
    """
    work, one, all_files = Work(load, shape, measured), largest(load, shape), whole(load, shape)
    writes = load.table_writes or QUOTAS["table_start"].value
    at_once = min(load.files, load.at_once or _most_at_once(work, writes))
    asked = _asked(work, at_once, one)
    stages = {
        "validate": work.validator_s(one),
        "transform": work.transformer_s(one),
        "load": limits.load_s(load.rows, asked, work.units, writes),
        "reconcile": work.reconcile_s(one),
    }
    turns = load.files / at_once
    loading = limits.Loading(at_once, asked, writes, stages["load"], stages["load"] / turns)
    return Answer(
        largest=one,
        whole=all_files,
        at_once=at_once,
        stages=stages,
        seconds=stages["load"] + turns * (stages["validate"] + stages["transform"] + stages["reconcile"]),
        limits=(*limits.of_a_file(work, one), *limits.of_all(work, all_files, loading)),
        once=tuple(costs.once(work, all_files)),
        monthly=tuple(costs.monthly(work, all_files)),
        files_needed=load.files,
    )


def _most_at_once(work: Work, writes: float) -> int:
    """Files whose loaders get their calls and their writes; one in any case."""
    calls = QUOTAS["lambda_concurrency"].value / work.shape.concurrency
    connections = work.shape.concurrency * work.measured.connections
    return max(1, int(min(calls, limits.most_connections(work, writes) / connections)))


def _asked(work: Work, at_once: int, one: Portion) -> float:
    """Rows a second that the loaders write if the table keeps up; an index takes so much for each account."""
    rows = at_once * work.load.rows / work.load.files / work.load_s(one)
    return min(rows, work.load.accounts * QUOTAS["partition_writes"].value / work.units)


def _files_needed(load: Load, shape: Shape, measured: Measured) -> int | None:
    """By bisection: the more files, the less is asked of each."""

    def fits(files: int) -> bool:
        return _answer(replace(load, files=files), shape, measured).fits

    low, high = load.files, load.rows
    if not fits(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle + 1, high)
    return high
