"""`tap status` for people: each file's stage, the fate of its rows and its age; with `--watch` as they change."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Protocol

from deployer.console.table import draw, put, table_of, width_of
from deployer.visible import in_a_line
from pipeline.deployed import FileState
from pipeline.domain import counted
from pipeline.tables import figures_told

if TYPE_CHECKING:
    from deployer.console.table import Table

FATES = ("loaded", "rejected", "duplicate", "conflicting")
EVERY_S = 2.0
_PIPED, _WIDE = 120, 100  # columns: where there is no terminal; from where on there is room for a bar
_BETWEEN = 4 * 3 + 2  # the gaps between five columns, and the edges
_BAR, _NARROW_STAGE, _NARROW_FATE = 8, 14, 17  # characters: of the longest words in them
_KEY_AT_EASE, _SHORTEST_KEY = 24, 12
_SILENT = (
    "No news for over an hour: no event told of it, or it failed without a letter. `tap deploy` puts a "
    "notification back that is gone, `tap watch KEY` shows what AWS says; then `tap upload` sends the file "
    "again. Nothing is loaded twice."
)
_ENDS = "Ctrl-C ends this screen; the files go on"
_UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


class Asked(Protocol):
    """A deployed pipeline, as far as this needs it."""

    def states(self, known: Sequence[FileState] = ()) -> list[FileState]:
        """Where every file is; of those that have ended what is known stays true, until they are sent again."""


def age(since: str, now: datetime) -> str:
    """How long ago a time (ISO 8601) is, in its greatest unit: `3 min ago`."""
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    unit, size = next((one for one in _UNITS if seconds >= one[1]), _UNITS[-1])
    return f"{seconds // size} {unit} ago"


def shortened(key: str, width: int) -> str:
    """A key in so many characters: its middle goes, as its end tells most keys apart."""
    key = in_a_line(key)
    if len(key) <= width:
        return key
    end = (width - 1) * 2 // 3
    return f"{key[: width - 1 - end]}…{key[len(key) - end :]}"


def show_states(stream: IO[str], states: Sequence[FileState]) -> None:
    """Where each file is; of those that stand without a word for long, what sends them on their way again."""
    if not states:
        print("no file yet: `tap upload FILE.csv` sends one", file=stream)
        return
    now = datetime.now(UTC)
    put(stream, _table(states, now, width_of(stream) or _PIPED))
    if any(one.is_silent(now) for one in states):
        print(_SILENT, file=stream)


def _table(states: Sequence[FileState], now: datetime, width: int) -> "Table":
    wide = width >= _WIDE
    rows = [(_stage(one, now, wide=wide), _read(one), _fate(one), age(one.since, now)) for one in states]
    stage, read, fate, since = (
        max([len(name), *(len(row[at]) for row in rows)])
        for at, name in enumerate(("stage", "read", "of these", "since"))
    )
    stage = stage if wide else min(stage, _NARROW_STAGE)
    free = width - stage - read - since - _BETWEEN
    fate = min(fate, max(_NARROW_FATE, free - _KEY_AT_EASE))
    key = max(_SHORTEST_KEY, free - fate)
    keyed = [(shortened(one.key, key), *row) for one, row in zip(states, rows, strict=True)]
    return table_of(
        counted(len(states), "file"), ("file", "stage", "read", "of these", "since"), keyed, right=("read",),
        narrow={"file": key}, wrapped={"stage": stage, "of these": fate},
    )  # fmt: skip


def followed(asked: Asked, sleep: Callable[[float], object] = time.sleep) -> Iterator[list[FileState]]:
    """Where every file is, again and again, until the caller has seen enough."""
    states = list[FileState]()
    while True:
        states = asked.states(states)
        yield states
        sleep(EVERY_S)


def show_live(stream: IO[str], looks: Iterator[list[FileState]]) -> None:
    """The screen, drawn anew for each look; on what is no terminal, each change in a line. Ends by an interrupt."""
    if not stream.isatty():
        for state in changes(looks):
            told = ", ".join(figures_told(state))
            print(f"{state.since}  {in_a_line(state.key)}  {state.stage}  {told}".rstrip(), file=stream, flush=True)
        return
    draw(stream, (_table(states, datetime.now(UTC), width_of(stream) or _PIPED) for states in looks), _ENDS)


def changes(looks: Iterator[list[FileState]]) -> Iterator[FileState]:
    """Of each look the files that are elsewhere than in the one before."""
    before = dict[str, FileState]()
    for states in looks:
        for one in states:
            if before.get(one.key) != one:
                yield one
        before = {one.key: one for one in states}


def _stage(state: FileState, now: datetime, *, wide: bool) -> str:
    """Where it is and how it stands, in a few words."""
    if state.stage == "loaded":
        return "loaded" if state.reconciled else "NOT reconciled"
    if state.state not in ("ok", state.stage):
        return f"{state.stage}, {state.state}"
    if state.is_silent(now):
        return f"{state.stage}, no news"
    return f"{state.stage} {_progress(state, wide=wide)}".rstrip()


def _progress(state: FileState, *, wide: bool) -> str:
    """Of a load under way the parts that are done."""
    if not (progress := state.evidence.get("progress")):
        return ""
    done, of = progress["done"], max(1, progress["of"])
    full = _BAR * done // of
    return f"{'█' * full}{'░' * (_BAR - full)} {done:,}/{of:,}" if wide else f"{100 * done // of} %"


def _read(state: FileState) -> str:
    return f"{state.rows['read']:,}" if "read" in state.rows else ""


def _fate(state: FileState) -> str:
    """How the rows fared that were read; together they are as many, or the file is not reconciled."""
    told = [f"{state.rows[name]:,} {name}" for name in FATES if state.rows.get(name)]
    return ", ".join(told)
