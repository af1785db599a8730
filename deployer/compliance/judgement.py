"""What a scan has found out, as `tap comply --json` prints it. Made by `scan`; read by commands and tests."""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from deployer.compliance.addresses import without_keys

OWN = "TAP_"
SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")  # worst first
NOTHING_HERE = "nothing here that it applies to"


@dataclass(frozen=True, order=True)
class Identity:
    """What a finding is known by when lines move, titles are reworded and severities change.

    `content` is what a rule of Tap's says of the resource: it quotes what is wrong, so that a policy which grants more
    than before is another finding. A rule of Checkov's finds a resource once, and its title is no content.
    """

    file: str
    resource: str
    rule: str
    content: str = ""

    @property
    def fingerprint(self) -> str:
        """As 32 hexadecimal digits."""
        told = "\n".join((self.file, self.resource, self.rule, self.content))
        return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong. `resource` is the Terraform address, `line` counts from 1, 0 where a plan has none."""

    rule: str
    severity: str  # CRITICAL | HIGH | MEDIUM | LOW
    resource: str
    file: str
    line: int
    message: str
    mend: str
    construct: str = ""  # the construct's path, where CDKTF wrote one down

    @property
    def is_own(self) -> bool:
        """Whether a rule of Tap's found it, not one of Checkov's."""
        return self.rule.startswith(OWN)

    @property
    def place(self) -> str:
        """`FILE:LINE`, or the file where no line is known."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def identity(self) -> Identity:
        return Identity(self.file, self.resource, self.rule, self.message if self.is_own else "")


@dataclass(frozen=True, order=True)
class Suppressed:
    """A finding that somebody answers for: until a day, or, where it is skipped in Checkov's words, without an end."""

    rule: str
    resource: str
    reason: str
    until: str
    file: str = ""
    line: int = 0

    @property
    def told(self) -> str:
        """The reason, with the last day if there is one."""
        return f"{self.reason} (until {self.until})" if self.until else self.reason


@dataclass(frozen=True, order=True)
class BareSkip:
    """An inline skip without a reason: the finding stays."""

    rule: str
    resource: str
    file: str
    line: int


@dataclass(frozen=True, order=True)
class NotJudged:
    """What has no verdict, and why. `is_fault`: it should have one, so the answer is not whole.

    `rule` is `*` for all of them; `resource`, `file` and `line` are blank where it is not about one block.
    """

    rule: str
    reason: str
    resource: str = ""
    file: str = ""
    line: int = 0
    is_fault: bool = False


@dataclass(frozen=True, order=True)
class Evaluation:
    """One rule's verdict on one block in one file, as it is `written`, `planned`, or `evaluated` by Tap."""

    rule: str
    resource: str
    file: str
    passed: bool
    eye: str = "written"


@dataclass(frozen=True)
class Judgement:
    """The answer. Where it is not whole, `faults` has what could not be judged.

    `left_out`: the rules that were not run, as somebody asked. Against a baseline (baseline.py), `findings` are the new
    ones, `known` those that it has, and `gone` what it has and is found no more. `least` is the severity from which a
    finding fails the run, and none does where `soft_fail` is set.
    """

    resources: int
    rules: int
    evaluations: tuple[Evaluation, ...]
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    bare_skips: tuple[BareSkip, ...] = ()
    left_out: tuple[str, ...] = ()
    known: tuple[Finding, ...] = ()
    gone: tuple[Identity, ...] = ()
    against: str = ""  # the baseline's file; blank: none
    least: str = SEVERITIES[-1]
    soft_fail: bool = False

    @property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail the run, if it is not a soft one."""
        worst = SEVERITIES[: SEVERITIES.index(self.least) + 1]
        return tuple(one for one in self.findings if one.severity in worst)

    @property
    def passes(self) -> bool:
        """Whether no finding fails the run."""
        return self.soft_fail or not self.failing

    @property
    def own(self) -> tuple[Finding, ...]:
        """The findings of Tap's own rules."""
        return tuple(finding for finding in self.findings if finding.is_own)

    @property
    def faults(self) -> tuple[NotJudged, ...]:
        """What should have been judged, and could not be."""
        return tuple(one for one in self.not_judged if one.is_fault)

    @property
    def exit_code(self) -> int:
        """Of a command that gives this answer: 1 for failing findings, else 3 if not everything could be judged."""
        return 1 if not self.passes else 3 if self.faults else 0

    def by_rule(self, rule: str, *, passed: bool) -> set[str]:
        """Where `rule` passed or failed: `FILE ADDRESS` for each block. What fails in any eye has not passed."""
        found: dict[bool, set[str]] = {True: set(), False: set()}
        for one in self.evaluations:
            if one.rule == rule:
                resource = without_keys(one.resource) if one.eye == "evaluated" else one.resource
                found[one.passed].add(f"{one.file} {resource}")
        return found[True] - found[False] if passed else found[False]

    def to_json(self) -> dict[str, Any]:
        """As `tap comply --json` prints it."""
        judged = {"resources": self.resources, "rules": self.rules, "evaluations": len(self.evaluations)}
        return {
            "judged": judged,
            "findings": _plain(self.findings, without={"construct"}),
            "suppressed": _plain(self.suppressed),
            "not_judged": _plain(self.not_judged),
            "verdict": {
                "passes": not self.exit_code, "failing": len(self.failing), "severity": self.least,
                "soft_fail": self.soft_fail,
            },
            "skipped_rules": list(self.left_out),
            "skips_without_reason": _plain(self.bare_skips),
            "baseline": {
                "file": self.against, "known": _plain(self.known, without={"construct"}), "gone": _plain(self.gone)
            } if self.against else None,
        }  # fmt: skip

    def to_text(self) -> str:
        """The same as text, for a file."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"


def _plain(entries: Iterable[Any], without: Collection[str] = ()) -> list[dict[str, Any]]:
    return [{name: value for name, value in asdict(entry).items() if name not in without} for entry in entries]
