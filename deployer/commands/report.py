"""`tap report`: what the suite found, as a page."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deployer.commands.options import JsonOption, print_json
from deployer.paths import Paths

EvidenceOption = Annotated[
    Path | None,
    typer.Option(
        "--evidence", help="Folder with the evidence of test runs (default: build/evidence).", show_default=False
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="Output folder (default: build/report).", show_default=False)
]


def report(evidence: EvidenceOption = None, out: OutOption = None, json: JsonOption = False) -> None:
    """Write the HTML report of the last test run; runs nothing.

    Example: `tap report --out report`
    """
    from deployer.reporting import written

    paths = Paths.here()
    made = written(paths, evidence or paths.evidence, out or paths.report)
    if json:
        print_json(made.told)
    print(made.page, file=sys.stderr if json else sys.stdout)
