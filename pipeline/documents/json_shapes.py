"""What each command with `--json` prints, as data classes from which docs/json/*.schema.json are derived.

Where the code has a data class of what it prints, that stands here; else one that says the same. Tests hold them to
what commands print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from deployer.targets.embedded import Emulator
from pipeline.capacity.work import Portion
from pipeline.deployed import FileState
from pipeline.documents.json_stack_shapes import (
    Adopt,
    Bootstrap,
    Cleanup,
    Comply,
    Deploy,
    Destroy,
    Doctor,
    Outputs,
    Plan,
    Report,
    Seconds,
    Stopped,
    Synth,
    Unlock,
)  # fmt: skip
from pipeline.domain import FileFacts, Rows
from pipeline.schema_proposal.notes import Notes


@dataclass(frozen=True)
class Error:
    """What is wrong with a value, a row or the file; a place that it has not is null."""

    line: int | None
    record: int | None
    column: str | None
    code: str
    value: str | None
    message: str


@dataclass(frozen=True)
class Validate:
    """A file's verdict: counts are exact, and `errors` has the first of them."""

    file: FileFacts
    rows: Rows
    totals: Mapping[str, Mapping[str, str]]
    errors: list[Error]
    errors_by_code: Mapping[str, int]
    errors_truncated: bool


@dataclass(frozen=True)
class JudgedFile(Validate):
    """The same of one of several, with its path as it was given."""

    path: str
    verdict: Literal["accepted", "rejected", "not judged"]


@dataclass(frozen=True)
class ValidateMany:
    """Of several files, or of a pattern, each."""

    files: list[JudgedFile]


@dataclass(frozen=True)
class SchemaInit:
    """A proposed Table Schema, and what was found, must be answered, and does not fit."""

    schema: Mapping[str, Any]
    notes: Notes


@dataclass(frozen=True)
class Limit:
    """One quota: what is needed of it, `use` as a share, and what happens beyond."""

    name: str
    needed: float
    allowed: float
    unit: str
    beyond: str
    fails: bool
    use: float


@dataclass(frozen=True)
class Cost:
    """One line of a bill."""

    name: str
    quantity: float
    unit: str
    price: float
    dollars: float


@dataclass(frozen=True)
class Dollars:
    """Sums of a bill: of the load once, and of what stays in a month."""

    once: float
    monthly: float


@dataclass(frozen=True)
class Costs:
    """The lines of both."""

    once: list[Cost]
    monthly: list[Cost]


@dataclass(frozen=True)
class Capacity(Portion):
    """What a workload would cost, how long it would take, and which quota limits it. Not rounded."""

    rows_per_file: int
    files_at_once: int
    fits: bool
    files_needed: int | None
    limiting: Limit
    seconds: float
    stages: Seconds
    limits: list[Limit]
    prices_of: str
    dollars: Dollars
    costs: Costs


@dataclass(frozen=True, kw_only=True)
class State(FileState):
    """Where a file is; `silent`: it should have moved by now."""

    silent: bool


@dataclass(frozen=True)
class Status:
    """Every file. With `--watch`, a line for each change has a file alone."""

    files: list[State]


@dataclass(frozen=True, kw_only=True)
class Run(State):
    """Where the file ended, its rejected rows, the first items in the table, and seconds by stage."""

    rejects: list[Mapping[str, str]]
    items: list[Mapping[str, Any]]
    seconds: Seconds


@dataclass(frozen=True)
class Upload:
    """An uploaded file. With `--watch`, its states follow."""

    key: str
    version_id: str
    bytes: int


@dataclass(frozen=True)
class Resubmit:
    """What was sent, and of which file."""

    key: str
    version_id: str
    of: str


@dataclass(frozen=True)
class Rejects:
    """A file's rejected rows."""

    key: str
    rejects: list[Mapping[str, str | int | None]]


@dataclass(frozen=True)
class Conflicts:
    """With `--conflicts`, the rows that contradict the table."""

    key: str
    conflicts: list[Mapping[str, Any]]


@dataclass(frozen=True)
class DeadLetter:
    """What failed, of which file, and why; `done`: it was tried again."""

    step: str
    key: str
    reason: str
    message_id: str
    version: str
    done: bool


@dataclass(frozen=True)
class Redrive:
    """The dead letters, of one file or all."""

    dry_run: bool
    letters: list[DeadLetter]


@dataclass(frozen=True)
class Log:
    """An entry of a log: a message that is a JSON object stands as one."""

    at: datetime
    source: str
    message: str | Mapping[str, Any]


# By a command's words: what its document is, or, of one that prints lines, what each of them is.
SHAPES: Mapping[str, Any] = {
    "synth": Synth,
    "plan": Plan,
    "deploy": Deploy | Plan,  # with --plan-only
    "adopt": Adopt,
    "outputs": Outputs,
    "destroy": Destroy,
    "cleanup": Cleanup | list[Cleanup],  # with --expired
    "unlock": Unlock,
    "doctor": Doctor,
    "bootstrap": Bootstrap,
    "comply": Comply,
    "report": Report,
    "local start": Emulator,
    "local stop": Stopped,
    "local status": Emulator,
    "run": Run,
    "validate": Validate | ValidateMany,
    "upload": Upload | State,
    "watch": State,
    "status": Status | State,
    "logs": Log,
    "rejects": Rejects | Conflicts,
    "resubmit": Resubmit,
    "redrive": Redrive,
    "capacity": Capacity,
    "schema init": SchemaInit,
}
