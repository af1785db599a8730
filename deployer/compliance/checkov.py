"""Runs Checkov in its own environment and takes its word only where it is a whole one. Called by `scan`.

Checkov is green when it scanned nothing, could not parse, did not load a rule or a rule raised. Each of these is an
error here.
"""

import json
import os
import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.compliance.errors import CouldNotJudge

JSON, PLAN = "terraform_json", "terraform_plan"
_TROUBLE = re.compile(
    r"(?m)^.*(?:Cannot load external check|Failed to run check|Failed to parse|is malformed|Traceback).*$"
)
_UNWANTED = re.compile(r"(CKV|CHECKOV|BC|PRISMA|AWS|TF|VIRTUAL|BRIDGECREW)_.*|PYTHON.*|LOG_LEVEL|RUNNING_IN.*")
_LINES_SHOWN = 8
LONGEST = 1200  # seconds; ten thousand resources take a few minutes


@dataclass(frozen=True)
class Record:
    """One verdict as Checkov reports it; `file` is relative to the root of the scan."""

    framework: str
    rule: str
    title: str
    file: str
    lines: tuple[int, int]
    resource: str
    passed: bool
    details: tuple[str, ...] = ()
    guideline: str = ""


def run(
    python: Path, root: Path, checks: Path, frameworks: Collection[str], only: Collection[str] = ()
) -> list[Record]:
    """Every verdict of Checkov on the files below `root`.

    `python` is the interpreter of Checkov's environment, `checks` the folder of our rules, `frameworks` what to read
    the files as, `only` the rules to run (patterns; blank for all).

    Raises:
        CouldNotJudge: anything but a whole answer.
    """
    command = [
        str(python), "-m", "checkov.main", "--directory", str(root), "--framework", *sorted(frameworks),
        "--external-checks-dir", str(checks), "--skip-download", "--output", "json", "--compact",
        *(["--check", ",".join(sorted(only))] if only else []),
    ]  # fmt: skip
    try:
        result = subprocess.run(
            command, cwd=root, env=_environment(root), capture_output=True, text=True, stdin=subprocess.DEVNULL,
            timeout=LONGEST, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _failed(f"Checkov was not done after {LONGEST} s; judge a smaller part of it", "") from error
    if result.returncode not in (0, 1):
        raise _failed(f"Checkov ended with exit code {result.returncode}", result.stderr or result.stdout)
    if trouble := _TROUBLE.findall(result.stderr):
        raise _failed("Checkov did not do all of its work", "\n".join(trouble))
    return parsed(result.stdout, frameworks)


def parsed(output: str, frameworks: Collection[str]) -> list[Record]:
    """Checkov's JSON output as records. Raises CouldNotJudge for anything that is not a whole answer."""
    try:
        answer = json.loads(output)
        if isinstance(answer, dict) and "passed" in answer:  # the bare figures it prints when no framework had a file
            answer = []
        reports = {report["check_type"]: report for report in (answer if isinstance(answer, list) else [answer])}
        records = [record for name, report in reports.items() for record in _records(name, report)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(f"Checkov's answer can't be read: {type(error).__name__} {error}", output) from error
    if missing := sorted(set(frameworks) - set(reports)):
        raise _failed(f"Checkov scanned nothing as {', '.join(missing)}", output)
    return records


def _records(framework: str, report: dict[str, Any]) -> list[Record]:
    results = report["results"]
    if report["summary"]["parsing_errors"] or results["parsing_errors"]:
        raise _failed("Checkov could not parse what it was given", "\n".join(results["parsing_errors"]))
    if results["skipped_checks"]:
        raise _failed(
            "Checkov skipped a check: a suppression that Tap knows nothing of", str(results["skipped_checks"][0])
        )
    found = [
        _record(framework, raw, passed=passed)
        for key, passed in (("passed_checks", True), ("failed_checks", False)) for raw in results[key]
    ]  # fmt: skip
    if not found:
        raise _failed(f"Checkov judged nothing as {framework}", "")
    return found


def _record(framework: str, raw: dict[str, Any], *, passed: bool) -> Record:
    if (raw["check_result"]["result"] == "PASSED") is not passed:
        raise ValueError(f"a verdict that contradicts its place: {raw['check_id']}")
    start, end = raw["file_line_range"]
    return Record(
        framework, raw["check_id"], raw["check_name"], raw["file_path"].lstrip("/"), (int(start), int(end)),
        raw["resource_address"] or raw["resource"], passed, tuple(map(str, raw["details"] or ())),
        raw["guideline"] or "",
    )  # fmt: skip


def _environment(root: Path) -> dict[str, str]:
    """Nothing that could change the verdict: no settings of Checkov's, no configuration file in the home folder.

    And nothing of Python's: where bytecode may not be kept, compiling Checkov is half of its time.
    """
    kept = {name: value for name, value in os.environ.items() if not _UNWANTED.fullmatch(name)}
    repository = str(Path(__file__).resolve().parent.parent.parent)
    return {**kept, "HOME": str(root), "PYTHONPATH": repository, "LOG_LEVEL": "WARNING", "CKV_PARSE_ERROR_FAIL": "true",
            "CHECKOV_ENABLE_FOREACH_HANDLING": "False", "CHECKOV_ENABLE_MODULES_FOREACH_HANDLING": "False"}  # fmt: skip


def _failed(what: str, said: str) -> CouldNotJudge:
    lines = [line for line in said.strip().splitlines() if line.strip()]
    return CouldNotJudge(what, remedy="this is no verdict on the stack", details=tuple(lines[-_LINES_SHOWN:]))
