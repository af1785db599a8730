"""Modules as they are called: each call of a local module is an instance with its own variables.

Called by deployer/compliance/configurations.py. Only local modules are followed; of others, `missing` tells.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from deployer.compliance.addresses import without_keys
from deployer.compliance.hcl.documents import json_of
from deployer.compliance.hcl.evaluate import Evaluator
from deployer.compliance.hcl.lazy import Lazy
from deployer.compliance.hcl.modules import Module, address_of
from deployer.compliance.hcl.nodes import Block, Body, Literal, Node
from deployer.compliance.hcl.reading import Reading, TooLarge
from deployer.compliance.hcl.values import Unknown

_DEEPEST = 12  # modules within modules; Terraform has no limit
_MOST = 500  # instances of one block
_MOST_MODULES = 5000  # instances of all modules together
Key = int | str | None  # of an instance, as by `count` or `for_each`
Find = Callable[[Path], Module | None]


@dataclass
class Instance:
    """A module as it is called: `path` is blank for the root, else such as `module.m["a"]`."""

    module: Module
    reading: Reading
    given: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    name: str = ""
    key: Key = None
    above: tuple[Path, ...] = ()  # the folders of the modules that lead to this one, the root's first
    children: list["Instance"] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)  # module address, source

    @cached_property
    def evaluator(self) -> Evaluator:
        """With all that this instance knows."""
        root = str(self.above[0] if self.above else self.module.folder)
        scope = {
            "var": Lazy(self._variable, "var"),
            "local": Lazy(self._local, "local"),
            "data": Lazy(lambda kind: Lazy(lambda name: self._data(kind, name), f"data.{kind}"), "data"),
            "module": Lazy(self._outputs, "module"),
            "path": {"module": str(self.module.folder), "root": root, "cwd": root},
            "terraform": {"workspace": "default"},
        }
        return Evaluator(scope, self.module.folder, self.reading)

    @cached_property
    def _named(self) -> dict[tuple[str, ...], Block]:
        return {(block.kind, *block.labels): block for block in self.module.body.blocks}

    @cached_property
    def _locals(self) -> dict[str, tuple[Node, Block]]:
        return {name: (node, block) for block in self.module.blocks("locals")
                for name, node in block.body.attributes.items()}  # fmt: skip

    def _variable(self, name: str) -> Any:
        if name in self.given:
            return self.given[name]
        block = self._named.get(("variable", name))
        default = block.body.attributes.get("default") if block else None
        return Unknown(f"var.{name}") if default is None else Evaluator({}, None, self.reading).value(default)

    def _local(self, name: str) -> Any:
        """One that is too large is not judged, and unknown to those that refer to it."""
        if name not in self._locals:
            return Unknown(f"local.{name}")
        node, block = self._locals[name]
        try:
            return self.evaluator.value(node)
        except TooLarge:
            with self.reading.of(f"local.{name}", block.file, block.body.lines.get(name, block.line)):
                raise
        return Unknown(f"local.{name}")

    def _data(self, kind: str, name: str) -> Any:
        block = self._named.get(("data", kind, name))
        if kind == "aws_iam_policy_document" and block:
            return self._documents(block, f"data.{kind}.{name}")
        if kind == "template_file" and block and "template" in block.body.attributes:
            return {"rendered": self._rendered(block.body)}
        return Unknown(f"data.{kind}.{name}")

    def _documents(self, block: Block, text: str) -> Any:
        """By its attributes, or the several that `count` or `for_each` makes."""
        found = {key: json_of(block.body, inner) for key, inner in instances_of(block.body, self.evaluator)}
        return _by_key({key: {"json": one, "minified_json": one} for key, one in found.items()}, block.body, text)

    def _rendered(self, body: Body) -> Any:
        text, names = (self.evaluator.value(body.attributes[name]) if name in body.attributes else {}
                       for name in ("template", "vars"))  # fmt: skip
        known = isinstance(text, str) and isinstance(names, dict)
        return self.evaluator.filled(text, names) if known else Unknown("data.template_file")

    def _outputs(self, name: str) -> Any:
        called = [child for child in self.children if child.name == name]
        block = self._named.get(("module", name))
        if not called or block is None:
            return Unknown(f"module.{name}")
        return _by_key({child.key: child.outputs for child in called}, block.body, f"module.{name}")

    @cached_property
    def outputs(self) -> Lazy:
        """What the module tells to who calls it."""
        names = [block.labels[0] for block in self.module.blocks("output")]
        return Lazy(self._output, self.path, names)

    def _output(self, name: str) -> Any:
        block = self._named.get(("output", name))
        node = block.body.attributes.get("value") if block else None
        return self.evaluator.value(node) if node else Unknown(f"{self.path}.{name}")

    def everyone(self) -> Iterator["Instance"]:
        """This instance and all below it."""
        yield self
        for child in self.children:
            yield from child.everyone()


def instantiated(root: Module, find: Find, given: dict[str, Any], reading: Reading) -> Instance:
    """The module with all local modules that it calls; `find` gives the module of a folder."""
    instance, left = Instance(root, reading, given), [_MOST_MODULES]
    _call_all(instance, find, left)
    return instance


def _call_all(caller: Instance, find: Find, left: list[int]) -> None:
    for block in caller.module.blocks("module"):
        address = f"{caller.path}.{address_of('module', block.labels)}".lstrip(".")
        source = block.body.attributes.get("source")
        named = str(source.value) if isinstance(source, Literal) else ""
        called = _called(caller, named, find)
        if called is None:
            caller.missing.append((address, named))
            continue
        with caller.reading.of(without_keys(address), block.file, block.line):
            _call(caller, block, called, address, left)
    for child in caller.children:
        _call_all(child, find, left)


def _called(caller: Instance, source: str, find: Find) -> Module | None:
    """The local module that is called, unless that leads to itself again."""
    folder = (caller.module.folder / source).resolve()
    within = (*caller.above, caller.module.folder)
    if not source.startswith(("./", "../", "/")) or folder in within or len(within) > _DEEPEST:
        return None
    return find(folder)


def _call(caller: Instance, block: Block, called: Module, address: str, left: list[int]) -> None:
    within = (*caller.above, caller.module.folder)
    for key, evaluator in instances_of(block.body, caller.evaluator):
        left[0] -= 1
        if left[0] < 0:
            if left[0] == -1:
                caller.reading.fault(f"there are more than {_MOST_MODULES} modules; the rest is not judged")
            return
        given = {name: evaluator.value(node) for name, node in block.body.attributes.items()}
        path = address + key_of(key)
        caller.children.append(Instance(called, caller.reading, given, path, block.labels[0], key, within))


def instances_of(body: Body, evaluator: Evaluator) -> Iterator[tuple[Key, Evaluator]]:
    """For each instance that `count` or `for_each` makes, its key, and an evaluator that knows it.

    What makes none is judged as if it made one, which has no key: it may be another day.
    """
    each, count = body.attributes.get("for_each"), body.attributes.get("count")
    if each is not None:
        found = evaluator.value(each)
        if isinstance(found, list) and all(isinstance(one, str) for one in found):
            found = {key: key for key in found}
        if isinstance(found, dict) and 0 < len(found) <= _MOST:
            for key, value in found.items():
                yield key, evaluator.within(each={"key": key, "value": value})
            return
    if count is not None:
        number = evaluator.value(count)
        if isinstance(number, int) and not isinstance(number, bool) and 0 < number <= _MOST:
            yield from ((at, evaluator.within(count={"index": at})) for at in range(number))
            return
    yield None, evaluator


def key_of(key: Key) -> str:
    """As it stands in an address."""
    return "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'


def _by_key(found: dict[Key, Any], body: Body, text: str) -> Any:
    """The only one, or the several by their keys; unknown where nobody knows which there are."""
    if None in found:
        return Unknown(text) if {"count", "for_each"} & body.attributes.keys() else found[None]
    return list(found.values()) if 0 in found else found
