"""What of an environment exists in the account: the one place that looks, for `tap adopt`, `cleanup` and the census.

Found by name, and ours by the tags that the configuration gives; neither alone is enough. What carries no tag at all is
ours only where the ledger says that a deployment of ours was about to create it, or where what writes it is ours.
docs/what-is-deleted.md says it for people.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import says_absent
from deployer.errors import AmbiguousMatch, ForeignResource
from deployer.resources.child_types import CHILD_TYPES
from deployer.resources.configuration import Configuration, Reference, Wanted, is_in_state_alone
from deployer.resources.resource import AwsResource
from deployer.resources.resource_types import RESOURCE_TYPES, ResourceType
from deployer.targets.targets import Target

WORKERS = 16  # calls at once; each waits for the network
State = Mapping[str, Mapping[str, Any]]  # attributes by address, as Terraform's state has them
Recorded = frozenset[tuple[str, str]]  # type and name of what the ledger holds


class _Unknown(Exception):  # noqa: N818 - an answer, within this module
    """An argument refers to something that does not exist."""


@dataclass
class Inventory:
    """Looks at one account and region, once: an inventory is for one moment.

    Of what no table has a row for, nothing is found: `unseen` names it.

    Raises, from every method:
        ClientError: AWS refuses an answer.
    """

    target: Target
    configuration: Configuration
    state: State = field(default_factory=dict)
    recorded: Recorded = frozenset()
    gone: Recorded = frozenset()  # of what was ours and this cleanup has removed: it may still write
    _listed: dict[str, list[AwsResource]] = field(default_factory=dict)
    _located: dict[str, "AwsResource | None"] = field(default_factory=dict)

    # What a deployment asks: of all that the configuration wants, what is there already?

    def existing(self, addresses: Iterable[str]) -> dict[str, AwsResource]:
        """What exists in the account of these addresses.

        Raises:
            ForeignResource: something has the name, but is not ours.
            AmbiguousMatch: several are ours by name and tags.
        """
        wanted = list(addresses)
        self._list({self.configuration.wanted[one].type for one in wanted} & RESOURCE_TYPES.keys())
        found = _parallel(self.locate, wanted)
        return {address: thing for address, thing in zip(wanted, found, strict=True) if thing}

    def unseen(self, addresses: Iterable[str]) -> dict[str, str]:
        """Of these addresses, what can't be looked for, with the reason."""
        wanted = [self.configuration.wanted[one] for one in addresses]
        return {one.address: why for one in wanted if (why := self._why_unseen(one))}

    def _why_unseen(self, wanted: Wanted) -> str:
        if why := unknown(wanted.type, elsewhere=wanted.elsewhere):
            return why
        return (
            "" if wanted.type not in RESOURCE_TYPES or self._name(wanted) else "its name is not known before it is made"
        )

    def locate(self, address: str) -> AwsResource | None:
        """The thing in the account that `address` stands for; None too for what can't be looked for."""
        wanted = self.configuration.wanted.get(address)
        if wanted is None or is_in_state_alone(wanted.type) or unknown(wanted.type, elsewhere=wanted.elsewhere):
            return None
        if address not in self._located:
            self._located[address] = self._kind(wanted) if wanted.type in RESOURCE_TYPES else self._part(wanted)
        return self._located[address]

    def _name(self, wanted: Wanted) -> str | None:
        try:
            return self._told(wanted.address, RESOURCE_TYPES[wanted.type].named)
        except _Unknown:
            return None

    def _kind(self, wanted: Wanted) -> AwsResource | None:
        kind = RESOURCE_TYPES[wanted.type]
        if not (name := self._name(wanted)):
            return None
        named = [(thing, self.disowned(thing)) for thing in self._things(wanted.type) if thing.name == name]
        ours = [thing for thing, why_not in named if why_not == ""]
        if len(ours) > 1 and kind.in_use:
            ours = [thing for thing in ours if kind.in_use(self._client(wanted.type), thing)] or ours
        if len(ours) > 1:
            raise _ambiguous(wanted, ours)
        if not ours and kind.unique:
            self._refuse_others(wanted, name, [(thing, why_not) for thing, why_not in named if why_not])
        return ours[0] if ours else None

    def _refuse_others(self, wanted: Wanted, name: str, others: list[tuple[AwsResource, str]]) -> None:
        for thing, why_not in others:
            raise _not_ours(wanted, thing, why_not)
        taken = RESOURCE_TYPES[wanted.type].taken
        if taken and taken(self._client(wanted.type), name):
            raise _not_ours(wanted, AwsResource(wanted.type, name, name), "it belongs to another account")

    def _part(self, wanted: Wanted) -> AwsResource | None:
        part = CHILD_TYPES[wanted.type]

        def of(name: str) -> str:
            if (told := self._told(wanted.address, name)) is None:
                raise _Unknown(f"{wanted.address}.{name}")  # its own attributes are not known before it is found
            return told

        try:
            seen = part.look(self.target.client(part.service), of)
        except _Unknown:
            return None
        except ClientError as error:
            if says_absent(error):
                return None
            raise
        if not seen:
            return None
        own = seen if isinstance(seen, str) else ""
        arguments = {name: of(name) for name in wanted.arguments if f"{{{name}}}" in part.imported_by}
        return AwsResource(wanted.type, own, part.imported_by.format(id=own, **arguments))

    def _value(self, address: str, name: str) -> str:
        """An argument or attribute, from the state, the configuration, or the account. Raises _Unknown."""
        if (told := self._told(address, name)) is not None:
            return told
        if thing := self.locate(address):
            return attribute(thing, name)
        raise _Unknown(f"{address}.{name}")

    def _told(self, address: str, name: str) -> str | None:
        """From the state or the configuration; None where neither has it. Raises _Unknown."""
        if (known := self.state.get(address, {}).get(name)) is not None:
            return str(known)
        wanted = self.configuration.wanted.get(address)
        literal = wanted.argument(name) if wanted else None
        return self._value(literal.address, literal.attribute) if isinstance(literal, Reference) else literal

    # What a cleanup asks: of all that is in the account, what is ours?

    def ours(self) -> tuple[list[AwsResource], list[tuple[AwsResource, str]]]:
        """All that is this environment's; and what only has one of its names, with the reason why it is not ours."""
        self._list(RESOURCE_TYPES)
        named = [thing for type_ in RESOURCE_TYPES for thing in self._named_like_us(type_)]
        reasons = _parallel(self.disowned, named)
        found = [thing for thing, reason in zip(named, reasons, strict=True) if reason == ""]
        exact = [
            (thing, reason) for thing, reason in zip(named, reasons, strict=True)
            if reason and RESOURCE_TYPES[thing.type].unique and thing.name in self.names(thing.type)
        ]  # fmt: skip
        return found, exact

    def still_lists(self, things: Iterable[AwsResource]) -> list[AwsResource]:
        """Those of the things that the account lists, whoever's they may be by now."""
        wanted = list(things)
        self._list({thing.type for thing in wanted})
        return [thing for thing in wanted if thing in self._listed[thing.type]]

    def names(self, type_: str) -> set[str]:
        """The names that things of a type have in this environment: the configuration's and the ledger's."""
        wanted = {name for one in self.configuration.of_type(type_) if (name := self._name(one))}
        return wanted | {name for recorded, name in self.recorded if recorded == type_}

    def _named_like_us(self, type_: str) -> list[AwsResource]:
        """An older version of the stack may have had other names, which ended with the suffix too.

        Terraform's state bucket is nobody's environment, whatever its name.
        """
        names, suffix = self.names(type_), self.configuration.suffix
        states = self.configuration.backend.get("bucket") if type_ == "aws_s3_bucket" else None
        things = [thing for thing in self._things(type_) if thing.name != states]
        return [thing for thing in things if thing.name in names or (suffix and thing.name.endswith(f"-{suffix}"))]

    def disowned(self, thing: AwsResource) -> str | None:
        """Why a thing that has our name is not ours; blank if it is, None if it vanished since it was listed."""
        try:
            return self._disowned(RESOURCE_TYPES[thing.type], thing)
        except ClientError as error:
            if says_absent(error):
                return None
            raise

    def _disowned(self, kind: ResourceType, thing: AwsResource) -> str:
        client = self._client(thing.type)
        if kind.region and (region := kind.region(client, thing)) not in ("", self.target.region):
            return f"it belongs to {region}, and its name, which carries no region, is taken in all of them"
        tags = kind.tags(client, thing)
        told = {name: tags[name] for name in self.configuration.identity if name in tags}
        if told == self.configuration.identity:
            return ""
        if not tags and self._known_untagged(kind, thing):
            return ""
        return f"its tags are {', '.join(f'{name}={value}' for name, value in told.items()) or 'not ours'}"

    def _known_untagged(self, kind: ResourceType, thing: AwsResource) -> bool:
        """Of what nobody tagged: a deployment of ours was about to make it, or what makes it by itself is ours.

        Where the target forgets tags, which AWS never does, the name is all that there is.
        """
        if "tags" in self.target.trait("forgets").get(thing.type, ()) and thing.name in self.names(thing.type):
            return True
        noted = (thing.type, thing.name) in self.recorded and kind.half_made(thing)
        return noted or bool(kind.writer and self._is_ours(*kind.writer(thing)))

    def _is_ours(self, type_: str, name: str) -> bool:
        """Whether there is such a thing, and it is ours; or it was, until this cleanup removed it."""
        found = [thing for thing in self._things(type_) if thing.name == name]
        return any(self.disowned(thing) == "" for thing in found) or (not found and (type_, name) in self.gone)

    def _things(self, type_: str) -> list[AwsResource]:
        self._list([type_])
        return self._listed[type_]

    def _list(self, types: Iterable[str]) -> None:
        missing = [type_ for type_ in types if type_ not in self._listed]
        lists = _parallel(lambda type_: list(RESOURCE_TYPES[type_].listed(self._client(type_))), missing)
        self._listed.update(zip(missing, lists, strict=True))

    def _client(self, type_: str) -> Any:
        return self.target.client(RESOURCE_TYPES[type_].service)


def attribute(thing: AwsResource, name: str) -> str:
    """What Terraform calls `name` of a thing that was found."""
    if name == "id":
        return thing.name if thing.type in CHILD_TYPES else thing.id
    if name == "arn":
        return thing.arn or thing.id
    if name == "root_resource_id":
        return str(thing.detail["rootResourceId"])
    raise _Unknown(f"{thing.type}.{name}")


def is_supported(type_: str) -> bool:
    """Whether a table has a row for the Terraform type, or nothing of it is outside of Terraform."""
    return type_ in RESOURCE_TYPES or type_ in CHILD_TYPES or is_in_state_alone(type_)


def unknown(type_: str, *, elsewhere: bool = False) -> str:
    """Why something of a Terraform type can't be found or removed here; blank where it can."""
    if is_in_state_alone(type_):
        return ""
    if not is_supported(type_):
        return "its type has no row in deployer/resources/resource_types.py or child_types.py"
    return "its provider is another than the default, and works in another region or account" if elsewhere else ""


def _parallel(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def _not_ours(wanted: Wanted, thing: AwsResource, why: str) -> ForeignResource:
    return ForeignResource(
        f"{thing.label} already exists and does not belong to this environment: {why}",
        where=wanted.address,
        remedy="deploy with another --suffix, or remove or rename that one",
    )


def _ambiguous(wanted: Wanted, things: list[AwsResource]) -> AmbiguousMatch:
    return AmbiguousMatch(
        f"{len(things)} of the account are {things[0].type.removeprefix('aws_')} {things[0].name} by name and tags, "
        "and which one is meant is not for us to guess",
        where=wanted.address,
        remedy="remove all but the one to keep, then try again",
        details=tuple(_told(thing) for thing in things),
    )


def _told(thing: AwsResource) -> str:
    made = thing.detail.get("createdDate") or thing.detail.get("CreationDate")
    return f"{thing.id}" + (f", created {made:%Y-%m-%dT%H:%M:%SZ}" if made else "")
