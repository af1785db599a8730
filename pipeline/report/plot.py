"""The run as it went, as SVG to stand in a page: how many files had come to each stage at each moment.

Drawn by pygal, without its script and its styles: colours and fonts are the page's (templates/report.css), so that they
follow light and dark. Nothing but numbers and the names of stages is in it.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

_UNWANTED = ("defs", "title", "desc", "comment")  # its script and styles are in `defs`
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_COUNTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Size:
    """Of the SVG's own units: pixels where it is shown as it is."""

    name: str
    width: int
    height: int
    ticks: int  # of an axis, at most


WIDE, NARROW = Size("wide", 960, 300, 8), Size("narrow", 340, 240, 4)


def plot(arrivals: Mapping[str, Sequence[float]], size: Size, title: str) -> str:
    """An `<svg role="img">`. `arrivals`: per stage, ascending seconds, as `files.arrivals` gives them."""
    ends, most = max(times[-1] for times in arrivals.values()), max(map(len, arrivals.values()))
    chart = _pygal().XY(
        width=size.width, height=size.height, css=(), js=(), classes=("plot", size.name), no_prefix=True,
        disable_xml_declaration=True, show_legend=False, show_dots=False, fill=True, margin=4, spacing=6,
        x_labels=_ticks(ends, size.ticks, _SECONDS), x_value_formatter=_clock,
        y_labels=_ticks(most, size.ticks, _COUNTS), value_formatter="{:.0f}".format, show_x_guides=False,
        xrange=(0, ends), range=(0, most),
    )  # fmt: skip
    for stage, times in arrivals.items():
        chart.add(stage, list(_steps(times, ends)))
    chart.add_xml_filter(lambda root: _bare(root, title))
    return str(chart.render(is_unicode=True))


def _pygal() -> Any:
    """It adds a finder for its plugins to Python's own, so old that every later import of nothing warns of it."""
    import pygal  # type: ignore[import-untyped] # the library ships no types

    sys.meta_path[:] = [each for each in sys.meta_path if type(each).__module__ != pygal.__name__]
    return pygal


def _steps(times: Sequence[float], ends: float) -> Iterator[tuple[float, int]]:
    """The corners of the stairs that count the files."""
    yield times[0], 0
    for count, (now, after) in enumerate(pairwise([*times, ends]), start=1):
        yield now, count
        yield after, count


def _ticks(ends: float, most: int, steps: Sequence[int]) -> list[float]:
    """Round numbers from 0 to `ends`, about `most` of them at most."""
    step = next((each for each in steps if ends / each <= most), ends)
    return [float(step * number) for number in range(int(ends / step) + 1)] if ends else [0.0]


def _clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _bare(root: Element, title: str) -> Element:
    """Without what pygal adds for its script and for the pointer; named for who can't see it."""
    for parent in list(root.iter()):
        for child in [each for each in parent if _kind(each) in _UNWANTED or _is_for_pointer(each)]:
            parent.remove(child)
    root.set("role", "img")
    root.set("aria-label", title)
    root.attrib.pop("id", None)
    return root


def _kind(element: Element) -> str:
    """A comment's tag is a function, and not a name."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else "comment"


def _is_for_pointer(element: Element) -> bool:
    return element.get("class", "") in ("tooltip", "plot overlay", "plot text-overlay", "guides-hover")
