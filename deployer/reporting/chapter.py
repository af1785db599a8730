"""What a project adds to the report of a run: the function that `report` in `[tool.tap]` names, of the evidence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from deployer.project import Project, resolved


class Tile(NamedTuple):
    """A figure at the top; of several runs, the sum."""

    name: str
    number: int
    told: str


@dataclass(frozen=True)
class Chapter:
    """Of one run: a sentence below the verdict, figures, a part of the page and its styles, and what `--json` tells.

    `sections` are the headings of that part to which the page's menu leads: the end of the id, behind the target's name
    and a hyphen, and what the menu says.
    """

    lead: str = ""
    tiles: tuple[Tile, ...] = ()
    html: Markup = field(default_factory=Markup)
    css: str = ""
    sections: tuple[tuple[str, str], ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)


Tell = Callable[[Mapping[str, Any]], Chapter]  # raises UsageError where the evidence is not what it should be


def teller(root: Path) -> Tell:
    """The project's, or one that has nothing to tell."""
    reference = Project.at(root).report
    if not reference:
        return lambda _: Chapter()
    found: Tell = resolved(reference, root)
    return found


def sums(chapters: list[Chapter]) -> list[Tile]:
    """The tiles of all runs, those of one name together."""
    found: dict[str, Tile] = {}
    for tile in (tile for chapter in chapters for tile in chapter.tiles):
        before = found.get(tile.name, tile._replace(number=0))
        found[tile.name] = before._replace(number=before.number + tile.number)
    return list(found.values())
