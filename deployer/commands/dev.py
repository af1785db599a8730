"""`tap dev`: the loop of who works on the stack or its functions."""

import sys
from typing import Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions
from deployer.errors import UsageError
from deployer.paths import Paths

SampleOption = Annotated[
    str | None,
    typer.Option(
        "--sample",
        metavar="COMMAND",
        help="Run this after each deployment; '' runs nothing (default: `sample` in [tool.tap]).",
        show_default=False,
    ),
]


def dev(sample: SampleOption = None, options: EnvironmentOptions = DEFAULTS) -> None:
    """Watch the stack and its functions: deploy each change, run the sample, show log lines; Ctrl-C ends it.

    Example: `tap dev --suffix me`
    """
    from deployer.commands.stack import keep_embedded
    from deployer.dev.lines import Lines
    from deployer.dev.loop import Loop
    from deployer.dev.stack import Stack
    from deployer.dev.watch import Watch
    from deployer.project import Project
    from deployer.targets.connect import open_target

    settings, paths, given = options.settings(), Paths.here(), _words(sample)
    Project.at(paths.root).command(paths.root)  # or there is nothing to watch
    keep_embedded(settings, json=False)
    lines = Lines(sys.stdout)
    # Held open, as a LocalStack that it starts ends with it.
    with open_target(settings, paths, existing=True), Watch(paths.root) as watch:
        lines.tell(f"each change is deployed as `{settings.environment_suffix}` on {settings.target}; Ctrl-C ends it")
        Loop(Stack(settings, paths, lines, given), watch, lines).run()
    lines.tell("ended; what is deployed stays")


def _words(sample: str | None) -> tuple[str, ...] | None:
    import shlex

    try:
        return None if sample is None else tuple(shlex.split(sample))
    except ValueError as error:
        raise UsageError(f"{sample!r} is no command: {error}", where="--sample") from error
