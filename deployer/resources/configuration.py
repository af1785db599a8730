"""The synthesised stack as a list of what should exist, with names that can be looked up in an account.

The inventory reads it: the synthesis is there for any environment, also where its state is lost. What `count`,
`for_each` and modules make of it, only a plan tells.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from deployer.identity import ANY, Identity
from deployer.stack_file import stack_document
from deployer.terraform.plan_json import planned_values

_INDEX = r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]"
_REFERENCE = re.compile(rf"\$\{{(aws_\w+\.[\w-]+(?:{_INDEX})?)\.(\w+)}}")
# Of these providers a resource is in Terraform's state and nowhere else.
_IN_STATE_ALONE = ("null_", "random_", "terraform_data", "time_", "tls_")


SUBSCRIPTION = "aws_sns_topic_subscription"
_GIVEN = ("aws_region", "account_id")  # by deployer/deploy/working_directory.py: these are the target's


@dataclass(frozen=True)
class Reference:
    """An attribute of another resource: `${aws_s3_bucket.intake.id}`."""

    address: str
    attribute: str


@dataclass(frozen=True)
class Wanted:
    """One resource of the configuration, or one instance of it."""

    address: str
    type: str
    arguments: Mapping[str, Any]
    elsewhere: bool = False  # whether its provider is not the default one: another region or account

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
    """What a stack wants to exist, and the tags that say whose it is."""

    wanted: Mapping[str, Wanted]
    identity: Mapping[str, str]
    backend: Mapping[str, str]  # of S3: bucket, key, region; empty where the state is a local file
    imported: frozenset[str] = field(default_factory=frozenset)  # addresses that the stack itself imports
    multiplied: bool = False  # whether a plan alone tells the addresses: see `instances_in`
    suffix: str = ""  # of the environment; blank where it is not known
    tags: Mapping[str, str] = field(default_factory=dict)  # those of `identity`, with `{suffix}` in the suffix's place

    def of_type(self, type_: str) -> Iterator[Wanted]:
        """The resources of one Terraform type."""
        return (one for one in self.wanted.values() if one.type == type_)


def configuration_in(folder: Path, identity: Identity = ANY) -> Configuration:
    """That of `folder/cdk.tf.json`. Raises SynthesisFailed where it can't be read for certain."""
    return configuration_of(stack_document(folder), identity)


def configuration_of(document: Mapping[str, Any], identity: Identity = ANY) -> Configuration:
    """From the synthesised document. What is made several times over is in it once, by the address of its block.

    Raises:
        SynthesisFailed: the resources carry no tags that say whose they are.
    """
    wanted, variables = {}, _variables(document)
    for type_, resources in document.get("resource", {}).items():
        for name, block in resources.items():
            address = f"{type_}.{name}"
            arguments = {
                key: variables.get(value, value) if isinstance(value, str) else value for key, value in block.items()
            }
            wanted[address] = Wanted(address, type_, arguments, "." in str(arguments.get("provider", "")))
    backend = document.get("terraform", {}).get("backend", {}).get("s3", {})
    imported = frozenset(block_of(one["to"]) for one in _listed(document.get("import", [])))
    several = any({"count", "for_each"} & one.arguments.keys() for one in wanted.values())
    given, multiplied = _default_tags(document), bool(several or document.get("module"))
    whose, tags = identity.among(given), identity.templates(given)
    return Configuration(wanted, whose, backend, imported, multiplied, identity.suffix, tags)


def _variables(document: Mapping[str, Any]) -> dict[str, str]:
    """What a reference to a variable stands for: its default, where the deployer gives Terraform no other value."""
    blocks = {name: _listed(told)[0] for name, told in document.get("variable", {}).items() if name not in _GIVEN}
    return {
        f"${{var.{name}}}": block["default"] for name, block in blocks.items() if isinstance(block.get("default"), str)
    }


def _default_tags(document: Mapping[str, Any]) -> dict[str, str]:
    """Those that the default provider gives all that it makes."""
    tags: dict[str, str] = {}
    for provider in _listed(document.get("provider", {}).get("aws", [])):
        if "alias" not in provider:
            for block in _listed(provider.get("default_tags", [])):
                tags |= block["tags"]
    return tags


def instances_in(plan: Mapping[str, Any], configuration: Configuration) -> Configuration:
    """The configuration with each instance that a plan (`terraform show -json`) wants, in place of its block.

    Its arguments are those that the plan knows, and beside them the block's own, which may refer to another resource.
    https://developer.hashicorp.com/terraform/internals/json-format#values-representation
    """
    wanted = {}
    for one in planned_values(plan):
        if one["mode"] == "managed":
            written = configuration.wanted.get(block_of(one["address"]))
            elsewhere = written.elsewhere if written else is_elsewhere(plan, one["address"])
            known = {name: value for name, value in one.get("values", {}).items() if value is not None}
            arguments = {**_written(written, one.get("index")), **known}
            wanted[one["address"]] = Wanted(one["address"], one["type"], arguments, elsewhere)
    return replace(configuration, wanted=wanted, multiplied=False)


def _written(block: Wanted | None, index: str | int | None) -> dict[str, Any]:
    """A block's arguments as one of its instances has them, as far as `each.key` and `count.index` say it."""
    text = json.dumps({**block.arguments} if block else {})
    told = json.dumps(json.dumps(index))[1:-1]  # as it stands within a string of JSON
    for name in ("each.key", "count.index", *(["each.value"] if '"${toset(' in text else [])):
        text = re.sub(rf"\b{re.escape(name)}\b", lambda _: told, text) if index is not None else text
    found: dict[str, Any] = json.loads(text)
    return found


def is_elsewhere(plan: Mapping[str, Any], address: str) -> bool:
    """Whether a provider with an alias, or one of a module's own, has to do with it: another region or account."""
    providers = _providers(plan.get("configuration", {}).get("root_module", {}))
    return not re.fullmatch(r"[\w-]+", providers.get(block_of(address), "aws"))


def _providers(module: Mapping[str, Any], path: str = "") -> dict[str, str]:
    """The provider of each block, by its address: `aws`, or with an alias or a module where it is not the default."""
    found = {f"{path}{one['address']}": one["provider_config_key"] for one in module.get("resources", [])}
    for name, call in module.get("module_calls", {}).items():
        found |= _providers(call.get("module", {}), f"{path}module.{name}.")
    return found


def block_of(address: str) -> str:
    """The address of a resource's block, of an instance's."""
    return re.sub(_INDEX, "", address)


def type_of(address: str) -> str:
    """The Terraform type of what has the address, in whatever module it is."""
    return block_of(address).split(".")[-2]


def is_in_state_alone(type_: str) -> bool:
    """Whether nothing of it is outside of Terraform, so that there is nothing to find or to remove."""
    return type_.startswith(_IN_STATE_ALONE)


def _listed(blocks: Any) -> list[Any]:
    """Terraform's JSON takes one block for a list of one."""
    return blocks if isinstance(blocks, list) else [blocks]
