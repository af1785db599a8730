"""A folder of Terraform as documents to judge: what is written, one for each module, and what that evaluates to.

Called by subject.py. The evaluated document has the form of a plan, so that rules read it like one; what only an apply
would tell is an expression in it, which no rule takes for a value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.hcl.documents import object_of
from deployer.compliance.hcl.evaluate import Evaluator
from deployer.compliance.hcl.instances import Find, Instance, instances_of, instantiated, key_of
from deployer.compliance.hcl.modules import Module, address_of
from deployer.compliance.hcl.nodes import Block
from deployer.compliance.hcl.reading import Place, Reading
from deployer.compliance.hcl.syntax import parsed
from deployer.compliance.hcl.values import plain
from deployer.compliance.json_files import read_json
from deployer.terraform.plan_json import EVALUATED

Document = dict[str, Any]
_REFERENCES = ("depends_on", "provider", "providers", "ignore_changes", "replace_triggered_by")
_META = ("count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection")
_WRITTEN = {"resource", "data", "module", "output", "variable", "provider", "locals", "terraform"}  # what rules judge


@dataclass(frozen=True)
class Written:
    """One module's configuration as Terraform JSON; `places` has file and line by address."""

    path: str
    document: Document
    places: dict[str, tuple[str, int]] = field(default_factory=dict)


def written(instance: Instance) -> Written:
    """What the module says, expressions included, in the JSON syntax of Terraform."""
    reading = instance.reading
    evaluator = Evaluator({"path": {"module": str(instance.module.folder)}}, instance.module.folder, reading)
    found = Written(without_keys(instance.path), {})
    for block in instance.module.body.blocks:
        with reading.of(_address(found.path, block), block.file, block.line):
            if block.kind in _WRITTEN:
                content = object_of(block.body, evaluator)
                reading.keep(content)
                _write(found, block, _references_as_names(plain(content)), reading)
    return found


def _address(path: str, block: Block) -> str:
    return f"{path}.{address_of(block.kind, block.labels)}".lstrip(".")


def _write(found: Written, block: Block, content: Document, reading: Reading) -> None:
    if block.kind in ("terraform", "locals"):
        target = found.document.setdefault(block.kind, {})
        for name, value in content.items():
            both = isinstance(target.get(name), dict) and isinstance(value, dict)
            target[name] = {**target[name], **value} if both else value
        if block.kind == "terraform":
            _backend(target, block)
    elif block.kind == "provider":
        found.document.setdefault("provider", {}).setdefault(block.labels[0], []).append(content)
    else:
        target = found.document.setdefault(block.kind, {})
        for label in block.labels[:-1]:
            target = target.setdefault(label, {})
        target[block.labels[-1]] = content
    _place(found, block, content, reading)


def _place(found: Written, block: Block, content: Document, reading: Reading) -> None:
    """Where the block stands; of locals, which are one block to the rules, where each does."""
    address, file = address_of(block.kind, block.labels), reading.shown(block.file)
    if block.kind == "provider" and "alias" in content:
        address = f"{address}.{content['alias']}"
    found.places.setdefault(address, (file, block.line))
    for name, line in block.body.lines.items():
        found.places.setdefault(f"{address}.{name}", (file, line)) if block.kind == "locals" else None


def _backend(target: Document, block: Block) -> None:
    """`backend "s3" {}` has a label; as JSON that is a name."""
    evaluator = Evaluator({})
    for inner in block.body.named("backend"):
        target["backend"] = {"".join(inner.labels): plain(object_of(inner.body, evaluator))}
    target.pop("required_version", None)


def _references_as_names(content: Document) -> Document:
    """`depends_on = [a.b]` names a resource; as JSON it is the plain name."""
    for name in _REFERENCES:
        if name in content:
            content[name] = _bare(content[name])
    for inner in content.get("lifecycle", []) if isinstance(content.get("lifecycle"), list) else []:
        inner.pop("ignore_changes", None)
    return content


def _bare(value: Any) -> Any:
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, str) and value.startswith("${"):
        return value[2:-1]
    return value


def evaluated(root: Instance) -> Document:
    """What the root module and all modules below it come to, in the form of a plan."""
    resources = [one for instance in root.everyone() for one in _resources(instance)]
    changes = [
        {**{name: one[name] for name in ("address", "mode", "type", "name")},
         "change": {"actions": ["create"], "before": None, "after": one["values"], "after_unknown": {}}}
        for one in resources
    ]  # fmt: skip
    return {
        "format_version": "1.2",
        "terraform_version": EVALUATED,
        "variables": _given(root),
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
        "configuration": {"root_module": {}},
    }


def _resources(instance: Instance) -> Iterator[Document]:
    for block in instance.module.blocks("resource"):
        address = _address(instance.path, block)
        with instance.reading.of(without_keys(address), block.file, block.line):
            for key, evaluator in instances_of(block.body, instance.evaluator):
                yield _resource(block, address + key_of(key), evaluator)


def _resource(block: Block, address: str, evaluator: Evaluator) -> Document:
    content = object_of(block.body, evaluator)
    evaluator.reading.keep(content)
    values = {name: value for name, value in plain(content).items() if name not in _META}
    kind, name = block.labels
    return {
        "address": plain(address), "mode": "managed", "type": kind, "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0, "values": values,
    }  # fmt: skip


def _given(root: Instance) -> Document:
    """What variables and locals come to: where their literals are wrong, that is told where they are written."""
    found: Document = {}
    for at, instance in enumerate(root.everyone()):
        for block in instance.module.body.blocks:
            for kind, name in _named_by(block):
                with root.reading.of(f"{kind}.{name}", block.file, block.line):
                    value = instance.evaluator.scope[kind][name]
                    root.reading.keep(value)
                    found[f"{kind}.{name}.{at}"] = {"value": plain(value)}
    return found


def _named_by(block: Block) -> list[tuple[str, str]]:
    """The variable or the locals that a block defines."""
    if block.kind == "variable":
        return [("var", block.labels[0])]
    return [("local", name) for name in block.body.attributes] if block.kind == "locals" else []


def variables_of(folder: Path, texts: dict[Path, str], reading: Reading) -> Document:
    """What `terraform.tfvars` and `*.auto.tfvars` give, which may be JSON, too."""
    found: Document = {}
    for path in sorted(texts):
        name = path.name.removesuffix(".json")
        if path.parent == folder and (name == "terraform.tfvars" or name.endswith(".auto.tfvars")):
            with reading.of("", str(path)):
                found.update(_values(path, texts[path], reading))
    return found


def _values(path: Path, text: str, reading: Reading) -> Document:
    if path.suffix == ".json":
        return read_json(text, path)
    body, wrong = parsed(text)
    for error in wrong:
        reading.fault(f"not HCL: {path.name}, {error}", Place("", reading.shown(path), error.line))
    return {name: Evaluator({}, None, reading).value(node) for name, node in body.attributes.items()}


def roots_in(modules: dict[Path, Module], find: Find, tfvars: dict[Path, str], reading: Reading) -> list[Instance]:
    """The modules that no other calls, with all that they call; `find` gives the module of any folder."""
    called: set[Path] = set()
    for module in modules.values():
        for block in module.blocks("module"):
            source = getattr(block.body.attributes.get("source"), "value", None)
            if isinstance(source, str) and source.startswith("."):
                called.add((module.folder / source).resolve())
    roots = [folder for folder in modules if folder not in called] or list(modules)
    return [instantiated(modules[folder], find, variables_of(folder, tfvars, reading), reading)
            for folder in sorted(roots)]  # fmt: skip
