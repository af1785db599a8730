"""Evaluates expressions as far as a scope knows. What it does not know stays as text: see values.py.

With the empty scope only what is written counts: `jsonencode({...})` becomes its JSON, `var.x` stays `${var.x}`.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deployer.compliance.hcl import nodes
from deployer.compliance.hcl.files import of_files
from deployer.compliance.hcl.functions import called
from deployer.compliance.hcl.lazy import settled
from deployer.compliance.hcl.nodes import Node
from deployer.compliance.hcl.reading import LARGEST, Reading
from deployer.compliance.hcl.syntax import template
from deployer.compliance.hcl.values import Failed, Partial, Unknown, embedded, is_known, text_of

Scope = Mapping[str, Any]
_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "&&": lambda left, right: left and right, "||": lambda left, right: left or right,
}  # fmt: skip
_OF_TRUTH = ("&&", "||", "!")
_GREATEST = 1e300  # Terraform's numbers have 512 bits
_SIMPLE = (str, Unknown, bool, int, float, type(None))
_METHODS = {kind: f"_{kind.__name__.lower()}" for kind in Node.__subclasses__()}
_FAILS = (LookupError, TypeError, ValueError, AttributeError, StopIteration, ArithmeticError, OSError, RecursionError,
          re.error)  # fmt: skip


class Evaluator:
    """Evaluates in one module: `scope` has its names, `folder` the files that it may read, `reading` what it may cost.

    An expression that fails, or that nobody knows, is unknown; the others around it are not.
    """

    def __init__(self, scope: Scope, folder: Path | None = None, reading: Reading | None = None) -> None:
        self.scope, self.folder, self.reading = scope, folder, reading or Reading()

    def within(self, **names: Any) -> "Evaluator":
        """The same with more names, such as `each`."""
        return Evaluator({**self.scope, **names}, self.folder, self.reading)

    def value(self, node: Node) -> Any:
        """The value, or Unknown. Raises TooLarge."""
        try:
            found = self._reached(node)
            return found if isinstance(found, _SIMPLE) else settled(found)
        except RecursionError:
            return Unknown(node.text)

    def _reached(self, node: Node) -> Any:
        """The value, of which a reference may go on to a part: it may still be lazy."""
        self.reading.spend()
        try:
            return getattr(self, _METHODS[type(node)])(node)
        except _FAILS:
            return Unknown(node.text)

    def _known(self, value: Any) -> bool:
        if isinstance(value, list | Mapping):
            self.reading.weighed(value)
        return is_known(value)

    def _literal(self, node: nodes.Literal) -> Any:
        return node.value

    def _name(self, node: nodes.Name) -> Any:
        return self.scope.get(node.name, Unknown(node.text or node.name))

    def _template(self, node: nodes.Template) -> Any:
        if len(node.parts) == 1 and isinstance(node.parts[0], Node):
            found = self.value(node.parts[0])
            return Partial(found) if isinstance(found, Unknown) and isinstance(node.parts[0], nodes.Choice) else found
        text, known, left = "", True, LARGEST
        for part in node.parts:
            found = part if isinstance(part, str) else self.value(part)
            left -= self.reading.weighed(found, left)
            known = known and is_known(found)
            text += part if isinstance(part, str) else embedded(found, text) if not is_known(found) else text_of(found)
        return text if known else Partial(text)

    def _get(self, node: nodes.Get) -> Any:
        of, key = self._reached(node.of), self.value(node.key)
        if isinstance(of, Unknown) or not is_known(key):
            return Failed(node.text) if isinstance(of, Failed) else self._at_unknown(of, node, key)
        try:
            return of[int(key)] if isinstance(of, list) else of[key]
        except _FAILS:
            return Failed(node.text) if is_known(of) else Unknown(node.text)

    def _at_unknown(self, of: Any, node: nodes.Get, key: Any) -> Unknown:
        """With the key that was evaluated, where that makes the reference plainer."""
        if isinstance(of, Unknown) and is_known(key) and not isinstance(node.key, nodes.Literal):
            return Unknown(f'{of.text}["{key}"]' if isinstance(key, str) else f"{of.text}[{key}]")
        return Unknown(node.text)

    def _splat(self, node: nodes.Splat) -> Any:
        of = self._reached(node.of)
        if isinstance(of, Unknown):
            return Unknown(node.text)
        keys = [self.value(key) for key in node.keys]
        return [self._item(one, keys, node.text) for one in _listed(of)]

    def _item(self, of: Any, keys: list[Any], text: str) -> Any:
        """What the keys lead to."""
        self.reading.spend()
        try:
            for key in keys:
                of = of[int(key)] if isinstance(of, list) else of[key]
        except _FAILS:
            return Unknown(text)
        return settled(of)

    def _sequence(self, node: nodes.Sequence) -> Any:
        return self._grown([], map(self.value, node.items))

    def _grown(self, found: list[Any], values: Iterator[Any]) -> list[Any]:
        """The values in the list, as long as they are not too much together."""
        left = LARGEST
        for value in values:
            left -= self.reading.weighed(value, left)
            found.append(value)
        return found

    def _mapping(self, node: nodes.Mapping) -> Any:
        values = self._grown([], (self.value(value) for _, value in node.pairs))
        return {text_of(self.value(key)): value for (key, _), value in zip(node.pairs, values, strict=True)}

    def _choice(self, node: nodes.Choice) -> Any:
        condition = self.value(node.condition)
        if is_known(condition):
            return self.value(node.yes if condition in (True, "true") else node.no)
        return _either(self.value(node.yes), self.value(node.no), node.text)

    def _operation(self, node: nodes.Operation) -> Any:
        left = self.value(node.left)
        right = self.value(node.right) if node.right else None
        if not self._known(left) or not self._known(right):
            return Failed(node.text) if isinstance(left, Failed) or isinstance(right, Failed) else Unknown(node.text)
        if node.sign in ("==", "!="):
            return (left == right) is (node.sign == "==")
        if node.sign in _OF_TRUTH:
            return not _truth(left) if node.right is None else _SIGNS[node.sign](_truth(left), _truth(right))
        if node.right is None:
            return -_number(left)
        value = _SIGNS[node.sign](_number(left), _number(right))
        return value if abs(value) <= _GREATEST else Unknown(node.text)

    def _for(self, node: nodes.For) -> Any:
        over = self.value(node.over)
        if isinstance(over, Unknown | str) or over is None:
            return Unknown(node.text)
        found = self._grown([], (pair for inner in self._rounds(node, over) for pair in self._round(node, inner)))
        return _collected(node, found)

    def _rounds(self, node: nodes.For, over: Any) -> Iterator["Evaluator"]:
        for key, value in over.items() if isinstance(over, Mapping) else enumerate(over):
            names = (key, value) if len(node.names) > 1 else (value,)
            yield self.within(**dict(zip(node.names, names, strict=True)))

    def _round(self, node: nodes.For, inner: "Evaluator") -> Iterator[list[Any]]:
        """Key and value, if they are wanted: what may be there is judged as if it were."""
        wanted = inner.value(node.condition) if node.condition else True
        if wanted or not is_known(wanted):
            yield [inner.value(node.key) if node.key else None, inner.value(node.value)]

    def _call(self, node: nodes.Call) -> Any:
        if node.name in ("try", "can"):
            return self._tried(node)
        arguments = [self.value(one) for one in node.arguments]
        if node.spread and isinstance(arguments[-1], list):
            arguments[-1:] = arguments[-1]
        self.reading.weighed(arguments)
        name = node.name.removeprefix("core::")
        found = of_files(self.reading, self.folder, name, arguments)
        if found is None:
            found = called(name, arguments, node.text)
        if name in ("templatefile", "templatestring"):
            found = self.filled(found, arguments[1])
        self.reading.weighed(found)
        return found

    def _tried(self, node: nodes.Call) -> Any:
        """The first that does not fail; of what is not known, nobody knows whether it would."""
        values = (self.value(one) for one in node.arguments)
        found = next((one for one in values if not isinstance(one, Failed)), Failed(node.text))
        if node.name == "try":
            return found
        return not isinstance(found, Failed) if is_known(found) or isinstance(found, Failed) else Unknown(node.text)

    def filled(self, text: Any, names: Any) -> Any:
        """A template with these names in it, and no others. A template reads no templates."""
        return Evaluator(dict(names), None, self.reading).value(template(text))


def _listed(value: Any) -> list[Any]:
    """As `[*]` takes it: a value that is no list is a list of one, and null of none."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _number(value: Any) -> Any:
    """A number, also one that is written as text. Raises ValueError; Python would repeat a text, or fill it in."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"no number: {value}")  # noqa: TRY004 - of the file, not of a caller
    return float(value) if isinstance(value, str) else value


def _truth(value: Any) -> bool:
    """Raises KeyError for what is no truth value."""
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _either(yes: Any, no: Any, text: str) -> Any:
    """Of a choice that nobody knows: lists and maps with all that they may hold, as it is judged what may be."""
    if isinstance(yes, list) and isinstance(no, list):
        return [*yes, *(one for one in no if one not in yes)]
    if isinstance(yes, Mapping) and isinstance(no, Mapping) and not yes.keys() & no.keys():
        return {**yes, **no}
    return yes if is_known(yes) and yes == no and type(yes) is type(no) else Unknown(text)


def _collected(node: nodes.For, found: list[Any]) -> Any:
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
