"""Checkov's own runners and rules without its command line. checkov.py runs it in Checkov's environment.

The command line takes longer to load than all the rest, asks an index for its next version, and writes a kilobyte for
each verdict, nearly all of it `null`: of ten thousand resources that is more than half a gigabyte. That both say the
same is tested.
"""

import gc
import json
import logging
import os
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from checkov.common.checks.base_check import BaseCheck
from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as HclRunner
from checkov.terraform_json.runner import TerraformJsonRunner


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
    gc.disable()  # nothing is to be freed before the end, and looking for it takes a quarter of the time
    answers, sys.stdout = sys.stdout, sys.stderr  # whoever else prints, prints no answer
    request = json.load(sys.stdin)
    names = list(request["frameworks"])
    with ProcessPoolExecutor(len(names)) as pool:
        reports = list(pool.map(in_halves, names, [request] * len(names)))
    json.dump(dict(zip(names, reports, strict=True)), answers)


def in_halves(framework: str, request: dict[str, Any]) -> Answer:
    """What `judged` says; where it breaks, of each half of the files, so that only the one that breaks it is lost."""
    root = Path(request["root"])
    try:
        return judged(framework, request)
    except Exception as error:
        files = sorted(root.rglob(f"*{ENDS[framework]}"))
        why = f"Checkov broke on it: {type(error).__name__}: {error}"[:300]
    answer: Answer = {"unparsed": [], "skipped": [], "verdicts": [], "broken": []}
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
    rules, broken = request["frameworks"][framework], list[list[str]]()
    BaseCheck.log_check_error = _noting(broken)
    report = RUNNERS[framework]().run(
        request["root"], external_checks_dir=request["checks"],
        runner_filter=RunnerFilter(framework=[framework], checks=rules or None, show_progress_bar=False),
    )  # fmt: skip
    return {
        "unparsed": [
            [_relative(file, request["root"]), "Checkov could not parse it"] for file in report.parsing_errors
        ],
        "skipped": [told(record) for record in report.skipped_checks],
        "verdicts": [told(record) for record in report.passed_checks + report.failed_checks],
        "broken": broken,
    }


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
