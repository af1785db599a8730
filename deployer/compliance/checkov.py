"""Asks Checkov, in its own environment, and takes its word only where it is a whole one. Called by `scan`.

Checkov is green when it scanned nothing, could not parse, did not load a rule or a rule raised. Each of these is an
error here.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from deployer import process
from deployer.compliance.asking import LONGEST, ask
from deployer.compliance.errors import CouldNotJudge

JSON, PLAN = "terraform_json", "terraform_plan"
ALL = "*"  # as the rule of a record that says that a file was not read
_TROUBLE = re.compile(r"(?m)^.*(?:Cannot load external check|is malformed|Traceback).*$")
_LINES_SHOWN = 8


@dataclass(frozen=True)
class Record:
    """One verdict as Checkov reports it; `file` is relative to the root of the scan, blank for all of it.

    With an `error` it is none.
    """

    framework: str
    rule: str
    title: str
    file: str
    lines: tuple[int, int]
    resource: str
    passed: bool
    details: tuple[str, ...] = ()
    guideline: str = ""
    error: str = ""


@dataclass(frozen=True)
class Answer:
    """All verdicts, and the ids of all rules that there are, run or not."""

    records: tuple[Record, ...]
    rules: frozenset[str]


def run(
    python: Path, root: Path, checks: Sequence[Path], frameworks: Mapping[str, Collection[str]],
    skipped: Collection[str] = (),
) -> Answer:  # fmt: skip
    """Every verdict of Checkov on the files below `root`.

    `python` is the interpreter of Checkov's environment, `checks` the folders of our rules, `frameworks` what to read
    the files as, each with the rules to run on them (patterns; blank for all), `skipped` the rules of Checkov's (also
    patterns) that are not run.

    Raises:
        CouldNotJudge: there is no answer. Of one that is not whole, records with an error say what is missing.
    """
    asked = {name: sorted(rules) for name, rules in sorted(frameworks.items())}
    folders = [str(folder.absolute()) for folder in checks]
    request = json.dumps({"root": str(root), "checks": folders, "frameworks": asked, "skipped": sorted(skipped)})
    try:
        result = ask(python, root, request)
    except process.TimedOut as error:
        raise _failed(f"Checkov was not done after {LONGEST} s; judge a smaller part of it", "") from error
    if result.returncode:
        raise _failed(f"Checkov ended with exit code {result.returncode}", result.stderr or result.stdout)
    answer = parsed(result.stdout, frameworks)
    trouble = [] if any(one.error for one in answer.records) else _TROUBLE.findall(result.stderr)
    told = (Record("", ALL, "", "", (0, 0), "", passed=False, error=f"Checkov says: {line}") for line in trouble)
    return replace(answer, records=(*answer.records, *islice(told, _LINES_SHOWN)))


def parsed(output: str, frameworks: Collection[str]) -> Answer:
    """The driver's answer. Raises CouldNotJudge for anything that is not a whole one."""
    try:
        reports = json.loads(output)
        records = tuple(record for name in sorted(frameworks) for record in _records(name, reports[name]))
        return Answer(records, frozenset(str(rule) for name in frameworks for rule in reports[name]["rules"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(f"Checkov's answer can't be read: {type(error).__name__} {error}", output) from error


def _records(framework: str, report: dict[str, Any]) -> list[Record]:
    if report["skipped"]:
        raise _failed("Checkov skipped a check: a suppression that Tap knows nothing of", str(report["skipped"][0]))
    if not report["verdicts"]:
        unparsed = "\n".join(map(str, report["unparsed"]))
        raise _failed(f"Checkov judged nothing as {framework}" + ", and could not parse all" * bool(unparsed), unparsed)
    records = [_record(framework, *told) for told in report["verdicts"]]
    records += [Record(framework, ALL, "", file.lstrip("/"), (0, 0), "", passed=False, error=error)
                for file, error in report["unparsed"]]  # fmt: skip
    records += [Record(framework, rule, "", file.lstrip("/"), (0, 0), address, passed=False, error=error)
                for rule, file, address, error in report["broken"]]  # fmt: skip
    return records


def _record(framework: str, rule: str, title: str, file: str, lines: list[int], resource: str, result: str,
            details: list[str] | None, guideline: str | None) -> Record:  # fmt: skip
    if result not in ("PASSED", "FAILED"):
        raise ValueError(f"a verdict that is none: {result} by {rule}")
    start, end = lines
    return Record(framework, rule, title, file.lstrip("/"), (int(start), int(end)), resource, result == "PASSED",
                  tuple(map(str, details or ())), guideline or "")  # fmt: skip


def _failed(what: str, said: str) -> CouldNotJudge:
    lines = [line for line in said.strip().splitlines() if line.strip()]
    return CouldNotJudge(what, remedy="this is no verdict on the stack", details=tuple(lines[-_LINES_SHOWN:]))
