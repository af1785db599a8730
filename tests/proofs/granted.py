"""The embedded AWS with roles that have what `tap policy` gives, for the proofs of its policies."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployer.console.view import NoView
from deployer.deploy.stages import Run
from deployer.deploy.synthesis import stack_folder
from deployer.iam.policy import Document, Scope
from deployer.identity import Identity
from deployer.paths import Paths
from deployer.policy_documents import policy_of
from deployer.pytest_plugin.enforcement import require_enforced
from deployer.resources.configuration import configuration_in
from deployer.targets import embedded
from deployer.targets.connect import TargetSession, on
from deployer.targets.embedded import Emulator
from deployer.targets.targets import EMULATOR_ACCOUNT, Target
from pipeline.permissions import POLICIES
from stack.settings import Settings
from tests.integration.account_snapshot import Census, census
from tests.proofs.forbidden_calls import ANYBODY
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
        return Run(known, Paths.here(), TargetSession(caller, work, work / "logs", lasting=False), NoView())


def scope_of(settings: Settings) -> Scope:
    """What the policies are made of."""
    folder = stack_folder(settings, Paths.here())
    return Scope.of(
        configuration_in(folder, Identity.of(settings.environment_suffix, Paths.here())),
        settings,
        partition="aws",
        account=EMULATOR_ACCOUNT,
        clients=POLICIES,
    )


@contextmanager
def granted(
    settings: Settings, boundary: Document, roles: Mapping[str, Mapping[str, Document]], folder: Path
) -> Iterator[Proof]:
    """Each role by name, with its policies; the boundary is the policy that the settings name."""
    with embedded.started(Paths.here()) as emulator:
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
    assert documents, f"no policy is for the role {name}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy_of(ANYBODY))
    for kind, document in documents.items():
        made = iam.create_policy(PolicyName=f"{name}-{kind}", PolicyDocument=json.dumps(document))
        iam.attach_role_policy(RoleName=name, PolicyArn=made["Policy"]["Arn"])
