"""The report of what the suite found: one page that needs nothing else, and the JUnit XML beside it.

`tap report` and the suite's own end call `written`. It reads what the runs left (`sources`), works out what people ask
of it (`runs`, `faults`, the project's `chapter`), and writes HTML (`page`, templates/). Nothing is run or asked anew.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.errors import UsageError
from deployer.paths import Paths

PAGE = "index.html"


@dataclass(frozen=True)
class Report:
    """What was written. `told` is what `tap report --json` prints."""

    page: Path
    told: dict[str, Any]


def written(paths: Paths, evidence: Path, out: Path) -> Report:
    """Write the report of all evidence in a folder.

    Raises:
        UsageError: there is no evidence, it is not what it should be, or the report can't be written there.
    """
    from deployer.reporting import sources
    from deployer.reporting.chapter import teller
    from deployer.reporting.faults import faults_of
    from deployer.reporting.page import page
    from deployer.reporting.runs import Run

    found = sources.read(evidence)
    faults, tell = faults_of(paths), teller(paths.root)
    runs, chapters = [Run(each, faults) for each in found.runs], [tell(each) for each in found.runs]
    text = page(runs, chapters, [f"junit-{file.name}" for file in found.junit], found.privilege, found.compliance)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in found.junit:
            shutil.copyfile(file, out / f"junit-{file.name}")
        (out / PAGE).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"the report can't be written: {error}", where=str(out)) from error
    told = {"page": str(out / PAGE), "passed": all(run.passed for run in runs)}
    summaries = [{**run.summary(), **chapter.summary} for run, chapter in zip(runs, chapters, strict=True)]
    return Report(out / PAGE, {**told, "runs": summaries})
