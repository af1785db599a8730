"""What an environment has of types without a row: `tap cleanup` finds it by the state, the ledger, and AWS's tags.

Terraform removes what its state has; on AWS, Cloud Control what carries the environment's tags and is ours by its name
or by the ledger. All goes after what has a row, when nothing of that is left; the rest is told, and is left.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import says_refused
from deployer.deploy.ledger import Entry, Ledger
from deployer.errors import TapError
from deployer.resources import cloud_control
from deployer.resources.configuration import Configuration, type_of
from deployer.resources.deletion import CleanupResult
from deployer.resources.inventory import unknown
from deployer.resources.resource import AwsResource
from deployer.resources.stateless import holds_data
from deployer.targets.targets import Target
from deployer.terraform.cli import attributes_in, elsewhere_in

State = dict[str, Any] | None
ByTerraform = Callable[[list[str]], State]  # removes these addresses, and answers the state afterwards
_DATA = "it may hold data, which --data-too removes too"
_AFTER = "it goes after what is left"
_REFUSED = "`tap destroy` removes it, by Terraform's state"
_BY_HAND = "there is no state: remove it by hand, then its entry in {ledger}"
_NAMELESS = (
    "it has this environment's tags, and neither its name nor the ledger says that it is of it; remove it by hand"
)


@dataclass
class Unsupported:
    """What is there of types without a row, sorted by how it may go.

    `kept` are things with the reason why each is left whatever else goes; `unseen`, by address, is what may be there.
    """

    by_state: list[AwsResource] = field(default_factory=list)
    by_tags: list[AwsResource] = field(default_factory=list)
    kept: dict[AwsResource, str] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def found(
        cls, target: Target, configuration: Configuration, state: State, ledger: Ledger, *, data_too: bool
    ) -> "Unsupported":
        """All of one environment. `state` is None where there is none; then the ledger counts, and the stack."""
        recorded = ledger.unsupported()
        found = cls(by_state=list(_in_state(state or {})))
        if state is None:
            found._add_recorded(recorded, str(ledger))
            found.unseen |= _wanted(configuration, found.kept)
        if target.trait("cloud_control") and (found.by_state or found.unseen or recorded):
            found._add_tagged(target, configuration, {one.arn for one in recorded})
        found._keep_data(data_too=data_too)
        return found

    def _add_recorded(self, recorded: Iterable[Entry], ledger: str) -> None:
        for one in recorded:
            if one.arn:
                self.kept[AwsResource(one.type, one.name, one.arn, one.arn)] = _BY_HAND.format(ledger=ledger)
            else:
                self.unseen[one.name] = "a deployment was about to make it, and there is no state"

    def _add_tagged(self, target: Target, configuration: Configuration, recorded: set[str]) -> None:
        try:
            tagged = list(cloud_control.tagged(target, configuration.identity))
        except ClientError as error:
            if not says_refused(error):
                raise
            self.unseen["what carries the environment's tags"] = "tag:GetResources is refused"
            return
        in_state = {thing.arn for thing in self.by_state}
        self.kept = {thing: why for thing, why in self.kept.items() if thing.arn not in {one.arn for one in tagged}}
        for thing in tagged:
            if thing.arn in recorded or _is_named(thing, configuration.suffix):
                self.by_tags += [thing] if thing.arn not in in_state else []
            elif thing.arn not in in_state:
                self.kept[thing] = _NAMELESS

    def _keep_data(self, *, data_too: bool) -> None:
        if not data_too:
            data = [one for one in self.by_state if holds_data(one.type)]
            self.kept |= dict.fromkeys([*data, *filter(cloud_control.may_hold_data, self.by_tags)], _DATA)

    def going(self) -> list[AwsResource]:
        """What goes where nothing else is left."""
        return [one for one in (*self.by_state, *self.by_tags) if one not in self.kept]

    def preview(self, done: CleanupResult) -> None:
        """What would be removed, and what would be left."""
        if done.left:
            done.left.update(dict.fromkeys(self.going(), _AFTER))
        else:
            done.removed += self.going()
        done.unseen = self.unseen

    def remove(
        self,
        done: CleanupResult,
        target: Target,
        configuration: Configuration,
        by_terraform: ByTerraform,
        ledger: Ledger,
    ) -> None:
        """What may go, where nothing else is left; `done` tells of it."""
        if done.left:
            self.preview(done)
            return
        self._by_terraform(done, by_terraform)
        if not done.left and self.by_tags:
            self._by_cloud_control(done, target, configuration.identity)
        done.unseen = self.unseen
        gone = {thing.arn for thing in done.removed if thing.arn} | {thing.name for thing in done.removed}
        ledger.strike((one.type, one.name) for one in ledger.unsupported() if {one.arn, one.name} & gone)

    def _by_terraform(self, done: CleanupResult, by_terraform: ByTerraform) -> None:
        if not self.by_state:
            return
        why = _REFUSED
        try:
            state = by_terraform([thing.name for thing in self.by_state])
        except TapError as error:
            state, why = None, " ".join((error.what, *error.details))
        left = self.by_state if state is None else [one for one in self.by_state if one.name in attributes_in(state)]
        done.left.update(dict.fromkeys(left, why))
        done.removed += [one for one in self.by_state if one not in done.left]

    def _by_cloud_control(self, done: CleanupResult, target: Target, identity: Mapping[str, str]) -> None:
        """Again while it gets on, since one may be in the way of another: a VPC goes after its subnets."""
        try:
            known = cloud_control.types(target)
        except ClientError as error:
            done.left.update(dict.fromkeys(self.by_tags, str(error)))
            return
        due, before = dict.fromkeys(self.by_tags, ""), len(self.by_tags) + 1
        while due and len(due) < before:
            before = len(due)
            due = {one: why for one in due if (why := cloud_control.remove(target, one, identity, known))}
        done.left.update(due)
        done.removed += [one for one in self.by_tags if one not in due]


def _in_state(state: dict[str, Any]) -> Iterator[AwsResource]:
    """What the state has and a cleanup can't remove by its tables."""
    apart = elsewhere_in(state)
    for address, attributes in attributes_in(state).items():
        if unknown(type_of(address), elsewhere=address in apart):
            id_ = str(attributes.get("id") or address)
            yield AwsResource(type_of(address), address, id_, str(attributes.get("arn") or ""))


def _wanted(configuration: Configuration, known: Iterable[AwsResource]) -> dict[str, str]:
    """What the stack of today would have, and nothing tells of."""
    told = {thing.name for thing in known}
    reasons = ((one.address, unknown(one.type, elsewhere=one.elsewhere)) for one in configuration.wanted.values())
    return {address: why for address, why in reasons if why and address not in told}


def _is_named(thing: AwsResource, suffix: str) -> bool:
    """As of what has a row: the name ends with the suffix."""
    return bool(suffix) and any(name.endswith(f"-{suffix}") for name in (thing.name, thing.detail.get("Name", "")))
