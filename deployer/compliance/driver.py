"""Checkov's own runners and rules without its command line. checkov.py runs it in Checkov's environment.

The command line takes longer to load than all the rest, asks an index for its next version, and writes a kilobyte for
each verdict, nearly all of it `null`: of ten thousand resources that is more than half a gigabyte. That both say the
same is tested.
"""

import gc
import json
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from typing import Any

from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as HclRunner
from checkov.terraform_json.runner import TerraformJsonRunner

OWN = "TAP_"
RUNNERS = {runner.check_type: runner for runner in (PlanRunner, HclRunner, TerraformJsonRunner)}


def main() -> None:
    """Answer the request on standard input with a report for each framework, made side by side."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    gc.disable()  # nothing is to be freed before the end, and looking for it takes a quarter of the time
    answers, sys.stdout = sys.stdout, sys.stderr  # whoever else prints, prints no answer
    request = json.load(sys.stdin)
    names = list(request["frameworks"])
    with ProcessPoolExecutor(len(names)) as pool:
        reports = list(pool.map(judged, names, [request] * len(names)))
    told = ", ".join(f"{json.dumps(name)}: {report}" for name, report in zip(names, reports, strict=True))
    answers.write(f"{{{told}}}")


def judged(framework: str, request: dict[str, Any]) -> str:
    """What the framework's runner says of its files below the root, as JSON.

    Encoded here, side by side and at once: `json.dump` to a file is many times slower, and writes word by word.
    """
    runner = RUNNERS[framework]()
    report = runner.run(
        request["root"], external_checks_dir=request["checks"],
        runner_filter=Chosen(framework, request["frameworks"][framework], request["skipped"]),
    )  # fmt: skip
    answer = {
        "rules": sorted(rules_of(runner)),
        "unparsed": report.parsing_errors,
        "skipped": [told(record) for record in report.skipped_checks],
        "verdicts": [told(record) for record in report.passed_checks + report.failed_checks],
    }
    return json.dumps(answer)


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


def told(record: Any) -> list[Any]:
    """One verdict, in the order that checkov.py reads."""
    return [
        record.check_id, record.check_name, record.file_path, record.file_line_range,
        record.resource_address or record.resource, record.check_result["result"].value, record.details,
        record.guideline,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
