"""Takes into Terraform's state what exists already: the stage `adopt`, which costs one read while the state is whole.

Terraform itself imports: it gets an import block for exactly what the state lacks and the account has, plans with
them, and what the plan shows is what happens. What can't be looked for is told, and Terraform makes it: whoever knows
that it is there already writes an import block.

An import can't tell which file a function's code came from, so Terraform would send each code again, one after the
other. Where the account says that it has that very code already, Terraform is told to leave it, and the state is told
the file afterwards.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployer.deploy.state_owner import refuse_elsewhere
from deployer.resources.configuration import Configuration, block_of, configuration_in, instances_in, type_of
from deployer.targets.connect import TargetSession
from deployer.terraform.cli import Terraform, attributes_in

if TYPE_CHECKING:
    from deployer.resources.resource import AwsResource

FUNCTION = "aws_lambda_function"
INSTANCES = "instances.tfplan"
IMPORT = "an import block (`import_from` of the resource in CDKTF): https://developer.hashicorp.com/terraform/language/import"


@dataclass(frozen=True)
class Adoption:
    """What is to be taken into the state: import ids by address; and what the state must be told besides, likewise.

    `unseen` is what the state lacks and nobody can look for, with the reason, by address.
    """

    imports: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unseen: Mapping[str, str] = field(default_factory=dict)

    def notes(self) -> Iterator[str]:
        """What could not be looked for, a line for each reason."""
        for why in dict.fromkeys(self.unseen.values()):
            addresses = ", ".join(one for one, reason in self.unseen.items() if reason == why)
            yield f"not looked for: {addresses} ({why}). Terraform makes it; if it is there already, it needs {IMPORT}"

    def blocks(self) -> dict[str, Any]:
        """As Terraform reads it; empty where nothing is adopted."""
        return {"import": [{"to": to, "id": id_} for to, id_ in self.imports.items()]} if self.imports else {}

    def left_alone(self, forgotten: Mapping[str, Iterable[str]]) -> dict[str, Any]:
        """As Terraform reads it: the attributes that an import does not know and that are right as they are.

        With what the target forgets by type: for one resource, the list that is read last is the one that counts.
        """
        rows = {
            address.partition(".")[2]: {"lifecycle": [{"ignore_changes": [*attributes, *forgotten.get(FUNCTION, ())]}]}
            for address, attributes in self.told.items()
        }
        return {"resource": {FUNCTION: rows}} if rows else {}


def to_adopt(session: TargetSession, terraform: Terraform) -> Adoption:
    """What the state lacks and the account has. Nothing while the state is whole.

    Raises:
        ForeignResource: something has the name, but is not ours; or the state is that of another region or account.
        AmbiguousMatch: several are ours by name and tags.
    """
    document = terraform.state_document()
    refuse_elsewhere(attributes_in(document, elsewhere=False), session.target)
    configuration, state = _instances(session, terraform), attributes_in(document)
    missing = sorted(one for one in configuration.wanted.keys() - state.keys() if _is_to_be_found(configuration, one))
    if not missing:
        return Adoption()
    from deployer.deploy.ledger import Ledger
    from deployer.resources.inventory import Inventory  # loads the AWS SDK, which the usual case does without

    ledger = Ledger(session.target, configuration, session.work)
    inventory = Inventory(session.target, configuration, state, ledger.recorded())
    found = inventory.existing(missing)
    held = _held_elsewhere(configuration, state)
    free = {address: thing for address, thing in found.items() if (thing.type, thing.id) not in held}
    imports = {address: thing.id for address, thing in free.items()}
    return Adoption(imports, _codes(session.work, configuration, free), inventory.unseen(missing))


def _instances(session: TargetSession, terraform: Terraform) -> Configuration:
    """The configuration, by a plan of Terraform's where that alone tells what there is of it."""
    configuration = configuration_in(session.work, session.identity)
    if not configuration.multiplied:
        return configuration
    terraform.plan(INSTANCES)
    return instances_in(terraform.show_json(INSTANCES), configuration)


def _is_to_be_found(configuration: Configuration, address: str) -> bool:
    """What the stack imports by itself is Terraform's to find."""
    return block_of(address) not in configuration.imported


def _held_elsewhere(configuration: Configuration, state: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, Any]]:
    """Type and id of what the state holds under addresses that the stack no longer has.

    The plan removes these: imported under another address too, one thing would be adopted and destroyed at once.
    """
    return {
        (type_of(address), attributes.get("id"))
        for address, attributes in state.items() if address not in configuration.wanted
    }  # fmt: skip


def _codes(folder: Path, configuration: Configuration, found: Mapping[str, "AwsResource"]) -> dict[str, dict[str, Any]]:
    """Where the code came from, of each function that has it already.

    Terraform can be told to leave a block as it is, not one of its instances, nor what is in a module.
    """
    told = {}
    for address, thing in found.items():
        if block_of(address) != address or address.startswith("module."):
            continue
        file = configuration.wanted[address].argument("filename") if thing.type == FUNCTION else None
        if isinstance(file, str) and (digest := _digest(folder / file)) == thing.detail["CodeSha256"]:
            told[address] = {"filename": file, "source_code_hash": digest, "publish": False}
    return told


def _digest(path: Path) -> str:
    """As Lambda tells it, and Terraform's `filebase64sha256`."""
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
