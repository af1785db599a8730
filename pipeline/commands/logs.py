"""`tap logs`: what the functions logged and the workflow did, of one file or of all."""

import re
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from deployer.commands.options import DEFAULTS, EnvironmentOptions, JsonLinesOption
from deployer.errors import UsageError
from pipeline.commands.files import pipeline_of, require_reconciled

if TYPE_CHECKING:
    from pipeline.logs import Source

_DEFAULT_SINCE = "1h"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

LoggedKeyArgument = Annotated[
    str | None, typer.Argument(help="A file's key (default: the lines of all functions).", show_default=False)
]
FollowOption = Annotated[
    bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C; with KEY, until the file's end.")
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="From then on: 30s, 10m, 2h, 3d, or a time in ISO 8601 (default: the file's upload; without KEY, 1h).",
        show_default=False,
    ),
]


def logs(
    key: LoggedKeyArgument = None,
    follow: FollowOption = False,
    since: SinceOption = None,
    options: EnvironmentOptions = DEFAULTS,
    json: JsonLinesOption = False,
) -> None:
    """Show what the functions logged, and of one file also what its workflow did, in order of time (UTC).

    With --follow and KEY it ends with the file, with exit 1 if it fails or its figures do not add up.

    Examples: `tap logs march.csv`, `tap logs --since 10m --follow`
    """
    from pipeline.log_screen import Screen, followed
    from pipeline.logs import AllLines, FileLines

    begun = since and moment(since, datetime.now(UTC))
    suffix = options.settings().environment_suffix
    with pipeline_of(options, json=json) as pipeline:
        upload = pipeline.newest(key) if key is not None else None
        if upload:
            source: Source = FileLines(pipeline, suffix, upload, _ms(begun or pipeline.sent_at(upload)))
        else:
            source = AllLines(pipeline, suffix, _ms(begun or moment(_DEFAULT_SINCE, datetime.now(UTC))))
        screen = Screen(source, sys.stdout, json=json)
        if not screen.show(strict=True) and not follow:
            print("nothing was logged; --since goes further back", file=sys.stderr)
        if follow:
            with suppress(KeyboardInterrupt):
                require_reconciled(followed(pipeline, upload, screen))


def moment(text: str, now: datetime) -> datetime:
    """The moment that `--since` names. Raises UsageError."""
    try:
        if short := re.fullmatch(r"(\d{1,6})([smhd])", text):
            return now - timedelta(**{_UNITS[short[2]]: int(short[1])})
        named = datetime.fromisoformat(text)
        return named if named.tzinfo else named.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is neither a duration nor a time",
            where="--since",
            remedy="give one such as 30s, 10m, 2h, 3d or 2026-01-31T18:00",
        ) from error


def _ms(when: datetime) -> int:
    return max(int(when.timestamp() * 1000), 0)
