"""The tree that the parser makes and the evaluator reads. `text` is a node's source without comments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Node:
    """Any expression."""

    text: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Literal(Node):
    value: Any


@dataclass(frozen=True)
class Template(Node):
    """A string with expressions and directives between its literal parts."""

    parts: tuple["str | Node", ...]


@dataclass(frozen=True)
class Name(Node):
    """The first name of a reference, such as `var`."""

    name: str


@dataclass(frozen=True)
class Get(Node):
    """`of.key` and `of[key]`."""

    of: Node
    key: Node


@dataclass(frozen=True)
class Splat(Node):
    """`of[*].keys`."""

    of: Node
    keys: tuple[Node, ...]


@dataclass(frozen=True)
class Call(Node):
    name: str
    arguments: tuple[Node, ...]
    spread: bool = False


@dataclass(frozen=True)
class Sequence(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True)
class Mapping(Node):
    pairs: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True)
class For(Node):
    """`[for names in over : value if condition]`; with `key`, an object. In a template, `value` is the text."""

    names: tuple[str, ...]
    over: Node
    value: Node
    key: Node | None = None
    condition: Node | None = None
    grouped: bool = False
    joined: bool = False


@dataclass(frozen=True)
class Choice(Node):
    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Operation(Node):
    sign: str
    left: Node
    right: Node | None = None  # None: one operand


@dataclass
class Body:
    """What stands between a block's braces, or in a file."""

    attributes: dict[str, Node] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # of the attributes

    def named(self, kind: str) -> Iterator["Block"]:
        return (block for block in self.blocks if block.kind == kind)


@dataclass
class Block:
    """`kind "label" ... { body }`; `file` and `line`, from 1, are where it begins."""

    kind: str
    labels: tuple[str, ...]
    body: Body
    line: int = 0
    file: str = ""
