"""The embedded AWS with roles that have what `tap policy` gives, for the proofs of its policies."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployer import embedded
from deployer.embedded import Emulator
from deployer.estate.configuration import configuration_in
from deployer.estate.identity import Identity
from deployer.opening import Site, on
from deployer.places import Places
from deployer.policy import Document, Scope
from deployer.pytest_plugin.enforcement import require_enforced
from deployer.stages import Run
from deployer.synthesis import stack_folder
from deployer.targets import EMULATOR_ACCOUNT, Target
from deployer.view import NoView
from stack.settings import Settings
from tests.integration.census import Census, census
from tests.proofs.trespasses import ANYBODY, text
from tests.proofs.workflow_runs import signed_in

EVERYTHING_OF_IAM = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


@dataclass(frozen=True)
class Proof:
    """The embedded AWS as its root, the policies, and roles that have one kind of them each."""

    root: Target
    emulator: Emulator
    settings: Settings
    documents: Mapping[str, Document]
    folder: Path
    before: Census  # with the roles, and without all that they make

    def as_role(self, name: str) -> Target:
        """The account as one of the roles."""
        arn = f"arn:aws:iam::{EMULATOR_ACCOUNT}:role/{name}"
        return replace(self.root, credentials=signed_in(self.root, arn), _clients={})

    def run(self, caller: Target, settings: Settings | None = None) -> Run:
        """A run of the deployer by one of the roles; of another environment where `settings` name it."""
        known = settings or self.settings
        work = self.folder / known.environment_suffix / "work"
        return Run(known, Places.here(), Site(caller, work, work / "logs", lasting=False), NoView())


def scope_of(settings: Settings) -> Scope:
    """What the policies are made of."""
    folder = stack_folder(settings, Places.here())
    return Scope.of(
        configuration_in(folder, Identity.of(settings.environment_suffix, Places.here())),
        settings,
        partition="aws",
        account=EMULATOR_ACCOUNT,
    )


@contextmanager
def granted(
    settings: Settings, boundary: Document, roles: Mapping[str, Mapping[str, Document]], folder: Path
) -> Iterator[Proof]:
    """Each role by name, with its policies; the boundary is the policy that the settings name."""
    with embedded.started(Places.here()) as emulator:
        root = on(emulator, settings)
        require_enforced(root)
        iam = root.client("iam")
        iam.create_policy(
            PolicyName=settings.permissions_boundary.rpartition("/")[2], PolicyDocument=json.dumps(boundary)
        )
        for name, documents in roles.items():
            _make_role(iam, name, documents)
        given = {kind: document for documents in roles.values() for kind, document in documents.items()}
        yield Proof(root, emulator, settings, given, folder, census(root))


def _make_role(iam: Any, name: str, documents: Mapping[str, Document]) -> None:
    """A role that has these policies and nothing else."""
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=text(ANYBODY))
    for kind, document in documents.items():
        made = iam.create_policy(PolicyName=f"{name}-{kind}", PolicyDocument=json.dumps(document))
        iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
