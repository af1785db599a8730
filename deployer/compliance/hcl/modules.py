"""Modules: the files of a folder as one body, and each call of a local module as an instance with its own variables.

Called by deployer/compliance/configurations.py. Only local modules are followed; of others, `missing` tells.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from deployer.compliance.hcl import nodes
from deployer.compliance.hcl.documents import json_of
from deployer.compliance.hcl.evaluate import Evaluator
from deployer.compliance.hcl.nodes import Block, Body, Node
from deployer.compliance.hcl.syntax import SyntaxWrong, parsed, template
from deployer.compliance.hcl.values import Unknown

_DEEPEST = 12  # modules within modules; Terraform has no limit, a loop of calls has no end
_MOST = 500  # instances of one block


class Lazy:
    """Names that are evaluated when they are asked for. One that refers to itself is unknown."""

    def __init__(self, make: Callable[[str], Any], text: str) -> None:
        self._make, self._text = make, text
        self._known: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            self._known[name] = Unknown(f"{self._text}.{name}")
            self._known[name] = self._make(name)
        return self._known[name]


@dataclass(frozen=True)
class Module:
    """What the files of one folder say together."""

    folder: Path
    body: Body

    def blocks(self, kind: str) -> Iterator[Block]:
        return self.body.named(kind)


@dataclass
class Instance:
    """A module as it is called: `path` is blank for the root, else such as `module.m["a"]`."""

    module: Module
    given: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    children: list["Instance"] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)  # module address, source

    @cached_property
    def evaluator(self) -> Evaluator:
        """With all that this instance knows."""
        folder = str(self.module.folder)
        scope = {
            "var": Lazy(self._variable, "var"),
            "local": Lazy(self._local, "local"),
            "data": Lazy(lambda kind: Lazy(lambda name: self._data(kind, name), f"data.{kind}"), "data"),
            "module": Lazy(self._outputs, "module"),
            "path": {"module": folder, "root": folder, "cwd": folder},
            "terraform": {"workspace": "default"},
        }
        return Evaluator(scope, self.module.folder)

    @cached_property
    def _named(self) -> dict[tuple[str, ...], Block]:
        return {(block.kind, *block.labels): block for block in self.module.body.blocks}

    @cached_property
    def _locals(self) -> dict[str, Node]:
        return {name: node for block in self.module.blocks("locals") for name, node in block.body.attributes.items()}

    def _variable(self, name: str) -> Any:
        if name in self.given:
            return self.given[name]
        block = self._named.get(("variable", name))
        default = block.body.attributes.get("default") if block else None
        return Unknown(f"var.{name}") if default is None else Evaluator({}).value(default)

    def _local(self, name: str) -> Any:
        return self.evaluator.value(self._locals[name]) if name in self._locals else Unknown(f"local.{name}")

    def _data(self, kind: str, name: str) -> Any:
        block = self._named.get(("data", kind, name))
        if kind == "aws_iam_policy_document" and block and not {"count", "for_each"} & block.body.attributes.keys():
            document = json_of(block.body, self.evaluator)
            return {"json": document, "minified_json": document}
        if kind == "template_file" and block and "template" in block.body.attributes:
            return {"rendered": self._rendered(block.body)}
        return Unknown(f"data.{kind}.{name}")

    def _rendered(self, body: Body) -> Any:
        text, names = (self.evaluator.value(body.attributes[name]) if name in body.attributes else {}
                       for name in ("template", "vars"))  # fmt: skip
        return Evaluator(names).value(template(text)) if isinstance(text, str) and isinstance(names, dict) else Unknown(
            "data.template_file")  # fmt: skip

    def _outputs(self, name: str) -> Any:
        called = [child for child in self.children if child.path.rpartition("module.")[2] == name]
        if len(called) != 1:
            return Unknown(f"module.{name}")
        return Lazy(called[0]._output, f"module.{name}")

    def _output(self, name: str) -> Any:
        block = self._named.get(("output", name))
        node = block.body.attributes.get("value") if block else None
        return self.evaluator.value(node) if node else Unknown(f"{self.path}.{name}")

    def everyone(self) -> Iterator["Instance"]:
        """This instance and all below it."""
        yield self
        for child in self.children:
            yield from child.everyone()


def instantiated(module: Module, find: Callable[[Path], Module | None], given: dict[str, Any], path: str = "",
                 depth: int = 0) -> Instance:  # fmt: skip
    """The module with all local modules that it calls; `find` gives the module of a folder."""
    instance = Instance(module, given, path)
    for block in module.blocks("module"):
        here = f"{path}.module.{block.labels[0]}".lstrip(".")
        source = block.body.attributes.get("source")
        named = source.value if isinstance(source, nodes.Literal) else ""
        local = str(named).startswith(("./", "../", "/"))
        called = find((module.folder / str(named)).resolve()) if local and depth < _DEEPEST else None
        if called is None:
            instance.missing.append((here, str(named)))
            continue
        for key, evaluator in instances_of(block.body, instance.evaluator):
            variables = {name: evaluator.value(node) for name, node in block.body.attributes.items()}
            instance.children.append(instantiated(called, find, variables, here + key, depth + 1))
    return instance


def instances_of(body: Body, evaluator: Evaluator) -> Iterator[tuple[str, Evaluator]]:
    """For each instance that `count` or `for_each` makes, its key as in an address, and an evaluator that knows it.

    What makes none is judged as if it made one: it may be another day.
    """
    each, count = body.attributes.get("for_each"), body.attributes.get("count")
    if each is not None:
        found = evaluator.value(each)
        if isinstance(found, dict) and 0 < len(found) <= _MOST:
            for key, value in found.items():
                yield f'["{key}"]', evaluator.within(each={"key": key, "value": value})
            return
        if isinstance(found, list) and 0 < len(found) <= _MOST and all(isinstance(one, str) for one in found):
            for key in found:
                yield f'["{key}"]', evaluator.within(each={"key": key, "value": key})
            return
    if count is not None:
        number = evaluator.value(count)
        if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _MOST:
            yield from ((f"[{at}]", evaluator.within(count={"index": at})) for at in range(number))
            return
    yield "", evaluator


def module_of(files: list[Path], folder: Path, read: Callable[[Path], str]) -> Module:
    """The module that these files make. Raises SyntaxWrong, with the file's name."""
    body = Body()
    for file in sorted(files):
        try:
            text = read(file)
            found = from_json(json.loads(text), str(file)) if file.suffix == ".json" else parsed(text, str(file))
        except SyntaxWrong as error:
            raise SyntaxWrong(f"{file.name}, {error}") from error
        body.blocks.extend(found.blocks)
    return Module(folder, body)


def from_json(document: dict[str, Any], file: str) -> Body:
    """Terraform JSON in its normal form (see normal.py) as a body. A block's content are attributes."""
    depth = {"resource": 2, "data": 2, "module": 1, "output": 1, "variable": 1, "provider": 1}
    body = Body()
    for kind, blocks in document.items():
        if kind != "//":
            for labels, content in _labelled(blocks, depth.get(kind, 0)):
                for one in content if isinstance(content, list) else [content]:
                    attributes = {name: _node(value) for name, value in one.items() if name != "//"}
                    body.blocks.append(Block(kind, labels, Body(attributes), 0, file))
    return body


def _labelled(node: Any, depth: int, labels: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not depth:
        yield labels, node
        return
    for name, value in node.items():
        if name != "//":
            yield from _labelled(value, depth - 1, (*labels, name))


def _node(value: Any) -> Node:
    if isinstance(value, dict):
        return nodes.Mapping(tuple((nodes.Literal(key), _node(one)) for key, one in value.items()))
    if isinstance(value, list):
        return nodes.Sequence(tuple(map(_node, value)))
    if isinstance(value, str) and ("${" in value or "%{" in value):
        try:
            return template(value)
        except SyntaxWrong:
            return nodes.Literal(value)
    return nodes.Literal(value)
