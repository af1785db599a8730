"""What the commands of the stack and its environment print with `--json`, as data classes: see `json_shapes`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from deployer.compliance.judgement import BareSkip, Identity, NotJudged, Suppressed
from deployer.doctor import Check

Seconds = Mapping[str, float]
Severity = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW"]
Kind = Literal["create", "change", "replace", "destroy"]


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
