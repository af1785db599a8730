"""`tap policy`: ready IAM policies for who deploys an environment or works with it, and for the workflows of GitHub."""

import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deployer.commands.options import RegionOption, SuffixOption, settings_of
from deployer.errors import UsageError
from deployer.paths import Paths

if TYPE_CHECKING:
    from deployer.settings import Settings

AccountOption = Annotated[
    str | None, typer.Option("--account", help="12-digit account ID (default: the one in TAP_ALLOWED_ACCOUNTS).")
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write each policy to its own file in this folder.")]
NightlyOption = Annotated[
    bool, typer.Option("--nightly", help="Policies for the nightly smoke test, `make smoke-live`.")
]
CleanupOption = Annotated[
    bool, typer.Option("--cleanup", help="Policies for the workflow that cleans up closed pull requests.")
]
RepositoryOption = Annotated[
    str | None,
    typer.Option(
        "--repository",
        metavar="OWNER/REPO",
        help="The repository as its OIDC tokens name it, OWNER@ID/REPO@ID where they carry ids.",
    ),
]
# A wildcard would let another repository in. The ids: https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
_REPOSITORY = re.compile(r"[\w.-]+(?:@\d+)?/[\w.-]+(?:@\d+)?", re.ASCII)


def policy(
    account: AccountOption = None,
    out: OutOption = None,
    nightly: NightlyOption = False,
    cleanup: CleanupOption = False,
    repository: RepositoryOption = None,
    suffix: SuffixOption = None,
    region: RegionOption = None,
) -> None:
    """Print least-privilege IAM policies: to deploy an environment, to work with it, to create the state bucket.

    Beside them the boundary of the roles that are made, and the trust policy of a role for a
    GitHub workflow. One JSON object with a document for each name; asks no AWS.

    Example: `tap policy --suffix dev --out policies`
    """
    if nightly and cleanup:
        raise UsageError("--nightly and --cleanup exclude each other", remedy="run it once for each")
    work = "nightly" if nightly else "cleanup" if cleanup else "deploy"
    found = _found(settings_of("aws", suffix, region), account, repository, work)
    if out is None:
        json.dump(found, sys.stdout, indent=1)
        print()
    else:
        _write(found, out)


def _found(settings: "Settings", account: str | None, repository: str | None, work: str) -> dict[str, Any]:
    from botocore.session import Session

    from deployer.deploy.synthesis import stack_folder
    from deployer.iam.policy import ACCOUNT, REPOSITORY, Scope
    from deployer.iam.roles import documents
    from deployer.identity import Identity
    from deployer.project import Project, resolved
    from deployer.resources.configuration import configuration_in

    paths = Paths.here()
    identity, reference = Identity.of(settings.environment_suffix, paths), Project.at(paths.root).policies
    configuration = configuration_in(stack_folder(settings, paths), identity)
    listed = settings.allowed_accounts
    scope = Scope.of(
        configuration,
        settings,
        partition=Session().get_partition_for_region(settings.aws_region),
        account=account or (listed[0] if len(listed) == 1 else ACCOUNT),
        clients=resolved(reference, paths.root) if reference else {},
    )
    return documents(replace(scope, repository=REPOSITORY if repository is None else _named(repository)), work)


def _named(repository: str) -> str:
    if not _REPOSITORY.fullmatch(repository):
        raise UsageError(
            f"{repository!r} is no repository",
            where="--repository",
            remedy="OWNER/REPO, or OWNER@ID/REPO@ID where its OIDC tokens carry ids",
        )
    return repository


def _write(found: dict[str, Any], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, document in found.items():
            (out / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")
            print(out / f"{name}.json")
    except OSError as error:
        raise UsageError(f"the policies can't be written: {error}", where=str(out)) from error
