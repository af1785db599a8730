"""What a rule of ours is, and how Checkov gets to run it. Imported by each rule; runs in Checkov's process alone.

A rule judges a block as it is written in the file: Checkov's own form of it drops lists of lists and unwraps strings.
It says what it found in the record's `details`, from where deployer/compliance reads it. A rule that raises has not
judged: the record then says FAILED with the error, where Checkov would leave the block out of its report.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple

from checkov.common.checks.base_check import BaseCheck
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.base_runner import BaseTerraformRunner
from checkov.terraform.checks.data.registry import data_registry
from checkov.terraform.checks.module.registry import module_registry
from checkov.terraform.checks.provider.registry import provider_registry
from checkov.terraform.checks.resource.registry import resource_registry

from deployer.terraform.plan_json import is_evaluated, is_plan, planned_values


class Plain(BaseCheckRegistry):
    """For the blocks that Checkov has no rules for: `terraform`, `locals`, `output`."""

    def extract_entity_details(self, entity: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        if self.report_type == "locals":
            return "locals", "locals", entity
        name = next(iter(entity))
        return name, name, entity[name]


REGISTRIES = {
    "resource": resource_registry,
    "data": data_registry,
    "provider": provider_registry,
    "module": module_registry,
    **{kind: BaseTerraformRunner.block_type_registries.setdefault(kind, Plain(kind))
       for kind in ("terraform", "locals", "output")},
}  # fmt: skip
ADDRESS = "__address__"
logging.disable(logging.INFO)  # of which Checkov writes several lines for each verdict, to a buffer that nobody reads


@dataclass(frozen=True)
class Block:
    """One block as it is written. In a plan, `unknown` marks what is known only after apply."""

    kind: str  # resource | data | provider | module | terraform | locals | output
    type: str
    address: str
    values: Any
    document: dict[str, Any]
    unknown: Any = None

    @property
    def is_planned(self) -> bool:
        return is_plan(self.document)

    @property
    def is_evaluated(self) -> bool:
        """Whether the plan is Tap's own, of a configuration: unknown values are expressions in it."""
        return is_evaluated(self.document)

    @property
    def is_written(self) -> bool:
        return not self.is_planned


@dataclass(frozen=True)
class Offence:
    """What is wrong at one place of a block. Of locals, the message begins with the local's name."""

    message: str
    severity: str = "HIGH"


_More = TypeVarTuple("_More")
_Found = TypeVar("_Found")


def once_a_document(look: Callable[[Block, *_More], _Found]) -> Callable[[Block, *_More], _Found]:
    """What is the same for all blocks of a document is looked up for the first of them; by the other arguments too."""
    known: dict[tuple[Any, ...], _Found] = {}

    @wraps(look)
    def looked_up(block: Block, *more: *_More) -> _Found:
        key = (id(block.document), *more)  # an id is one document's for good: each is read once and kept, see below
        if key not in known:
            known[key] = look(block, *more)
        return known[key]

    return looked_up


class Rule:
    """Subclass it once a file; defining the subclass registers it. `types` are patterns as `aws_iam_*`."""

    id: str
    title: str
    mend: str
    kinds: tuple[str, ...] = ("resource",)
    types: tuple[str, ...] = ("*",)

    def __init_subclass__(cls) -> None:
        for kind in cls.kinds:
            _Check(cls(), kind)

    def judge(self, block: Block) -> Iterable[Offence]:
        """What is wrong with `block`; nothing if it complies."""
        raise NotImplementedError


class _Check(BaseCheck):
    def __init__(self, rule: Rule, kind: str) -> None:
        super().__init__(rule.title, rule.id, [CheckCategories.CONVENTION], rule.types, kind)
        self.rule = rule
        REGISTRIES[kind].register(self)

    def run(self, scanned_file: str, entity_configuration: dict[str, Any], entity_name: str, entity_type: str,
            skip_info: Any) -> dict[str, Any]:  # fmt: skip
        address = ""
        try:
            block = block_of(self.block_type, scanned_file, entity_configuration, entity_name, entity_type)
            address = block.address
            offences = list(dict.fromkeys(self.rule.judge(block)))
            said = [{**asdict(offence), "mend": self.rule.mend} for offence in offences]
            self.details = [json.dumps({"address": address, "offences": said})]
        except Exception as error:
            self.details = [json.dumps({"address": address, "error": f"{type(error).__name__}: {error}"[:300]})]
            return {"result": CheckResult.FAILED, "evaluated_keys": []}
        return {"result": CheckResult.FAILED if offences else CheckResult.PASSED, "evaluated_keys": []}

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> CheckResult:
        raise NotImplementedError


def block_of(kind: str, scanned_file: str, conf: dict[str, Any], name: str, type_: str) -> Block:
    """The block as its file has it. Checkov's working folder is the root of what it scans."""
    document = _document(scanned_file.lstrip("/"))
    if is_plan(document):
        return _planned(kind, scanned_file.lstrip("/"), conf, type_)
    if kind in ("resource", "data"):
        address = f"{type_}.{name}" if kind == "resource" else f"data.{type_}.{name}"
        return Block(kind, type_, address, document[kind][type_][name], document)
    if kind == "provider":
        return _provider(document, conf, type_)
    values = document[kind] if kind == "locals" else document[kind][name]
    return Block(kind, type_, kind if kind == "locals" else f"{kind}.{name}", values, document)


def _provider(document: dict[str, Any], conf: dict[str, Any], type_: str) -> Block:
    wanted = (conf.get("alias") or [None])[0]
    configured = document["provider"][type_]
    for values in configured if isinstance(configured, list) else [configured]:
        if values.get("alias") == wanted:
            address = f"provider.{type_}.{wanted}" if wanted else f"provider.{type_}"
            return Block("provider", type_, address, values, document)
    raise LookupError(f"no provider {type_} with the alias {wanted}")


def _planned(kind: str, scanned_file: str, conf: dict[str, Any], type_: str) -> Block:
    document, address = _document(scanned_file), conf[ADDRESS]
    if kind == "provider":
        return Block(kind, type_, f"provider.{address}".removesuffix(".default"), constants(conf), document)
    values, unknown = _by_address(scanned_file)[address]
    return Block(kind, type_, address, values, document, unknown)


@cache
def _by_address(scanned_file: str) -> dict[str, tuple[dict[str, Any], Any]]:
    """Each planned resource's values, and what of them is known only after apply."""
    document = _document(scanned_file)
    changes = {one["address"]: one["change"].get("after_unknown") for one in document.get("resource_changes", [])}
    return {one["address"]: (one["values"], changes.get(one["address"])) for one in planned_values(document)}


def constants(conf: dict[str, Any]) -> dict[str, Any]:
    """A planned provider's literal settings, as Checkov takes them from the plan's configuration."""
    return {key: value for key, value in conf.items() if not re.fullmatch(r"_*(start|end)_line_*|__.*__", key)}


@cache
def _document(path: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return document
