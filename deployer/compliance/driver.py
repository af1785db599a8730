"""Checkov's own runners and rules without its command line. checkov.py runs it in Checkov's environment.

The command line takes longer to load than all the rest, asks an index for its next version, and writes a kilobyte for
each verdict, nearly all of it `null`: of ten thousand resources that is more than half a gigabyte. That both say the
same is tested.
"""

# ruff: noqa: E402 - what is imported below is not to be looked through either
import gc

gc.disable()  # nothing is to be freed before the end, and looking for it takes a quarter of the time

import json
import logging
import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from checkov.common.checks.base_check import BaseCheck
from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as HclRunner
from checkov.terraform_json.runner import TerraformJsonRunner

OWN = "TAP_"


class JsonRunner(TerraformJsonRunner):  # type: ignore[misc] # Checkov's classes are not in this environment
    """Gives its rules the graph, as the other runners do: some of them ask it, and raise without."""

    def run_block(self, *args: Any, **named: Any) -> None:
        self.block_type_registries[named["block_type"]].graph = self.graph_manager.db_connector.graph
        super().run_block(*args, **named)


RUNNERS = {runner.check_type: runner for runner in (PlanRunner, HclRunner, JsonRunner)}
ENDS = {PlanRunner.check_type: ".json", HclRunner.check_type: ".tf", TerraformJsonRunner.check_type: ".tf.json"}
Answer = dict[str, list[Any]]


def main() -> None:
    """Answer the request on standard input with a report for each framework, made side by side."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    answers, sys.stdout = sys.stdout, sys.stderr  # whoever else prints, prints no answer
    request = json.load(sys.stdin)
    names = list(request["frameworks"])
    with ProcessPoolExecutor(len(names)) as pool:
        reports = list(pool.map(encoded, names, [request] * len(names)))
    told = ", ".join(f"{json.dumps(name)}: {report}" for name, report in zip(names, reports, strict=True))
    answers.write(f"{{{told}}}")


def encoded(framework: str, request: dict[str, Any]) -> str:
    """The answer as JSON, made side by side and at once: `json.dump` to a file is many times slower."""
    return json.dumps(in_halves(framework, request))


def in_halves(framework: str, request: dict[str, Any]) -> Answer:
    """What `judged` says; where it breaks, of each half of the files, so that only the one that breaks it is lost."""
    root = Path(request["root"])
    try:
        return judged(framework, request)
    except Exception as error:
        files = sorted(root.rglob(f"*{ENDS[framework]}"))
        why = f"Checkov broke on it: {type(error).__name__}: {error}"[:300]
    answer: Answer = {"rules": [], "unparsed": [], "skipped": [], "verdicts": [], "broken": []}
    if len(files) < 2:
        answer["unparsed"] = [[file.relative_to(root).as_posix(), why] for file in files]
        return answer
    for half in (files[: len(files) // 2], files[len(files) // 2 :]):
        with tempfile.TemporaryDirectory() as folder:
            _copy(half, root, Path(folder))
            for name, told_of in in_halves(framework, {**request, "root": folder}).items():
                answer.setdefault(name, []).extend(told_of)
    return answer


def _copy(files: list[Path], root: Path, to: Path) -> None:
    for file in files:
        copy = to / file.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())


def judged(framework: str, request: dict[str, Any]) -> Answer:
    """What the framework's runner says of its files below the root."""
    runner, broken = RUNNERS[framework](), list[list[str]]()
    BaseCheck.log_check_error = _noting(broken)
    report = runner.run(
        request["root"], external_checks_dir=request["checks"],
        runner_filter=Chosen(framework, request["frameworks"][framework], request["skipped"]),
    )  # fmt: skip
    return {
        "rules": sorted(rules_of(runner)),
        "unparsed": [
            [_relative(file, request["root"]), "Checkov could not parse it"] for file in report.parsing_errors
        ],
        "skipped": [told(record) for record in report.skipped_checks],
        "verdicts": [told(record) for record in report.passed_checks + report.failed_checks],
        "broken": broken,
    }


class Chosen(RunnerFilter):  # type: ignore[misc] # Checkov's classes are not in this environment
    """Checkov's filter, asked once for each rule and not again at each resource. Tap's rules are never skipped.

    Tap needs their verdicts: on the canary, and on which blocks Checkov has seen.
    """

    def __init__(self, framework: str, rules: Sequence[str], skipped: Sequence[str]) -> None:
        super().__init__(framework=[framework], checks=list(rules) or None, show_progress_bar=False)
        self._skipped, self._runs = skipped, dict[str, bool]()

    def should_run_check(self, check: Any = None, check_id: str | None = None, **more: Any) -> bool:
        rule = str(check.id if check else check_id)
        if rule not in self._runs:
            skipped = not rule.startswith(OWN) and any(fnmatchcase(rule, pattern) for pattern in self._skipped)
            self._runs[rule] = not skipped and super().should_run_check(check, check_id, **more)
        return self._runs[rule]


def rules_of(runner: Any) -> set[str]:
    """The ids of all rules that the runner has, run or not."""
    registries = runner.block_type_registries.values()
    checks = [
        check for one in registries for found in (one.checks, one.wildcard_checks)
        for checks in found.values() for check in checks
    ]  # fmt: skip
    return {str(check.id) for check in (*checks, *runner.graph_registry.checks)}


def _noting(broken: list[list[str]]) -> Any:
    """In place of Checkov's method that logs that a rule raised: the answer says so."""

    def noted(check: BaseCheck, *, scanned_file: str, entity_type: str, entity_name: str,
              entity_configuration: dict[str, Any]) -> None:  # fmt: skip
        error = sys.exc_info()[1]
        address = entity_configuration.get("__address__") or f"{entity_type}.{entity_name}"
        prefix = "data." if check.block_type == "data" else ""
        broken.append([check.id, scanned_file, prefix + address, f"{type(error).__name__}: {error}"[:300]])

    return noted


def _relative(file: str, root: str) -> str:
    return os.path.relpath(Path(file).resolve(), Path(root).resolve())


def told(record: Any) -> list[Any]:
    """One verdict, in the order that checkov.py reads."""
    return [
        record.check_id, record.check_name, record.file_path, record.file_line_range,
        record.resource_address or record.resource, record.check_result["result"].value, record.details,
        record.guideline,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
