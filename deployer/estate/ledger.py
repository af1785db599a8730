"""What deployments were about to create, written down before they did, so that a killed one leaves nothing unknown.

Kept beside Terraform's state: a file in the working folder, or an object beside the state in its bucket. The stages
write it before an apply; the inventory takes what it names for ours where a tag is not there yet, and looks for names
that the stack of today no longer has.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deployer.errors import Unfit
from deployer.estate.configuration import Configuration, configuration_in
from deployer.estate.inventory import Recorded
from deployer.estate.kinds import KINDS
from deployer.estate.things import says_absent
from deployer.opening import Site
from deployer.targets import Target

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


class Ledger:
    """The ledger of one environment in one account and region."""

    def __init__(self, target: Target, configuration: Configuration, folder: Path) -> None:
        self._target, self._suffix = target, configuration.suffix
        self._place: _File | _Object = _File(folder / FILE)
        if configuration.backend:
            key = configuration.backend["key"].removesuffix(".tfstate") + f".{FILE}"
            self._place = _Object(target.client("s3"), configuration.backend["bucket"], key)

    def entries(self) -> list[Entry]:
        """All that was ever about to be created and not cleaned up since. Raises Unfit where it can't be read."""
        text = self._place.read()
        try:
            return [Entry(**one) for one in json.loads(text)] if text else []
        except (ValueError, TypeError) as error:
            raise Unfit(
                f"the ledger can't be read: {error}",
                where=str(self._place),
                remedy="look at it and mend it; without it, things that a killed deployment left may stay unknown",
            ) from error

    def recorded(self) -> Recorded:
        """Type and name of each entry of this account and region."""
        here = (self._target.account_id, self._target.region)
        return frozenset((one.type, one.name) for one in self.entries() if (one.account, one.region) == here)

    def add(self, creations: Iterable[tuple[str, str]]) -> None:
        """Write down type and name of what is about to be created."""
        known = self.recorded()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        new = [
            Entry(type_, name, self._target.account_id, self._target.region, self._suffix, now)
            for type_, name in creations if (type_, name) not in known
        ]  # fmt: skip
        if new:
            self._place.write(json.dumps([asdict(one) for one in (*self.entries(), *new)], indent=1))

    def strike(self, gone: Iterable[tuple[str, str]]) -> None:
        """What is gone for certain, by type and name, is no longer expected in this account and region."""
        named, here = set(gone), (self._target.account_id, self._target.region)
        before = self.entries()
        left = [one for one in before if (one.type, one.name) not in named or (one.account, one.region) != here]
        if not left:
            self._place.remove()
        elif left != before:
            self._place.write(json.dumps([asdict(one) for one in left], indent=1))

    def forget(self) -> None:
        """Nothing of the environment exists any more."""
        self._place.remove()


def ledger_of(site: Site) -> Ledger:
    """That of the environment whose stack is laid out in the site's working folder."""
    return Ledger(site.target, configuration_in(site.work, site.identity), site.work)


def creations_in(plan: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and name of what a plan (`terraform show -json`) creates; parts go with what they belong to."""
    return [
        (one["type"], name)
        for one in plan.get("resource_changes", [])
        if one["type"] in KINDS and "create" in one["change"]["actions"]
        if (name := one["change"]["after"].get(KINDS[one["type"]].named))  # one that AWS chooses is known afterwards
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
