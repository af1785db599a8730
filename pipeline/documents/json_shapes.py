"""What each command with `--json` prints, as data classes from which docs/json/*.schema.json are derived.

Where the code has a data class of what it prints, that stands here; else one that says the same. Tests hold them to
what commands print.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from deployer.compliance.judgement import BareSkip, Identity, NotJudged, Suppressed
from deployer.doctor import Check
from deployer.targets.embedded import Emulator
from pipeline.capacity.work import Portion
from pipeline.deployed import FileState
from pipeline.domain import FileFacts, Rows
from pipeline.schema_proposal.notes import Notes

Seconds = Mapping[str, float]
Severity = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW"]
Kind = Literal["create", "change", "replace", "destroy"]


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


@dataclass(frozen=True)
class Synth:
    """The file that was written."""

    stack: str


@dataclass(frozen=True)
class Attribute:
    """An attribute that changes, by its path."""

    attribute: str
    before: Any
    after: Any
    forces_replacement: bool


@dataclass(frozen=True)
class Policy:
    """A policy that changes, by the statements that it loses and gains."""

    attribute: str
    lost: list[Any]
    gained: list[Any]
    forces_replacement: bool


@dataclass(frozen=True)
class Change:
    """A resource that changes. `lost`: why what it held could not be read any more; blank: it can be."""

    address: str
    type: str
    change: Kind
    iam: bool
    kept: bool
    loses_data: bool
    lost: str
    differences: list[Attribute | Policy]


@dataclass(frozen=True)
class Plan:
    """What a deployment changes, and the addresses of what it takes into the state."""

    changes: list[Change]
    adopted: list[str]
    outputs_change: bool


@dataclass(frozen=True)
class Adopt(Plan):
    """What was adopted, and seconds by stage."""

    seconds: Seconds


@dataclass(frozen=True)
class Deploy(Adopt):
    """What was changed, and what the stack is reached by."""

    outputs: Mapping[str, Any]


@dataclass(frozen=True)
class Destroy(Adopt):
    """What was destroyed."""

    destroyed: Literal[True]


@dataclass(frozen=True)
class Resource:
    """A resource on AWS."""

    type: str
    name: str
    id: str


@dataclass(frozen=True)
class Left(Resource):
    """One that stays, and why."""

    reason: str


@dataclass(frozen=True)
class NotLookedFor:
    """What could not be looked for, and why."""

    address: str
    reason: str


@dataclass(frozen=True)
class Cleanup:
    """What was removed of an environment, or would be, and what was not."""

    suffix: str
    dry_run: bool
    removed: list[Resource]
    left: list[Left]
    not_ours: list[Left]
    not_looked_for: list[NotLookedFor]


@dataclass(frozen=True)
class Holder:
    """Who holds the lock of the state, and since when."""

    id: str
    who: str
    operation: str
    since: datetime
    created: str
    age: str


@dataclass(frozen=True)
class Unlock:
    """The lock's holder; null: nobody."""

    holder: Holder | None


@dataclass(frozen=True)
class Bootstrap:
    """The state bucket, and what was done to it."""

    bucket: str
    region: str
    done: list[str]


@dataclass(frozen=True)
class Doctor:
    """Whether all that the target needs is there; each check with its remedy."""

    target: str
    fit: bool
    checks: list[Check]


@dataclass(frozen=True)
class Judged:
    """How much was judged."""

    resources: int
    rules: int
    evaluations: int


@dataclass(frozen=True)
class Finding:
    """What is wrong, where, and what mends it; `line` is 0 where a plan has none."""

    rule: str
    severity: Severity
    resource: str
    file: str
    line: int
    message: str
    mend: str


@dataclass(frozen=True)
class Answer:
    """Whether it passes: the findings of this severity and above fail it, unless the run is soft."""

    passes: bool
    failing: int
    severity: Severity
    soft_fail: bool


@dataclass(frozen=True)
class Baseline:
    """The findings that the baseline has, and those of it that are gone."""

    file: str
    known: list[Finding]
    gone: list[Identity]


@dataclass(frozen=True)
class Comply:
    """What the rules found; against a baseline, the new findings."""

    judged: Judged
    findings: list[Finding]
    suppressed: list[Suppressed]
    not_judged: list[NotJudged]
    verdict: Answer
    skipped_rules: list[str]
    skips_without_reason: list[BareSkip]
    baseline: Baseline | None


@dataclass(frozen=True)
class Report:
    """The page that was written, and a summary of each run; a project adds fields of its own to it."""

    page: str
    passed: bool
    runs: list[Mapping[str, Any]]


@dataclass(frozen=True)
class Stopped:
    """Whether one was running."""

    stopped: bool


Outputs = Mapping[str, Any]  # a project's own

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
    "validate": Validate,
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
