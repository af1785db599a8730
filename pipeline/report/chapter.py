"""The report's chapter on the files that a run sent through the pipeline: where each came, and where its rows went."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from deployer.few import counted
from deployer.reporting.chapter import Chapter, Tile
from deployer.reporting.page import rendered
from deployer.reporting.runs import Claim
from deployer.reporting.sources import held
from pipeline.report.files import FIGURES, File, arrivals, files_of, rows_of, stages_of
from pipeline.report.plot import NARROW, WIDE, plot

TEMPLATES = Path(__file__).with_name("file_templates")
SCHEMA = Path(__file__).with_name("journeys.schema.json")
_SCALE = 1000  # units of a file's bar


def chapter(told: Mapping[str, Any]) -> Chapter:
    """Of the evidence of a run. Raises UsageError where a test's journeys are not what their schema says."""
    for test in told["tests"].values():
        held(test.get("journeys", []), SCHEMA, f"level3-{told['target']}.json")
    files = files_of(told["tests"])
    rows = rows_of(files)
    return Chapter(
        _lead(files),
        (Tile("Files", len(files), "sent through the pipeline"), Tile("Rows", rows["read"], "read and accounted for")),
        _html(told, files),
        (TEMPLATES / "files.css").read_text("utf-8"),
        (("pipeline", "pipeline"), *((("files", "files"),) if files else ())),
        {"files": {"sent": len(files), "reconciled": _count(files, "reconciled")}, "rows": rows},
    )


def _count(files: Sequence[File], state: str) -> int:
    return sum(file.state == state for file in files)


def _lead(files: Sequence[File]) -> str:
    """How many were sent, and how they ended."""
    told = [f"{counted(len(files), 'file')} sent through it"]
    told.append(f"{_count(files, 'reconciled'):,} loaded with every row and amount accounted for")
    ends = {"refused": "refused", "stopped": "stopped", "not followed": "not followed to the end"}
    told += [f"{count:,} {words}" for state, words in ends.items() if (count := _count(files, state))]
    if early := [file for file in files if file.tone != "good"]:
        expected = all(file.tone == "note" for file in early)
        told.append("as their tests expected" if expected else "not all as their tests expected")
    return f"{', '.join(told)}."


def _html(told: Mapping[str, Any], files: Sequence[File]) -> Markup:
    page = rendered(
        "files.html.j2", TEMPLATES, files=files, stages=stages_of(files), sums=rows_of(files), plots=_plots(files),
        files_by_test=list(_by_test(told, files)), longest=max((file.seconds for file in files), default=0.0),
        figure_names=FIGURES, share=_share, target=told["target"], bad=sum(file.tone == "bad" for file in files),
    )  # fmt: skip
    return Markup(page)  # noqa: S704 - rendered, so escaped


def _by_test(told: Mapping[str, Any], files: Sequence[File]) -> Iterator[tuple[Claim, list[File]]]:
    """As the files were sent, those of one test together."""
    for node in dict.fromkeys(file.test for file in files):
        yield Claim(node, told["tests"][node]), [file for file in files if file.test == node]


def _plots(files: Sequence[File]) -> dict[str, Markup] | None:
    """Numbers and the names of stages are all that is in them."""
    found = arrivals(files)
    if not found:
        return None
    title = f"{counted(len(files), 'file')} on the way: how many had come to each stage, over time"
    return {size.name: Markup(plot(found, size, title)) for size in (WIDE, NARROW)}  # noqa: S704


def _share(value: float, whole: float) -> float:
    """Of a bar's width, to a tenth of its units."""
    return round(_SCALE * value / whole, 1) if whole else 0.0
