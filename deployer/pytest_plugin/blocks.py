"""The synthesised stack as a test reads it: dicts whose failures say which resource it is and which line made it.

A key that is not there fails the test with the address in Terraform, the attribute, what there is instead, and that
line. `Resource.expect` compares several attributes at once, and says of each what it is and what was expected.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

REMEMBERED = 5  # of what a test read last
_LONGEST = 300  # characters of a value in a message


Read = deque[tuple[str, str, Any, str]]  # what a test read last: address, attribute, value, what made it


class NotInStackError(AssertionError, KeyError):
    """Something that a test reads is not in the stack. A KeyError too, for code that looks whether a key is there."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass
class Origin:
    """Whose part a block is, and what a test has read of it; all blocks of a stack share `lines` and `read`.

    `lines`: by a construct's path, which lines of Python made it, the innermost first.
    """

    lines: Mapping[str, list[str]] = field(default_factory=dict)
    read: Read = field(default_factory=lambda: Read(maxlen=REMEMBERED))
    address: str = ""  # blank: of the document
    made: str = ""  # for people, with what called it

    def of_resource(self, address: str, block: Mapping[str, Any]) -> "Origin":
        """That of one resource: its construct's path is what CDKTF wrote into it."""
        about = block.get("//")
        path = about.get("metadata", {}).get("path", "") if isinstance(about, Mapping) else ""
        made = ", called from ".join(self.lines.get(path, []))
        return Origin(self.lines, self.read, address, made)

    def whose(self) -> str:
        """For people: the address, and on a line of its own what made it."""
        made = f"\n  made by {self.made}" if self.made else ""
        return (self.address or "the stack") + made


class Block(dict[str, Any]):
    """An object of the stack, with all within it: equal to a plain dict, and a message instead of a bare KeyError."""

    def __init__(self, content: Mapping[str, Any], origin: Origin, path: str = "") -> None:
        super().__init__({key: within(value, origin, _joined(path, key)) for key, value in content.items()})
        self._origin, self._path = origin, path

    def __getitem__(self, key: str) -> Any:
        __tracebackhide__ = True
        value = super().__getitem__(key)
        if self._origin.address and not isinstance(value, Block):
            self._origin.read.append((self._origin.address, _joined(self._path, key), value, self._origin.made))
        return value

    def __missing__(self, key: str) -> Any:
        __tracebackhide__ = True
        there = ", ".join(one for one in self if one != "//") or "nothing"
        raise NotInStackError(
            f"`{_joined(self._path, key)}` is not there, of {self._origin.whose()}\n  there is {there}"
        )

    def json(self, key: str) -> Any:
        """What the text of an attribute holds as JSON, such as a policy; of that too, a message says whose it is."""
        return within(json.loads(self[key]), self._origin, _joined(self._path, key))


class Resource(Block):
    """One resource of the stack: its arguments, as Terraform has them. `address` and `made` say which it is."""

    @property
    def address(self) -> str:
        """As Terraform has it, such as `aws_sqs_queue.orders`."""
        return self._origin.address

    @property
    def made(self) -> str:
        """The line of Python that made it, and what called that; blank where nobody noted it."""
        return self._origin.made

    def expect(self, **attributes: Any) -> None:
        """Each of these attributes has this value; None: it is not set.

        Raises:
            AssertionError: with the address, each attribute that differs, what it is, what was expected, and the line
                of Python that made the resource.
        """
        __tracebackhide__ = True  # the test's own line is the one to look at
        wrong = [
            f"  {name}: {_shown(self.get(name))}, expected {_shown(value)}"
            for name, value in attributes.items()
            if self.get(name) != value
        ]
        if wrong:
            raise AssertionError("\n".join([f"not as expected: {self._origin.whose()}", *wrong]))


def resource_blocks(content: Mapping[str, Any], origin: Origin) -> Block:
    """What stands under `resource` in the document: each resource by its type and its name."""
    found = Block({}, origin, "resource")
    for type_, named in content.items():
        found[type_] = Block({}, origin, f"resource.{type_}")
        for name, block in named.items():
            address = f"{type_}.{name}"
            found[type_][name] = Resource(block, origin.of_resource(address, block))
    return found


def within(value: Any, origin: Origin, path: str) -> Any:
    """A value of the document with blocks for its objects."""
    if isinstance(value, Mapping):
        return Block(value, origin, path)
    if isinstance(value, list):
        return [within(one, origin, f"{path}[{number}]") for number, one in enumerate(value)]
    return value


def told(origin: Origin) -> Iterator[str]:
    """What was read last, the newest first, for people."""
    for address, attribute, value, made in reversed(origin.read):
        yield f"{address}\n  {attribute}: {_shown(value)}" + (f"\n  made by {made}" if made else "")


def _shown(value: Any) -> str:
    text = "not set" if value is None else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
