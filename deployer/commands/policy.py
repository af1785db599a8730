"""`tap policy`: ready IAM policies for who deploys an environment, sends files, or runs the nightly smoke test."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.commands.options import RegionOption, SuffixOption, settings_of
from deployer.places import Places

if TYPE_CHECKING:
    from stack.settings import Settings

AccountOption = Annotated[
    str | None, typer.Option("--account", help="The account's 12 digits; the one in TAP_ALLOWED_ACCOUNTS if not set.")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write each to a file of its own in this folder.")]
NightlyOption = Annotated[bool, typer.Option("--nightly", help="Those of `make smoke-live`, for all of its suffixes.")]


def policy(
    account: AccountOption = None,
    out: OutOption = None,
    nightly: NightlyOption = False,
    suffix: SuffixOption = None,
    region: RegionOption = None,
) -> None:
    """Print the IAM policies of who works with an environment: to deploy it, to send files, to make the state's bucket.

    One JSON object with a policy for each name; asks no AWS.
    """
    found = _found(settings_of("aws", suffix, region), account, nightly=nightly)
    if out is None:
        json.dump(found, sys.stdout, indent=1)
        print()
    else:
        _write(found, out)


def _found(settings: "Settings", account: str | None, *, nightly: bool) -> dict[str, Any]:
    from botocore.session import Session

    from deployer.estate.configuration import configuration_in
    from deployer.policy import ACCOUNT, Scope, nightly_policies, policies
    from deployer.synthesis import synthesised

    configuration = configuration_in(synthesised(settings, Places.here()) / "stacks" / settings.construct_id)
    listed = settings.allowed_accounts
    scope = Scope.of(
        configuration,
        settings,
        partition=Session().get_partition_for_region(settings.aws_region),
        account=account or (listed[0] if len(listed) == 1 else ACCOUNT),
    )
    return (nightly_policies if nightly else policies)(scope)


def _write(found: dict[str, Any], out: Path) -> None:
    from deployer.errors import UsedWrongly

    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, document in found.items():
            (out / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
            print(out / f"{name}.json")
    except OSError as error:
        raise UsedWrongly(f"the policies can't be written: {error}", where=str(out)) from error
