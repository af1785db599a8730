"""The report as one page of HTML, by Jinja2 from templates/. Nothing that comes from outside is in it unescaped."""

import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from deployer.compliance.suppressions import ending
from deployer.reporting.files import FIGURES, arrivals
from deployer.reporting.plot import NARROW, WIDE, plot
from deployer.reporting.runs import Run
from deployer.reporting.sources import Document

TEMPLATES = Path(__file__).parent / "templates"
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # controls, what turns the direction of text, halves of pairs
_SCALE = 1000  # units of a file's bar


def page(runs: Sequence[Run], junit: Sequence[str], privilege: Document | None, compliance: Document | None) -> str:
    """The page. `junit` are files beside it; `compliance` is shown where a run has no judgement of its own."""
    survived = {one.fault.test for run in runs for one in run.survived if one.outcome == "passed"}
    return _environment().get_template("report.html.j2").render(
        runs=runs,
        verdict=verdict(runs),
        passed=all(run.passed for run in runs),
        failures=sum(len(run.failed) for run in runs),
        files=sum(len(run.files) for run in runs),
        rows=sum(run.sums["read"] for run in runs),
        survived=len(survived),
        faults=len(runs[0].rows),
        run_parts=[(_plots(run), run.told.get("compliance") or compliance, _longest(run)) for run in runs],
        junit=junit,
        privilege=privilege,
        css=Markup((TEMPLATES / "report.css").read_text("utf-8")),  # noqa: S704 - ours
    )  # fmt: skip


def verdict(runs: Sequence[Run]) -> str:
    """In a line: whether all held, otherwise what did not."""
    bad = [run for run in runs if not run.passed]
    where = " and ".join(run.title for run in bad) if len(runs) > 1 else ""
    if not bad:
        return f"All {sum(run.count('passed') for run in runs):,} tests passed"
    failed = sum(len(run.failed) for run in bad)
    told = f"{failed:,} test{'s' * (failed != 1)} failed" if failed else "Not everything was taken down"
    return f"{told} on {where}" if where else told


def _plots(run: Run) -> dict[str, Markup] | None:
    """Numbers and the names of stages are all that is in them."""
    found = arrivals(run.files)
    if not found:
        return None
    title = f"{len(run.files)} files on their way: how many had come to each stage, over time"
    return {size.name: Markup(plot(found, size, title)) for size in (WIDE, NARROW)}  # noqa: S704


def _longest(run: Run) -> float:
    return max((file.seconds for file in run.files), default=0.0)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=visible,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters |= {"seconds": seconds, "count": "{:,}".format, "moment": _moment}
    made.globals |= {"figure_names": FIGURES, "share": _share, "ending": _ending}
    return made


def _ending(suppressed: list[dict[str, Any]]) -> list[str]:
    with suppress(ValueError):  # a day that no calendar has
        return ending(one["until"] for one in suppressed)
    return []


def visible(value: Any) -> Any:
    """What a template prints, with characters that hide, or turn the text around them, written out: `\\u202e`."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(_written(each) for each in value)


def _written(character: str) -> str:
    hidden = character not in "\n\t" and unicodedata.category(character) in _HIDDEN
    return character.encode("unicode_escape").decode() if hidden else character


def seconds(value: float) -> str:
    """For people: `0.3 s`, `42 s`, `4 min 22 s`."""
    if value < 10:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes:,} min {rest} s" if minutes else f"{rest} s"


def _share(value: float, whole: float) -> float:
    """Of a bar's width, to a tenth of its units."""
    return round(_SCALE * value / whole, 1) if whole else 0.0


def _moment(value: datetime) -> str:
    day = value.astimezone(UTC)
    return f"{day.day} {day:%B %Y, %H:%M} UTC"
