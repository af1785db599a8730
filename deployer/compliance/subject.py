"""What there is to judge at a path, as copies that Checkov reads without stumbling. Called by `scan`.

A copy is Terraform JSON or a plan, laid out so that each block has a line of its own, and in one form (see normal.py).
HCL is read by ourselves: Checkov's parser gives up on files that Terraform takes, and forgets comments' places.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.configurations import evaluated, roots_in, written
from deployer.compliance.errors import NotTerraform
from deployer.compliance.hcl.modules import Instance, Module, from_json, instantiated, module_of
from deployer.compliance.hcl.syntax import SyntaxWrong
from deployer.compliance.lines import lines_of
from deployer.compliance.normal import merged, normal
from deployer.compliance.texts import read, sources, text_of
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
    paths: Places = field(default_factory=dict)
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
        if address in self.paths:
            return self.paths[address]
        known = (without_keys(address), address.rpartition(".")[0])  # the last for a provider with an alias
        return next((self.paths[name] for name in known if name in self.paths), (self.shown, 0))

    def full(self, address: str) -> str:
        """The address as Terraform tells it, the module's before it."""
        return f"{self.prefix}.{address}" if self.prefix else address


def subjects_at(path: Path, *, evaluate: bool = True) -> list[Subject]:
    """The documents to judge at `path`, itself a file or a folder.

    `evaluate`: also judge what a configuration comes to, as far as that is known without Terraform.

    Raises:
        NotTerraform: there is nothing to judge, or a file can't be read.
    """
    if not path.exists():
        raise NotTerraform("there is nothing there", where=str(path), remedy="name a folder or a file with Terraform")
    base = (path if path.is_dir() else path.parent).resolve()
    found = sources(base if path.is_dir() else base / path.name)
    subjects = [_plan(file, text, base) for file, text in found.plans.items()]
    subjects += _of_json({file: _document(text, file) for file, text in found.json.items()}, found.json, base, evaluate)
    subjects += _of_hcl(found.hcl, found.tfvars, base, evaluate)
    if not any((one.is_plan and one.blocks()) or _JUDGED & one.document.keys() for one in subjects):
        raise NotTerraform(
            "no HCL, no Terraform JSON and no plan with a resource in it", where=str(path),
            remedy="name a folder of *.tf, a synthesised cdk.tf.json, or the output of `terraform show -json PLAN`",
        )  # fmt: skip
    return subjects


def subject(file: Path, base: Path) -> Subject:
    """One file of JSON. Raises NotTerraform if it is not what its name says."""
    text = text_of(file)
    if '"planned_values"' in text:
        return _plan(file, text, base)
    shown = file.relative_to(base).as_posix()
    return Subject(shown, _document(text, file), f"subject/{shown}", _places(text, shown))


def lay_out(subjects: list[Subject], root: Path) -> None:
    """The copies, below `root`."""
    for one in subjects:
        target = root / one.copied
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_in_lines(one.document, 4 if one.is_plan else 3))


def _in_lines(node: Any, depth: int) -> str:
    """JSON with a line for each block: Checkov tells blocks apart by lines, and copies them into each verdict."""
    if not depth or not node or not isinstance(node, dict | list):
        return json.dumps(node)
    if isinstance(node, list):
        return "[\n" + ",\n".join(_in_lines(one, depth - 1) for one in node) + "\n]"
    return (
        "{\n" + ",\n".join(f"{json.dumps(str(key))}: {_in_lines(one, depth - 1)}" for key, one in node.items()) + "\n}"
    )


def _plan(file: Path, text: str, base: Path) -> Subject:
    document = read(text, file)
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
    shown = file.relative_to(base).as_posix()
    return Subject(shown, document, f"subject/{shown}")


def _of_json(documents: dict[Path, dict[str, Any]], texts: dict[Path, str], base: Path, evaluate: bool) -> (
        list[Subject]):  # fmt: skip
    """Files of one folder are one module, as Terraform has it, unless they contradict each other."""
    subjects = []
    for folder in sorted({file.parent for file in documents}):
        here = {file: document for file, document in documents.items() if file.parent == folder}
        together = merged(list(here.values())) if len(here) > 1 else None
        groups = [(list(here), together)] if together is not None else [([file], one) for file, one in here.items()]
        for files, document in groups:
            shown = files[0].relative_to(base).as_posix()
            paths: Places = {}
            for file in reversed(files):
                paths |= _places(texts[file], file.relative_to(base).as_posix())
            subjects.append(Subject(shown, document, f"subject/{shown}", paths))
            if evaluate:
                root = instantiated(Module(folder, from_json(document, "")), lambda _: None, {})
                subjects.append(_evaluated(root, shown, f"subject/{shown}.evaluated.plan.json", paths))
    return subjects


def _of_hcl(texts: dict[Path, str], tfvars: dict[Path, str], base: Path, evaluate: bool) -> list[Subject]:
    folders = {file.parent.resolve() for file in texts}
    if not folders:
        return []
    try:
        modules = {
            folder: module_of([file for file in texts if file.parent.resolve() == folder], folder, texts.__getitem__)
            for folder in folders
        }
        roots = roots_in(modules, {file.resolve(): text for file, text in tfvars.items()})
    except (SyntaxWrong, RecursionError) as error:
        raise NotTerraform(f"not HCL: {error}", where=str(base), remedy="`terraform validate` tells more") from error
    return [one for root in roots for one in _of_root(root, base, evaluate)]


def _of_root(root: Instance, base: Path, evaluate: bool) -> Iterator[Subject]:
    name = root.module.folder.relative_to(base).as_posix() if root.module.folder != base else "root"
    all_places: Places = {}
    for number, instance in enumerate(root.everyone()):
        one = written(instance, base)
        document = _normal(one.document, instance.module.folder)
        copied = f"subject/{name}/module-{number}.tf.json"
        yield Subject(name, document, copied, one.paths, instance.path, tuple(instance.missing))
        all_places |= {without_keys(f"{one.path}.{address}".lstrip(".")): place for address, place in
                       one.paths.items()}  # fmt: skip
    if evaluate:
        yield _evaluated(root, name, f"subject/{name}/evaluated.plan.json", all_places)


def _evaluated(root: Instance, shown: str, copied: str, paths: Places) -> Subject:
    missing = [] if any(block.file for block in root.module.body.blocks) else root.missing
    return Subject(shown, evaluated(root), copied, paths, missing=tuple(missing))


def _document(text: str, file: Path) -> dict[str, Any]:
    return _normal(read(text, file), file)


def _normal(document: dict[str, Any], file: Path) -> dict[str, Any]:
    try:
        return normal(document)
    except ValueError as error:
        raise NotTerraform(f"no Terraform JSON: {error}", where=str(file), remedy="mend the file") from error


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
