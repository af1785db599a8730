"""`tap cleanup`: removes an environment, with or without Terraform's state."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.commands.options import JsonOption, RegionOption, TargetOption, print_json, settings_of
from deployer.commands.stack import running
from deployer.errors import LeftBehind

if TYPE_CHECKING:
    from deployer.estate.cleanup import Cleaned
    from deployer.estate.things import Thing

SuffixOption = Annotated[
    str, typer.Option("--suffix", help="The environment that goes; has to be said.", show_default=False)
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would go; change nothing.")]
DataTooOption = Annotated[
    bool, typer.Option("--data-too", help="Also where the table is protected: lift that, and remove the data.")
]


def cleanup(
    suffix: SuffixOption,
    target: TargetOption = None,
    region: RegionOption = None,
    dry_run: DryRunOption = False,
    data_too: DataTooOption = False,
    json: JsonOption = False,
) -> None:
    """Remove everything of an environment, its files and items too, with or without Terraform's state."""
    from deployer.estate.leaving import leave, preview

    with running(settings_of(target, suffix, region), json=json, existing=True) as run:
        cleaned = (preview if dry_run else leave)(run, data_too=data_too)
    if json:
        print_json(_to_json(cleaned, dry_run=dry_run))
    else:
        print("\n".join(_lines(cleaned, dry_run=dry_run)))
    if cleaned.left and not dry_run:
        raise LeftBehind(
            f"{len(cleaned.left)} of the environment `{suffix}` are left",
            remedy="mend the reason of each, then clean up again",
        )


def _to_json(cleaned: "Cleaned", *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "removed": [_named(thing) for thing in cleaned.removed],
        "left": [{**_named(thing), "reason": why} for thing, why in cleaned.left.items()],
        "not_ours": [{**_named(thing), "reason": why} for thing, why in cleaned.others],
    }


def _named(thing: "Thing") -> dict[str, str]:
    return {"type": thing.type, "name": thing.name, "id": thing.id}


def _lines(cleaned: "Cleaned", *, dry_run: bool) -> Iterator[str]:
    for thing in cleaned.removed:
        yield f"{'would remove' if dry_run else 'removed'}  {thing.label}"
    for thing, why in cleaned.others:
        yield f"not ours, left alone  {thing.label}: {why}"
    for thing, why in cleaned.left.items():
        yield f"left  {thing.label}: {why}"
    if not cleaned.left:
        yield "nothing is left" if not dry_run else "nothing would be left"
