"""What there is to judge at a path, as copies that Checkov reads without stumbling. Called by `scan`.

A copy is Terraform JSON or a plan, laid out so that each block has a line of its own, and in one form (see normal.py).
HCL is read by ourselves: Checkov's parser gives up on files that Terraform takes, and forgets comments' places.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.configurations import evaluated, roots_in, written
from deployer.compliance.errors import NotTerraform
from deployer.compliance.hcl.instances import Instance, instantiated
from deployer.compliance.hcl.modules import Module, from_json, module_of
from deployer.compliance.hcl.reading import Place, Reading
from deployer.compliance.json_files import read_json
from deployer.compliance.judgement import NotJudged
from deployer.compliance.lines import lines_of
from deployer.compliance.normal import merged, normal
from deployer.compliance.texts import Sources, Texts, files_of, sources, text_of
from deployer.terraform.plan_json import is_evaluated, is_plan, planned_values, resources_in

_PLAN_FORMAT = "1."
_JUDGED = {"resource", "data", "provider", "module", "locals", "output", "terraform"}
Places = dict[str, tuple[str, int]]


@dataclass(frozen=True)
class Subject:
    """One document to judge: `shown` is its name for people, `copied` that in the scan.

    `places` has file and line of its blocks, `prefix` the module that their addresses belong to, `missing` the modules
    that it calls and that are not there.
    """

    shown: str
    document: dict[str, Any]
    copied: str
    places: Places = field(default_factory=dict)
    prefix: str = ""
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def is_plan(self) -> bool:
        return is_plan(self.document)

    @property
    def is_evaluated(self) -> bool:
        """Whether it is what Tap made of a configuration, beside which the configuration itself is judged."""
        return is_evaluated(self.document)

    @property
    def eye(self) -> str:
        """How it shows a block: as `written`, `planned` by Terraform, or `evaluated` by Tap."""
        return "evaluated" if self.is_evaluated else "planned" if self.is_plan else "written"

    def blocks(self) -> set[str]:
        """The addresses of all resources and data sources that must get a verdict."""
        if self.is_plan:
            return {one["address"] for one in self.planned()}
        found = {f"{kind}.{name}" for kind, all_ in self.document.get("resource", {}).items() for name in all_}
        return found | {f"data.{kind}.{name}" for kind, all_ in self.document.get("data", {}).items() for name in all_}

    def planned(self) -> Iterator[dict[str, Any]]:
        """All resources of a plan."""
        return planned_values(self.document)

    def place(self, address: str) -> tuple[str, int]:
        """File and line of a block; line 0 where that is not known."""
        if address in self.places:
            return self.places[address]
        known = (without_keys(address), address.rpartition(".")[0])  # the last for a provider with an alias
        return next((self.places[name] for name in known if name in self.places), (self.shown, 0))

    def full(self, address: str) -> str:
        """The address as Terraform tells it, the module's before it."""
        return f"{self.prefix}.{address}" if self.prefix else address


def reading_at(path: Path, root: Path | None = None) -> Reading:
    """A reading of what is at `path`. Below `root`, blank for the folder itself, files and modules may be read.

    Raises:
        NotTerraform: there is nothing.
    """
    if not path.exists():
        raise NotTerraform("there is nothing there", where=str(path), remedy="name a folder or a file with Terraform")
    base = (path if path.is_dir() else path.parent).resolve()
    readable = (root or base).resolve()
    if not base.is_relative_to(readable):
        raise NotTerraform("the root does not hold what is to be judged", where=str(root), remedy="name one above it")
    return Reading(base, readable)


def subjects_at(path: Path, *, evaluate: bool = True, reading: Reading | None = None) -> list[Subject]:
    """The documents to judge at `path`, itself a file or a folder.

    `evaluate`: also judge what a configuration comes to, as far as that is known without Terraform. `reading` gets a
    note of each thing that can't be judged.

    Raises:
        NotTerraform: there is nothing to judge, or nothing that could be read.
    """
    reading = reading or reading_at(path)
    base = (path if path.is_dir() else path.parent).resolve()
    found = sources(base if path.is_dir() else base / path.name, reading)
    subjects = list(_plans(found.plans, base, reading))
    subjects += _of_json(found.json, base, evaluate, reading)
    subjects += _of_hcl(found, base, evaluate, reading)
    if not any((one.is_plan and one.blocks()) or _JUDGED & one.document.keys() for one in subjects):
        raise nothing_judged(path, reading.faults)
    return subjects


def nothing_judged(path: Path, faults: Sequence[NotJudged]) -> NotTerraform:
    """There was nothing at all that could be judged: the first fault is why, and the others are told with it."""
    if not faults:
        return NotTerraform(
            "no HCL, no Terraform JSON and no plan with a resource in it", where=str(path),
            remedy="name a folder of *.tf, a synthesised cdk.tf.json, or the output of `terraform show -json PLAN`",
        )  # fmt: skip
    first, *others = faults
    where = f"{first.file}:{first.line}" if first.line else first.file or str(path)
    told = tuple(f"{one.file}:{one.line} {one.reason}" for one in others[:10])
    return NotTerraform(first.reason, where=where, remedy="mend it; `terraform validate` tells more", details=told)


def subject(file: Path, base: Path) -> Subject:
    """One file of JSON. Raises NotTerraform if it is not what its name says."""
    text, reading = text_of(file), Reading(base)
    shown = file.relative_to(base).as_posix()
    if '"planned_values"' in text:
        return _plan(file, text, shown)
    found = Subject(shown, _document(text, file, reading), _copied(_as_terraform(shown)), _places(text, shown))
    if reading.faults:
        raise nothing_judged(file, reading.faults)
    return found


def _plans(texts: Texts, base: Path, reading: Reading) -> Iterator[Subject]:
    for file, text in texts.items():
        with reading.of("", str(file)):
            yield _plan(file, text, file.relative_to(base).as_posix())


def _plan(file: Path, text: str, shown: str) -> Subject:
    document = read_json(text, file)
    if not str(document.get("format_version", "")).startswith(_PLAN_FORMAT):
        raise NotTerraform(
            f"a plan of a format that is not known: {document.get('format_version')}", where=str(file),
            remedy="make it with `terraform show -json` of Terraform 1.x",
        )  # fmt: skip
    if not _is_whole(document):
        raise NotTerraform(
            "a plan with a resource that has no address, type, mode or values", where=str(file),
            remedy="give what `terraform show -json PLAN` prints, as it is",
        )  # fmt: skip
    return Subject(shown, {"terraform_version": "unknown", **document}, _copied(f"{shown}.plan.json"))


def _of_json(texts: Texts, base: Path, evaluate: bool, reading: Reading) -> Iterator[Subject]:
    """Files of one folder are one module, as Terraform has it, unless they contradict each other."""
    documents = {}
    for file, text in texts.items():
        with reading.of("", str(file)):
            documents[file] = _document(text, file, reading)
    for folder in sorted({file.parent for file in documents}):
        here = {file: document for file, document in documents.items() if file.parent == folder}
        together = merged(list(here.values())) if len(here) > 1 else None
        groups = [(list(here), together)] if together is not None else [([file], one) for file, one in here.items()]
        for files, document in groups:
            places: Places = {}
            for file in reversed(files):
                places |= _places(texts[file], file.relative_to(base).as_posix())
            yield from _of_document(document, files[0], places, evaluate, reading)


def _of_document(document: dict[str, Any], file: Path, places: Places, evaluate: bool, reading: Reading) -> (
        Iterator[Subject]):  # fmt: skip
    shown = reading.shown(file)
    yield Subject(shown, document, _copied(_as_terraform(shown)), places)
    if evaluate:
        lines = {address: line for address, (_, line) in places.items()}
        module = Module(file.parent, from_json(document, str(file), lines))
        root = instantiated(module, lambda _: None, {}, reading)
        yield _evaluated(root, shown, _copied(f"{shown}.evaluated.plan.json"), places, tuple(root.missing))


def _of_hcl(found: Sources, base: Path, evaluate: bool, reading: Reading) -> Iterator[Subject]:
    folders: dict[Path, list[Path]] = {}
    for file in found.hcl:
        folders.setdefault(file.parent.resolve(), []).append(file)
    modules = {folder: module_of(files, folder, found.hcl.__getitem__, reading) for folder, files in folders.items()}
    tfvars = {file.resolve(): text for file, text in found.tfvars.items()}
    roots = roots_in(dict(modules), partial(_module_at, modules, reading), tfvars, reading)
    return (one for root in roots for one in _of_root(root, base, evaluate))


def _module_at(modules: dict[Path, Module], reading: Reading, folder: Path) -> Module | None:
    """The module of a folder: one of those below the judged folder, or one elsewhere that may be read."""
    if folder not in modules and reading.root and folder.is_relative_to(reading.root) and folder.is_dir():
        modules[folder] = module_of(files_of(folder), folder, partial(text_of, reading=reading), reading)
    return modules.get(folder)


def _of_root(root: Instance, base: Path, evaluate: bool) -> Iterator[Subject]:
    """What each module says, once for all of its instances; and what all of them come to."""
    name = root.module.folder.relative_to(base).as_posix() if root.module.folder != base else "root"
    all_places: Places = {}
    modules = {without_keys(instance.path): instance for instance in reversed(list(root.everyone()))}
    for number, instance in enumerate(reversed(modules.values())):
        one = written(instance)
        if not one.document and not instance.missing:
            continue  # there is nothing that Checkov could parse
        copied = _copied(f"{name}/module-{number}.tf.json")
        yield Subject(name, normal(one.document, root.reading.fault), copied, one.places, one.path,
                      tuple(instance.missing))  # fmt: skip
        all_places |= {f"{one.path}.{address}".lstrip("."): place for address, place in one.places.items()}
    if evaluate:
        yield _evaluated(root, name, _copied(f"{name}/evaluated.plan.json"), all_places)


def _as_terraform(shown: str) -> str:
    """The name by which Checkov takes JSON for Terraform."""
    return f"{shown.removesuffix('.tf.json')}.tf.json"


def _copied(shown: str) -> str:
    """Its name in the scan: Checkov looks into no folder that begins with a dot."""
    return "subject/" + re.sub(r"(^|/)\.", r"\1dot-", shown)


def _evaluated(root: Instance, shown: str, copied: str, places: Places, missing: tuple[tuple[str, str], ...] = ()) -> (
        Subject):  # fmt: skip
    return Subject(shown, evaluated(root), copied, places, missing=missing)


def _document(text: str, file: Path, reading: Reading) -> dict[str, Any]:
    shown, places = reading.shown(file), lines_of(text)

    def fault(reason: str) -> None:
        address = reason.removeprefix("no Terraform JSON: resource.").split(" ")[0]
        reading.fault(reason, Place("", shown, places.get(address, 0)))

    return normal(read_json(text, file), fault)


def _places(text: str, shown: str) -> Places:
    return {address: (shown, line) for address, line in lines_of(text).items()}


def _is_whole(document: dict[str, Any]) -> bool:
    """Whether rules can rely on what a plan has. What it may leave out is an empty list, not null."""
    try:
        resources = list(resources_in(document["planned_values"]["root_module"]))
        named = [(one["address"], one["type"], one["name"]) for one in resources]
        shown = [one["values"] for one in resources]
        modes = {one["mode"] for one in resources}
    except (KeyError, TypeError, AttributeError):
        return False
    lists = (document.get("resource_changes", []), document.get("configuration", {}), document.get("variables", {}))
    return (
        all(isinstance(part, str) for one in named for part in one)
        and all(isinstance(one, dict) for one in shown)
        and modes <= {"managed", "data"}
        and None not in lists
    )
