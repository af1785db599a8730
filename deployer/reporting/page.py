"""The report as one page of HTML, by Jinja2 from templates/. Nothing that comes from outside is in it unescaped."""

import base64
import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from deployer.compliance.judgement import Finding
from deployer.compliance.reports import Equal, equal
from deployer.compliance.suppressions import ending
from deployer.few import counted
from deployer.reporting.chapter import Chapter, sums
from deployer.reporting.runs import Run
from deployer.reporting.sources import Document
from deployer.visible import visible

TEMPLATES = Path(__file__).parent / "templates"


def page(
    runs: Sequence[Run],
    chapters: Sequence[Chapter],
    junit: Sequence[str],
    privilege: Document | None,
    compliance: Document | None,
) -> str:
    """The page. `chapters` are the project's, of each run.

    `junit` are files beside it; `compliance` is shown where a run has no judgement of its own.
    """
    script = (TEMPLATES / "report.js").read_text("utf-8")
    survived = {one.fault.test for run in runs for one in run.survived if one.outcome == "passed"}
    styles = dict.fromkeys((*(chapter.css for chapter in chapters), (TEMPLATES / "report.css").read_text("utf-8")))
    return rendered(
        "report.html.j2",
        runs=runs,
        chapters=chapters,
        verdict=verdict(runs),
        passed=all(run.passed for run in runs),
        failures=sum(len(run.failed) for run in runs),
        tiles=sums(list(chapters)),
        survived=len(survived),
        faults=len({row.fault.test for run in runs for row in run.tried}),
        judged=[run.told.get("compliance") or compliance for run in runs],
        junit=junit,
        privilege=privilege,
        css=Markup("".join(reversed(styles))),  # noqa: S704 - ours and the project's
        script=Markup(script),  # noqa: S704 - ours
        script_hash=_digest(script),
    )


def rendered(template: str, folder: Path = TEMPLATES, **values: Any) -> str:
    """A template of a folder with its values, escaped; it may use those of the report."""
    return _environment(folder).get_template(template).render(values)


def _digest(script: str) -> str:
    """Of the one script that may run, as a content security policy has it: https://www.w3.org/TR/CSP3/#grammardef-hash-source"""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def verdict(runs: Sequence[Run]) -> str:
    """In a line: whether all held, otherwise what did not."""
    bad = [run for run in runs if not run.passed]
    where = " and ".join(run.title for run in bad) if len(runs) > 1 else ""
    if not bad:
        number = sum(run.count("passed") for run in runs)
        return f"All {counted(number, 'test')} passed" if number > 1 else f"{counted(number, 'test')} passed"
    failed = sum(len(run.failed) for run in bad)
    told = f"{counted(failed, 'test')} failed" if failed else "Not everything was taken down"
    return f"{told} on {where}" if where else told


def _environment(folder: Path) -> Environment:
    made = Environment(
        loader=FileSystemLoader([folder, TEMPLATES]), autoescape=True, undefined=StrictUndefined, finalize=_printed,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"seconds": seconds, "count": "{:,}".format, "moment": _moment, "counted": counted, "equal": _equal}
    made.globals |= {"ending": _ending}
    return made


def _equal(findings: list[dict[str, Any]]) -> list[Equal]:
    """Those that say the same as one; `findings` as `tap comply --json` has them."""
    return equal(Finding(**one) for one in findings)


def _ending(suppressed: list[dict[str, Any]]) -> list[str]:
    with suppress(ValueError):  # a day that no calendar has
        return ending(one["until"] for one in suppressed)
    return []


def _printed(value: Any) -> Any:
    """What a template prints; Markup is ours, and its values were printed before."""
    return value if isinstance(value, Markup) else visible(str(value))


def seconds(value: float) -> str:
    """For people: `0.3 s`, `42 s`, `4 min 22 s`."""
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"


def _moment(value: datetime) -> str:
    day = value.astimezone(UTC)
    return f"{day.day} {day:%B %Y, %H:%M} UTC"
