"""`tap cleanup`: removes an environment, with or without Terraform's state."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.commands.confirmation import ask, require_somebody
from deployer.commands.options import (
    DataTooOption,
    JsonOption,
    RegionOption,
    TargetOption,
    YesOption,
    print_json,
    settings_of,
)
from deployer.commands.stack import place_of, running
from deployer.errors import ListingIncomplete, ResourcesLeft, StateLocked, SynthesisFailed, TapError, UsageError

if TYPE_CHECKING:
    from deployer.resources.deletion import CleanupResult
    from deployer.resources.resource import AwsResource
    from deployer.settings import Settings

SuffixOption = Annotated[
    str | None, typer.Option("--suffix", help="Environment to delete (required, unless --expired).", show_default=False)
]
ExpiredOption = Annotated[
    bool, typer.Option("--expired", help="Delete every environment whose TAP_EXPIRES_AT has passed.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would be deleted; change nothing.")]


def cleanup(
    suffix: SuffixOption = None,
    expired: ExpiredOption = False,
    target: TargetOption = None,
    region: RegionOption = None,
    dry_run: DryRunOption = False,
    data_too: DataTooOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Delete every resource of an environment, with or without Terraform's state; shows them and asks first.

    Files and items go too, unless they are protected.

    Example: `tap cleanup --suffix pr12 --dry-run`
    """
    if (suffix is None) != expired:
        raise UsageError(
            "specify --suffix or --expired",
            remedy="one of the two, not both: `tap cleanup --suffix X` or `tap cleanup --expired`",
        )
    if not (yes or dry_run):
        require_somebody("deletion")
    suffixes = [suffix] if suffix else _expired(target, region, json=json)
    cleaned: dict[str, CleanupResult] = {}
    refused: list[TapError] = []
    for each in suffixes:
        try:
            cleaned[each] = _cleaned(settings_of(target, each, region), json, dry_run, data_too, yes)
        except (StateLocked, ListingIncomplete, SynthesisFailed) as error:
            if suffix:
                raise
            refused.append(error)  # the others go all the same
    if json:
        told = [{"suffix": each, **_to_json(one, dry_run=dry_run)} for each, one in cleaned.items()]
        print_json(told[0] if suffix else told)
    else:
        for one in cleaned.values():
            print("\n".join(_lines(one, dry_run=dry_run)))
    if refused:
        raise refused[0]
    if left := {each: len(one.left) for each, one in cleaned.items() if one.left and not dry_run}:
        raise ResourcesLeft(
            "; ".join(f"{count} of the environment `{each}` are left" for each, count in left.items()),
            remedy="for each, do what its reason says, then run the cleanup again",
        )


def _cleaned(settings: "Settings", json: bool, dry_run: bool, data_too: bool, yes: bool) -> "CleanupResult":
    from deployer.deploy.cleanup import cleanup, preview

    with running(settings, json=json, existing=True) as run:
        if dry_run:
            return preview(run, data_too=data_too)
        if not yes and (going := preview(run, data_too=data_too)).removed:
            ask(_lines(going, dry_run=True), settings.environment_suffix, place_of(run))
        return cleanup(run, data_too=data_too)


def _expired(target: str | None, region: str | None, *, json: bool) -> list[str]:
    from deployer.deploy.expired import expired

    with running(settings_of(target, None, region), json=json, existing=True) as run:
        return expired(run.session.target, datetime.now(UTC), run.session.identity)


def _to_json(cleaned: "CleanupResult", *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "removed": [_named(thing) for thing in cleaned.removed],
        "left": [{**_named(thing), "reason": why} for thing, why in cleaned.left.items()],
        "not_ours": [{**_named(thing), "reason": why} for thing, why in cleaned.others],
        "not_looked_for": [{"address": address, "reason": why} for address, why in cleaned.unseen.items()],
    }


def _named(thing: "AwsResource") -> dict[str, str]:
    return {"type": thing.type, "name": thing.name, "id": thing.id}


def _lines(cleaned: "CleanupResult", *, dry_run: bool) -> Iterator[str]:
    for thing in cleaned.removed:
        yield f"{'would remove' if dry_run else 'removed'}  {thing.label}"
    for thing, why in cleaned.others:
        yield f"not ours, left alone  {thing.label}: {why}"
    for thing, why in cleaned.left.items():
        yield f"left  {thing.label}: {why}"
    for address, why in cleaned.unseen.items():
        yield f"not looked for  {address}: {why}"
    if not cleaned.left:
        yield f"nothing {'would be' if dry_run else 'is'} left{' of what was looked for' * bool(cleaned.unseen)}"
