"""What a scan has found out, as `tap comply --json` prints it. Made by `scan`; read by commands and tests."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from deployer.compliance.addresses import without_keys

OWN = "TAP_"


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


@dataclass(frozen=True, order=True)
class Suppressed:
    """A finding that somebody answers for until a day."""

    rule: str
    resource: str
    reason: str
    until: str
    file: str = ""
    line: int = 0


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
    """The answer. Where it is not whole, `faults` has what could not be judged."""

    resources: int
    rules: int
    evaluations: tuple[Evaluation, ...]
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()

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
        """Of a command that gives this answer: 1 for findings, 3 if it found none and could not judge everything."""
        return 1 if self.findings else 3 if self.faults else 0

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
            "suppressed": _plain(self.suppressed, without={"file", "line"}),
            "not_judged": _plain(self.not_judged),
        }

    def to_text(self) -> str:
        """The same as text, for a file."""
        return json.dumps(self.to_json(), indent=2, ensure_ascii=False) + "\n"


def _plain(entries: Iterable[Any], without: Collection[str] = ()) -> list[dict[str, Any]]:
    return [{name: value for name, value in asdict(entry).items() if name not in without} for entry in entries]
