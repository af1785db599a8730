"""What deployments were about to create, written down before they did, so that a killed one leaves nothing unknown.

Kept beside Terraform's state: a file in the working folder, or an object beside the state in its bucket. The stages
write it before an apply; the inventory takes what it names for ours where a tag is not there yet, and looks for names
that the stack of today no longer has.

What no table has a row for is in it by its Terraform address, with its ARN once it is made: a cleanup without a state
tells of it, and knows it by that.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deployer.aws_errors import says_absent
from deployer.errors import EnvironmentUnready
from deployer.resources.configuration import Configuration, configuration_in, type_of
from deployer.resources.inventory import Recorded, is_supported
from deployer.resources.resource_types import RESOURCE_TYPES
from deployer.targets.connect import TargetSession
from deployer.targets.targets import Target

FILE = "ledger.json"


@dataclass(frozen=True)
class Entry:
    """One resource that a deployment was about to create. The time is ISO 8601, UTC."""

    type: str
    name: str
    account: str
    region: str
    suffix: str
    at: str
    arn: str = ""  # of a type without a row, once it is made; then `name` is its Terraform address


class Ledger:
    """The ledger of one environment in one account and region."""

    def __init__(self, target: Target, configuration: Configuration, folder: Path) -> None:
        self._target, self._suffix = target, configuration.suffix
        self._place: _File | _Object = _File(folder / FILE)
        if configuration.backend:
            key = configuration.backend["key"].removesuffix(".tfstate") + f".{FILE}"
            self._place = _Object(target.client("s3"), configuration.backend["bucket"], key)

    def entries(self) -> list[Entry]:
        """All that was to be created and not cleaned up since. Raises EnvironmentUnready where it can't be read."""
        text = self._place.read()
        try:
            return [Entry(**one) for one in json.loads(text)] if text else []
        except (ValueError, TypeError) as error:
            raise EnvironmentUnready(
                f"the ledger can't be read: {error}",
                where=str(self._place),
                remedy="look at it and mend it; without it, things that a killed deployment left may stay unknown",
            ) from error

    def recorded(self) -> Recorded:
        """Type and name of each entry of this account and region."""
        return frozenset((one.type, one.name) for one in self._here())

    def unsupported(self) -> list[Entry]:
        """The entries of this account and region whose types have no row."""
        return [one for one in self._here() if not is_supported(one.type)]

    def _here(self) -> list[Entry]:
        here = (self._target.account_id, self._target.region)
        return [one for one in self.entries() if (one.account, one.region) == here]

    def add(self, creations: Iterable[tuple[str, str]]) -> None:
        """Write down type and name of what is about to be created."""
        known = self.recorded()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        new = [
            Entry(type_, name, self._target.account_id, self._target.region, self._suffix, now)
            for type_, name in creations if (type_, name) not in known
        ]  # fmt: skip
        if new:
            self._write([*self.entries(), *new])

    def settle(self, state: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
        """After an apply: what has no row is as the state has it, with its ARN; what is not in it is gone."""
        if not (known := self.unsupported()):
            return
        there = state()
        self.strike((one.type, one.name) for one in known if one.name not in there)
        arns = {one: str(of.get("arn") or of.get("id")) for one in known if (of := there.get(one.name))}
        after = [replace(one, arn=arns.get(one, one.arn)) for one in self.entries()]
        if after != self.entries():
            self._write(after)

    def strike(self, gone: Iterable[tuple[str, str]]) -> None:
        """What is gone for certain, by type and name, is no longer expected in this account and region."""
        named, here = set(gone), (self._target.account_id, self._target.region)
        before = self.entries()
        left = [one for one in before if (one.type, one.name) not in named or (one.account, one.region) != here]
        if not left:
            self._place.remove()
        elif left != before:
            self._write(left)

    def forget(self) -> None:
        """Nothing of the environment exists any more."""
        self._place.remove()

    def __str__(self) -> str:
        """Where it is."""
        return str(self._place)

    def _write(self, entries: Iterable[Entry]) -> None:
        self._place.write(json.dumps([asdict(one) for one in entries], indent=1))


def ledger_of(session: TargetSession) -> Ledger:
    """That of the environment whose stack is laid out in the session's working folder."""
    return Ledger(session.target, configuration_in(session.work, session.identity), session.work)


def creations_in(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Type and name of what a plan (`terraform show -json`) creates; parts go with what they belong to.

    What is neither in a table nor can carry tags is taken for a part.
    """
    return [
        (one["type"], name)
        for one in plan.get("resource_changes", [])
        if "create" in one["change"]["actions"] and (name := _name(one))
    ]


def _name(change: Mapping[str, Any]) -> str:
    """Blank where AWS chooses it, which is known afterwards, and for what is not kept."""
    type_, after = change["type"], change["change"].get("after") or {}
    if type_ in RESOURCE_TYPES:
        return after.get(RESOURCE_TYPES[type_].named) or ""
    tagged = "tags_all" in after or "tags_all" in (change["change"].get("after_unknown") or {})
    return str(change["address"]) if tagged and not is_supported(type_) else ""


def has_nameless(plan: Mapping[str, Any]) -> bool:
    """Whether a plan creates something of a type with a row whose name AWS chooses, such as by `bucket_prefix`."""
    changes = plan.get("resource_changes", [])
    return any(
        one["type"] in RESOURCE_TYPES and "create" in one["change"]["actions"] and not _name(one) for one in changes
    )


def names_in(state: Mapping[str, Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Type and name of what a state has (attributes by address) and a table has a row for."""
    named = ((type_of(address), attributes) for address, attributes in state.items())
    found = (
        (type_, attributes.get(RESOURCE_TYPES[type_].named)) for type_, attributes in named if type_ in RESOURCE_TYPES
    )
    return {(type_, str(name)) for type_, name in found if name}


def deletions_in(plan: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Type and address of what a plan deletes and no table has a row for."""
    return [
        (one["type"], one["address"])
        for one in plan.get("resource_changes", [])
        if one["change"]["actions"] == ["delete"] and not is_supported(one["type"])
    ]


@dataclass(frozen=True)
class _File:
    path: Path

    def read(self) -> str:
        return self.path.read_text() if self.path.is_file() else ""

    def write(self, text: str) -> None:
        """In one step: a death in the middle leaves the old one."""
        scratch = self.path.with_suffix(".new")
        scratch.write_text(text)
        scratch.replace(self.path)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class _Object:
    s3: Any
    bucket: str
    key: str

    def read(self) -> str:
        try:
            return str(self.s3.get_object(Bucket=self.bucket, Key=self.key)["Body"].read().decode())
        except ClientError as error:
            if says_absent(error):
                return ""
            raise

    def write(self, text: str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=self.key, Body=text.encode(), ContentType="application/json")

    def remove(self) -> None:
        self.s3.delete_object(Bucket=self.bucket, Key=self.key)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"
