"""A module: the files of a folder as one body, with what override files change. Called by subject.py.

https://developer.hashicorp.com/terraform/language/files/override
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from deployer.compliance.hcl import nodes
from deployer.compliance.hcl.nodes import Block, Body, Node
from deployer.compliance.hcl.reading import Place, Reading
from deployer.compliance.hcl.syntax import SyntaxWrong, parsed, template
from deployer.compliance.json_files import read_json
from deployer.compliance.lines import lines_of
from deployer.compliance.normal import normal

LABELS = {
    "resource": 2, "data": 2, "ephemeral": 2, "action": 2, "module": 1, "output": 1, "variable": 1, "provider": 1,
    "check": 1, "locals": 0, "terraform": 0, "moved": 0, "removed": 0, "import": 0,
}  # fmt: skip
_SEVERAL = {"provider", "locals", "terraform", "moved", "removed", "import"}  # of which there may be many
_OVERRIDE = re.compile(r"(?:.*_)?override\.(?:tf|tofu)(?:\.json)?")
_BESIDE = {".tofu": ".tf", ".tofu.json": ".tf.json"}  # OpenTofu reads one of the two, Terraform the other


@dataclass(frozen=True)
class Module:
    """What the files of one folder say together."""

    folder: Path
    body: Body

    def blocks(self, kind: str) -> Iterator[Block]:
        return self.body.named(kind)


def module_of(files: list[Path], folder: Path, read: Callable[[Path], str], reading: Reading) -> Module:
    """The module that these files make. What of it is no Terraform is left out, with a note."""
    body, overrides = Body(), list[Block]()
    for file in sorted(set(files) - _stood_in_for(files, reading)):
        blocks = _blocks_of(file, read, reading)
        (overrides if _OVERRIDE.fullmatch(file.name) else body.blocks).extend(blocks)
    module = Module(folder, Body({}, list(_each_once(body.blocks, reading))))
    for block in overrides:
        _override(module.body, block)
    return module


def from_json(document: dict[str, Any], file: str, lines: dict[str, int] | None = None) -> Body:
    """Terraform JSON in its normal form (see normal.py) as a body. A block's content are attributes."""
    body = Body()
    for kind, blocks in document.items():
        if kind != "//":
            for labels, content in _labelled(blocks, LABELS.get(kind, 0)):
                line = (lines or {}).get(address_of(kind, labels), 0)
                for one in content if isinstance(content, list) else [content]:
                    body.blocks.append(Block(kind, labels, _json_body(one), line, file))
    return body


def address_of(kind: str, labels: tuple[str, ...]) -> str:
    """As Terraform has it."""
    return ".".join(labels if kind == "resource" else (kind, *labels))


def place_of(block: Block, reading: Reading) -> Place:
    return Place(address_of(block.kind, block.labels), reading.shown(block.file), block.line)


def _blocks_of(file: Path, read: Callable[[Path], str], reading: Reading) -> list[Block]:
    with reading.of("", str(file)):
        text = read(file)
        if file.suffix == ".json":
            return from_json(normal(read_json(text, file), reading.fault), str(file), lines_of(text)).blocks
        body, wrong = parsed(text, str(file))
        for name in body.attributes:
            reading.fault(f"{name} is set outside of any block", Place("", reading.shown(file), body.lines[name]))
        for error in wrong:
            reading.fault(f"not HCL: {file.name}, {error}", Place("", reading.shown(file), error.line))
        return body.blocks
    return []


def _stood_in_for(files: list[Path], reading: Reading) -> set[Path]:
    """The files that have a twin for OpenTofu, which is judged in their place."""
    twins = {file: file.with_name(file.name.removesuffix(end) + beside)
             for file in files for end, beside in _BESIDE.items() if file.name.endswith(end)}  # fmt: skip
    for file, twin in twins.items():
        if twin in files:
            reading.note(f"{file.name} is judged in place of it, as OpenTofu has it", Place("", reading.shown(twin)))
    return set(twins.values())


def _each_once(blocks: list[Block], reading: Reading) -> Iterator[Block]:
    """The blocks that Terraform would take."""
    taken: dict[tuple[str, ...], Block] = {}
    for block in blocks:
        wrong = _fault_of(block) or _second(taken.setdefault((block.kind, *block.labels), block), block, reading)
        if wrong:
            reading.fault(wrong, place_of(block, reading))
        else:
            yield block


def _fault_of(block: Block) -> str:
    wanted = LABELS.get(block.kind)
    if wanted is None:
        return f"{block.kind} is no kind of block that Terraform has"
    return "" if len(block.labels) == wanted else f"{block.kind} takes {wanted} labels, and has {len(block.labels)}"


def _second(first: Block, block: Block, reading: Reading) -> str:
    if first is block or block.kind in _SEVERAL:
        return ""
    return f"it is defined a second time; the first is at {reading.shown(first.file)}:{first.line}"


def _override(body: Body, block: Block) -> None:
    """Arguments in place of those that are there; nested blocks in place of all of their kind; else a new block."""
    for at, one in enumerate(body.blocks):
        if (one.kind, one.labels) == (block.kind, block.labels) and _alias(one) == _alias(block):
            changed = {inner.kind for inner in block.body.blocks}
            kept = [inner for inner in one.body.blocks if inner.kind not in changed]
            attributes = {**one.body.attributes, **block.body.attributes}
            merged = Body(attributes, kept + block.body.blocks, {**one.body.lines, **block.body.lines})
            if block.kind != "locals" or block.body.attributes.keys() <= one.body.attributes.keys():
                body.blocks[at] = replace(one, body=merged)
                return
    if LABELS.get(block.kind) == len(block.labels):
        body.blocks.append(block)


def _alias(block: Block) -> Any:
    return getattr(block.body.attributes.get("alias"), "value", None) if block.kind == "provider" else None


def _labelled(node: Any, depth: int, labels: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if not depth:
        yield labels, node
        return
    for name, value in node.items():
        if name != "//":
            yield from _labelled(value, depth - 1, (*labels, name))


def _json_body(content: dict[str, Any]) -> Body:
    """Attributes, since without a provider's schema nobody knows which are blocks; but `dynamic` is one."""
    body = Body({name: _node(value) for name, value in content.items() if name not in ("//", "dynamic")})
    dynamic = content.get("dynamic", [])
    for one in dynamic if isinstance(dynamic, list) else [dynamic]:
        for label, blocks in one.items():
            for inner in blocks if isinstance(blocks, list) else [blocks]:
                body.blocks.append(Block("dynamic", (label,), _dynamic(inner)))
    return body


def _dynamic(block: dict[str, Any]) -> Body:
    contents = block.get("content", [])
    body = _json_body({name: value for name, value in block.items() if name != "content"})
    for one in contents if isinstance(contents, list) else [contents]:
        body.blocks.append(Block("content", (), _json_body(one)))
    return body


def _node(value: Any) -> Node:
    if isinstance(value, dict):
        return nodes.Mapping(tuple((nodes.Literal(key), _node(one)) for key, one in value.items()))
    if isinstance(value, list):
        return nodes.Sequence(tuple(map(_node, value)))
    if isinstance(value, str) and ("${" in value or "%{" in value):
        try:
            return template(value)
        except (SyntaxWrong, RecursionError):
            return nodes.Literal(value)
    return nodes.Literal(value)
