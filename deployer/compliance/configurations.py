"""A folder of Terraform as documents to judge: what is written, one for each module, and what that evaluates to.

Called by subject.py. The evaluated document has the form of a plan, so that rules read it like one; what only an apply
would tell is an expression in it, which no rule takes for a value.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployer.compliance.hcl.documents import object_of
from deployer.compliance.hcl.evaluate import Evaluator
from deployer.compliance.hcl.modules import Instance, Module, instances_of, instantiated
from deployer.compliance.hcl.nodes import Block
from deployer.compliance.hcl.syntax import SyntaxWrong, parsed
from deployer.compliance.hcl.values import plain
from deployer.terraform.plan_json import EVALUATED

Document = dict[str, Any]
_REFERENCES = ("depends_on", "provider", "providers", "ignore_changes", "replace_triggered_by")


@dataclass(frozen=True)
class Written:
    """One module's configuration as Terraform JSON; `places` has file and line by address."""

    path: str
    document: Document
    paths: dict[str, tuple[str, int]] = field(default_factory=dict)


def written(instance: Instance, base: Path) -> Written:
    """What the module says, expressions included, in the JSON syntax of Terraform."""
    evaluator = Evaluator({"path": {"module": str(instance.module.folder)}}, instance.module.folder)
    found = Written(instance.path, {})
    for block in instance.module.body.blocks:
        _write(found, block, _references_as_names(plain(object_of(block.body, evaluator))), base)
    return found


def _write(found: Written, block: Block, content: Document, base: Path) -> None:
    if block.kind in ("terraform", "locals"):
        target = found.document.setdefault(block.kind, {})
        for name, value in content.items():
            target[name] = {**target[name], **value} if isinstance(target.get(name), dict) else value
        if block.kind == "terraform":
            _backend(target, block, content)
    elif block.kind == "provider":
        found.document.setdefault("provider", {}).setdefault(block.labels[0], []).append(content)
    elif block.labels:
        target = found.document.setdefault(block.kind, {})
        for label in block.labels[:-1]:
            target = target.setdefault(label, {})
        target[block.labels[-1]] = content
    names = [block.kind, *block.labels]
    if block.kind == "provider" and "alias" in content:
        names.append(content["alias"])
    place = (Path(block.file).relative_to(base).as_posix() if block.file else "", block.line)
    found.paths.setdefault(".".join(names[1:] if block.kind == "resource" else names), place)


def _backend(target: Document, block: Block, content: Document) -> None:
    """`backend "s3" {}` has a label; as JSON that is a name."""
    evaluator = Evaluator({})
    for inner in block.body.named("backend"):
        target["backend"] = {inner.labels[0]: plain(object_of(inner.body, evaluator))}
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
        kind, name = block.labels
        for key, evaluator in instances_of(block.body, instance.evaluator):
            values = plain(object_of(block.body, evaluator))
            for meta in ("count", "for_each", "depends_on", "provider", "lifecycle", "provisioner", "connection"):
                values.pop(meta, None)
            address = f"{instance.path}.{kind}.{name}{key}".lstrip(".")
            yield {
                "address": address, "mode": "managed", "type": kind, "name": name,
                "provider_name": "registry.terraform.io/hashicorp/aws", "schema_version": 0, "values": values,
            }  # fmt: skip


def _given(root: Instance) -> Document:
    """What variables and locals come to: where their literals are wrong, that is told where they are written."""
    found: Document = {}
    for at, instance in enumerate(root.everyone()):
        names = [("var", block.labels[0]) for block in instance.module.blocks("variable")]
        names += [("local", name) for block in instance.module.blocks("locals") for name in block.body.attributes]
        for kind, name in names:
            found[f"{kind}.{name}.{at}"] = {"value": plain(instance.evaluator.scope[kind][name])}
    return found


def variables_of(folder: Path, texts: dict[Path, str]) -> Document:
    """What `terraform.tfvars` and `*.auto.tfvars` give. Raises SyntaxWrong."""
    found: Document = {}
    for path in sorted(texts):
        if path.parent == folder and (path.name == "terraform.tfvars" or path.name.endswith(".auto.tfvars")):
            try:
                found.update({name: Evaluator({}).value(node)
                              for name, node in parsed(texts[path]).attributes.items()})  # fmt: skip
            except SyntaxWrong as error:
                raise SyntaxWrong(f"{path.name}, {error}") from error
    return found


def roots_in(modules: dict[Path, Module], tfvars: dict[Path, str]) -> list[Instance]:
    """The modules that no other calls, with all that they call."""
    called: set[Path] = set()
    for module in modules.values():
        for block in module.blocks("module"):
            source = getattr(block.body.attributes.get("source"), "value", None)
            if isinstance(source, str) and source.startswith("."):
                called.add((module.folder / source).resolve())
    roots = [folder for folder in modules if folder not in called] or list(modules)
    return [instantiated(modules[folder], modules.get, variables_of(folder, tfvars)) for folder in sorted(roots)]
