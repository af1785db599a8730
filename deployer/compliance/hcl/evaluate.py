"""Evaluates expressions as far as a scope knows. What it does not know stays as text: see values.py.

With the empty scope only what is written counts: `jsonencode({...})` becomes its JSON, `var.x` stays `${var.x}`.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deployer.compliance.hcl import nodes
from deployer.compliance.hcl.functions import LENIENT, STRICT
from deployer.compliance.hcl.nodes import Node
from deployer.compliance.hcl.syntax import SyntaxWrong, template
from deployer.compliance.hcl.values import Partial, Unknown, embedded, is_known, text_of

Scope = Mapping[str, Any]
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "&&": lambda left, right: left and right, "||": lambda left, right: left or right,
}  # fmt: skip
_FAILS = (KeyError, IndexError, TypeError, ValueError, AttributeError, StopIteration, ArithmeticError, OSError)
_LARGEST = 1_000_000  # bytes of a file that is read into an expression


class Evaluator:
    """Evaluates in one module: `scope` has its names, `folder` the files that it may read."""

    def __init__(self, scope: Scope, folder: Path | None = None) -> None:
        self.scope, self.folder = scope, folder

    def within(self, **names: Any) -> "Evaluator":
        """The same with more names, such as `each`."""
        return Evaluator({**self.scope, **names}, self.folder)

    def value(self, node: Node) -> Any:
        """The value, or Unknown."""
        found: Any = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return found

    def _literal(self, node: nodes.Literal) -> Any:
        return node.value

    def _name(self, node: nodes.Name) -> Any:
        return self.scope.get(node.name, Unknown(node.text or node.name))

    def _template(self, node: nodes.Template) -> Any:
        if len(node.parts) == 1 and isinstance(node.parts[0], Node):
            found = self.value(node.parts[0])
            return Partial(found) if isinstance(found, Unknown) and isinstance(node.parts[0], nodes.Choice) else found
        text, known = "", True
        for part in node.parts:
            found = part if isinstance(part, str) else self.value(part)
            known = known and is_known(found)
            text += part if isinstance(part, str) else embedded(found, text) if not is_known(found) else text_of(found)
        return text if known else Partial(text)

    def _get(self, node: nodes.Get) -> Any:
        of, key = self.value(node.of), self.value(node.key)
        if isinstance(of, Unknown) or not is_known(key):
            return self._at_unknown(of, node, key)
        return self._item(of, key, node.text)

    def _at_unknown(self, of: Any, node: nodes.Get, key: Any) -> Unknown:
        """With the key that was evaluated, where that makes the reference plainer."""
        if isinstance(of, Unknown) and is_known(key) and not isinstance(node.key, nodes.Literal):
            return Unknown(f'{of.text}["{key}"]' if isinstance(key, str) else f"{of.text}[{key}]")
        return Unknown(node.text)

    def _item(self, of: Any, key: Any, text: str) -> Any:
        try:
            return of[int(key)] if isinstance(of, list) else of[key]
        except _FAILS:
            return Unknown(text)

    def _splat(self, node: nodes.Splat) -> Any:
        of = self.value(node.of)
        if isinstance(of, Unknown):
            return Unknown(node.text)
        found = []
        for one in of if isinstance(of, list) else [] if of is None else [of]:
            for key in node.keys:
                one = self._item(one, self.value(key), node.text)
            found.append(one)
        return found

    def _sequence(self, node: nodes.Sequence) -> Any:
        return [self.value(item) for item in node.items]

    def _mapping(self, node: nodes.Mapping) -> Any:
        return {text_of(self.value(key)): self.value(value) for key, value in node.pairs}

    def _choice(self, node: nodes.Choice) -> Any:
        condition = self.value(node.condition)
        if is_known(condition):
            return self.value(node.yes if condition in (True, "true") else node.no)
        return _either(self.value(node.yes), self.value(node.no), node.text)

    def _operation(self, node: nodes.Operation) -> Any:
        left = self.value(node.left)
        right = self.value(node.right) if node.right else None
        if not is_known(left) or not is_known(right):
            return Unknown(node.text)
        if node.sign in ("==", "!="):
            return (left == right) is (node.sign == "==")
        try:
            if node.right is None:
                return not left if node.sign == "!" else -left
            return _SIGNS[node.sign](left, right)
        except _FAILS:
            return Unknown(node.text)

    def _for(self, node: nodes.For) -> Any:
        over = self.value(node.over)
        if isinstance(over, Unknown | str) or over is None:
            return Unknown(node.text)
        found: list[tuple[Any, Any]] = []
        for inner in self._rounds(node, over):
            wanted = inner.value(node.condition) if node.condition else True
            if wanted or not is_known(wanted):  # what may be there is judged as if it were
                found.append((inner.value(node.key) if node.key else None, inner.value(node.value)))
        return _collected(node, found)

    def _rounds(self, node: nodes.For, over: Any) -> Iterator["Evaluator"]:
        for key, value in over.items() if isinstance(over, Mapping) else enumerate(over):
            names = (key, value) if len(node.names) > 1 else (value,)
            yield self.within(**dict(zip(node.names, names, strict=True)))

    def _call(self, node: nodes.Call) -> Any:
        name = node.name.rpartition("::")[2]
        if name in ("try", "can"):
            return self._tried(node, name)
        arguments = [self.value(one) for one in node.arguments]
        if node.spread and isinstance(arguments[-1], list):
            arguments[-1:] = arguments[-1]
        try:
            return self._called(name, arguments, node)
        except (*_FAILS, SyntaxWrong, RecursionError):
            return Unknown(node.text)

    def _called(self, name: str, arguments: list[Any], node: nodes.Call) -> Any:
        if name in ("file", "filebase64", "templatefile") and is_known(arguments[0]):
            text = self._file(str(arguments[0]))
            return self._filled(text, arguments[1]) if name == "templatefile" else text
        if name in LENIENT and (name == "jsonencode" or not any(isinstance(one, Unknown) for one in arguments)
                                or name in ("tostring", "sensitive", "nonsensitive", "list", "format")):  # fmt: skip
            return LENIENT[name](*arguments)
        if name in STRICT and is_known(arguments):
            return STRICT[name](*arguments)
        return Unknown(node.text)

    def _tried(self, node: nodes.Call, name: str) -> Any:
        """The first that is known; of what is not, nobody knows whether it would fail."""
        first = self.value(node.arguments[0])
        return Unknown(node.text) if not is_known(first) and name == "can" else name == "can" or first

    def _file(self, name: str) -> str:
        if self.folder is None:
            raise OSError(name)
        path = (self.folder / name).resolve()
        if not path.is_file() or path.stat().st_size > _LARGEST:
            raise OSError(name)
        return path.read_text(encoding="utf-8")

    def _filled(self, text: str, names: Any) -> Any:
        inner = Evaluator(dict(names), self.folder)
        return inner.value(template(text))


def _either(yes: Any, no: Any, text: str) -> Any:
    """Of a choice that nobody knows: lists and maps with all that they may hold, as it is judged what may be."""
    if isinstance(yes, list) and isinstance(no, list):
        return [*yes, *(one for one in no if one not in yes)]
    if isinstance(yes, Mapping) and isinstance(no, Mapping) and not yes.keys() & no.keys():
        return {**yes, **no}
    return yes if is_known(yes) and yes == no and type(yes) is type(no) else Unknown(text)


def _collected(node: nodes.For, found: list[tuple[Any, Any]]) -> Any:
    if node.joined:
        text = "".join(text_of(value) for _, value in found)
        return text if is_known([value for _, value in found]) else Partial(text)
    if node.key is None:
        return [value for _, value in found]
    if not node.grouped:
        return {text_of(key): value for key, value in found}
    groups: dict[str, list[Any]] = {}
    for key, value in found:
        groups.setdefault(text_of(key), []).append(value)
    return groups
