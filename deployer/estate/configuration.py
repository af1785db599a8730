"""The synthesised stack as a list of what should exist, with names that can be looked up in an account.

The inventory reads it: the synthesis is there for any environment, also where its state is lost.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.errors import SynthesisFailed

IDENTITY = ("Project", "EnvironmentSuffix")  # the tags that say whose a resource is
_REFERENCE = re.compile(r"\$\{(aws_\w+\.[\w-]+)\.(\w+)}")


@dataclass(frozen=True)
class Reference:
    """An attribute of another resource: `${aws_s3_bucket.intake.id}`."""

    address: str
    attribute: str


@dataclass(frozen=True)
class Wanted:
    """One resource of the configuration."""

    address: str
    type: str
    arguments: Mapping[str, Any]

    def argument(self, name: str) -> str | Reference | None:
        """A literal, a reference to another resource, or None for what is not set or can't be known from here."""
        text = self.arguments.get(name)
        if not isinstance(text, str):
            return None
        if match := _REFERENCE.fullmatch(text):
            return Reference(match[1], match[2])
        return None if "${" in text else text


@dataclass(frozen=True)
class Configuration:
    """What a stack wants to exist, and the tags that its resources carry."""

    wanted: Mapping[str, Wanted]
    identity: Mapping[str, str]
    backend: Mapping[str, str]  # of S3: bucket, key, region; empty where the state is a local file

    def of_type(self, type_: str) -> Iterator[Wanted]:
        """The resources of one Terraform type."""
        return (one for one in self.wanted.values() if one.type == type_)


def configuration_in(folder: Path) -> Configuration:
    """That of `folder/cdk.tf.json`. Raises SynthesisFailed where it can't be read for certain."""
    return configuration_of(json.loads((folder / "cdk.tf.json").read_text()))


def configuration_of(document: Mapping[str, Any]) -> Configuration:
    """From the synthesised document.

    Raises:
        SynthesisFailed: a resource is made several times over, or the resources carry no tags that say whose they are.
    """
    wanted = {}
    for type_, resources in document.get("resource", {}).items():
        for name, arguments in resources.items():
            address = f"{type_}.{name}"
            if {"count", "for_each"} & arguments.keys():
                raise _unreadable(f"{address} has count or for_each, whose instances can't be told from here")
            wanted[address] = Wanted(address, type_, arguments)
    tags = document["provider"]["aws"][0].get("default_tags", [{}])[0].get("tags", {})
    if missing := [name for name in IDENTITY if not tags.get(name)]:
        raise _unreadable(f"the provider's default tags lack {', '.join(missing)}")
    backend = document.get("terraform", {}).get("backend", {}).get("s3", {})
    return Configuration(wanted, {name: tags[name] for name in IDENTITY}, backend)


def _unreadable(why: str) -> SynthesisFailed:
    return SynthesisFailed(
        "the resources of the stack can't be determined", remedy="mend stack/ so that it can", details=(why,)
    )
