"""Checkov's own runners and rules without its command line. checkov.py runs it in Checkov's environment.

The command line takes longer to load than all the rest, asks an index for its next version, and writes a kilobyte for
each verdict, nearly all of it `null`: of ten thousand resources that is more than half a gigabyte. That both say the
same is tested.
"""

import gc
import json
import logging
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform.runner import Runner as HclRunner
from checkov.terraform_json.runner import TerraformJsonRunner

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
    json.dump(dict(zip(names, reports, strict=True)), answers)


def judged(framework: str, request: dict[str, Any]) -> dict[str, Any]:
    """What the framework's runner says of its files below the root."""
    rules = request["frameworks"][framework]
    report = RUNNERS[framework]().run(
        request["root"], external_checks_dir=request["checks"],
        runner_filter=RunnerFilter(framework=[framework], checks=rules or None, show_progress_bar=False),
    )  # fmt: skip
    return {
        "unparsed": report.parsing_errors,
        "skipped": [told(record) for record in report.skipped_checks],
        "verdicts": [told(record) for record in report.passed_checks + report.failed_checks],
    }


def told(record: Any) -> list[Any]:
    """One verdict, in the order that checkov.py reads."""
    return [
        record.check_id, record.check_name, record.file_path, record.file_line_range,
        record.resource_address or record.resource, record.check_result["result"].value, record.details,
        record.guideline,
    ]  # fmt: skip


if __name__ == "__main__":
    main()
