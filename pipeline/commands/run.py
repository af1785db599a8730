"""`tap run`: from nothing to reconciled figures, in one command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonOption, print_json
from deployer.paths import Paths
from pipeline.commands.files import require_reconciled

CsvArgument = Annotated[
    Path | None, typer.Argument(help="CSV file (default: the sample that comes with Tap).", show_default=False)
]
KeepOption = Annotated[bool, typer.Option("--keep", help="Keep the embedded AWS and the deployment running.")]


def run(
    csv: CsvArgument = None,
    keep: KeepOption = False,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonOption = False,
) -> None:
    """Start AWS embedded, deploy, send a CSV through, and show the reconciled result; nothing is left behind.

    Example: `tap run march.csv --keep`
    """
    from deployer.console.view import view_for
    from pipeline.demo import SAMPLE, run_demo
    from pipeline.given import given

    settings, paths = options.settings(), Paths.here()
    with given(csv or paths.root / SAMPLE) as file:
        story = run_demo(settings, paths, file, view_for(json=json), None if json else sys.stdout, keep=keep)
    if json:
        print_json({**story.state.to_json(), "rejects": story.rejects, "items": story.items, "seconds": story.seconds})
    require_reconciled(story.state)
