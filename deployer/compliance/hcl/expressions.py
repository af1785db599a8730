"""Expressions of Terraform's language; templates.py adds strings, which hold expressions again."""

import re
from abc import abstractmethod
from dataclasses import replace

from deployer.compliance.hcl.nodes import (
    Call,
    Choice,
    For,
    Get,
    Literal,
    Mapping,
    Name,
    Node,
    Operation,
    Sequence,
    Splat,
)
from deployer.compliance.hcl.reader import Reader

_NAME = re.compile(r"[^\W\d][\w-]*(?:::[^\W\d][\w-]*)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_INDEX = re.compile(r"\d+")
_KEYWORDS = {"true": True, "false": False, "null": None}
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<=", ">=", "<", ">"), ("+", "-"), ("*", "/", "%"))
_DEEPEST = 50  # each level is a dozen of Python's frames
_LONGEST = 300  # parts of a reference, digits of a number


class ExpressionParser(Reader):
    """One expression at a time, by the precedence of its signs."""

    depth = 0

    @abstractmethod
    def string(self) -> Node:
        """The quoted string or heredoc that begins here."""

    def expression(self) -> Node:
        self.deeper()
        self.blanks()
        start, node = self.at, self._operation(0)
        node = self._choice(node, start) if self.took("?") else node
        self.depth -= 1
        return node

    def _choice(self, condition: Node, start: int) -> Node:
        self.nesting += 1
        yes = self.expression()
        self.take(":")
        self.nesting -= 1
        self.blanks()
        return Choice(condition, yes, self.expression(), text=self.since(start))

    def deeper(self) -> None:
        """Something within something begins. Raises SyntaxWrong where that is too deep."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong("nested too deeply")

    def _operation(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        self.blanks()
        start = self.at
        node = first = self._operation(level + 1)
        while sign := self._sign(_LEVELS[level]):
            self.blanks(newlines=True)
            node = Operation(sign, node, self._operation(level + 1))
        return node if node is first else replace(node, text=self.since(start))

    def _sign(self, signs: tuple[str, ...]) -> str:
        self.blanks()
        for sign in signs:
            if self.peek(sign) and not (sign in "<>" and self.peek(f"{sign}=")):
                self.at += len(sign)
                return sign
        return ""

    def _unary(self) -> Node:
        self.blanks()
        start = self.at
        for sign in "!-":
            if self.peek(sign) and not self.peek("!="):
                self.at += 1
                self.deeper()
                node = Operation(sign, self._unary(), text=self.since(start))
                self.depth -= 1
                return node
        return self._traversed(self._term(), start)

    def _traversed(self, node: Node, start: int) -> Node:
        for _ in range(_LONGEST):
            if self.nesting:
                self.blanks()
            if self.peek("[*]") or self.peek(".*"):
                self.at += 3 if self.peek("[*]") else 2
                node = Splat(node, self._keys(), text=self.since(start))
            elif (key := self._key()) is not None:
                node = Get(node, key, text=self.since(start))
            else:
                return node
        raise self.wrong("too long a reference")

    def _keys(self) -> tuple[Node, ...]:
        keys = []
        while (key := self._key()) is not None:
            keys.append(key)
        return tuple(keys)

    def _key(self) -> Node | None:
        if self.peek("[") and not self.peek("[*]"):
            self.at += 1
            self.nesting += 1
            key = self.expression()
            self.take("]")
            self.nesting -= 1
            return key
        if self.peek(".") and not self.peek("...") and not self.peek(".*"):
            self.at += 1
            if number := self.word(_INDEX):
                return Literal(int(number[:_LONGEST]))
            if name := self.word(_NAME):
                return Literal(name)
            raise self.wrong("expected a name")
        return None

    def _term(self) -> Node:
        self.blanks()
        start = self.at
        if self.peek('"') or self.peek("<<"):
            return self.string()
        if self.peek("("):
            return self._bracketed("(", ")", start)
        if self.peek("["):
            return self._bracketed("[", "]", start)
        if self.peek("{"):
            return self._bracketed("{", "}", start)
        if number := self.word(_NUMBER):
            if len(number) > _LONGEST:
                raise self.wrong("too long a number")
            return Literal(float(number) if set(number) & set(".eE") else int(number), text=number)
        if name := self.word(_NAME):
            if name in _KEYWORDS:
                return Literal(_KEYWORDS[name], text=name)
            return self._call(name, start) if self.peek("(") else Name(name, text=name)
        raise self.wrong("expected a value")

    def _bracketed(self, opening: str, closing: str, start: int) -> Node:
        self.at += 1
        self.nesting += 1
        if opening == "(":
            node = self.expression()
        elif self._is_for():
            node = self._for(opening, start)
        else:
            node = self._sequence(start) if opening == "[" else self._mapping(start)
        self.take(closing)
        self.nesting -= 1
        return node

    def _call(self, name: str, start: int) -> Node:
        self.at += 1
        self.nesting += 1
        arguments, spread = [], False
        while not self.took(")"):
            arguments.append(self.expression())
            spread = self.took("...") or spread
            if not self.took(","):
                self.take(")")
                break
        self.nesting -= 1
        return Call(name, tuple(arguments), spread, text=self.since(start))

    def _sequence(self, start: int) -> Node:
        items = []
        while not self.comes("]"):
            items.append(self.expression())
            if not self.took(","):
                break
        self.blanks()
        return Sequence(tuple(items), text=f"{self.since(start)}]")

    def _mapping(self, start: int) -> Node:
        pairs = []
        while not self.comes("}"):
            key = self.expression()
            if isinstance(key, Name):
                key = Literal(key.name, text=key.name)
            if not self.took("="):
                self.take(":")
            pairs.append((key, self.expression()))
            self.took(",")
        return Mapping(tuple(pairs), text=f"{self.since(start)}}}")

    def _is_for(self) -> bool:
        self.blanks()
        return re.match(r"for\b(?![-.\s]*[=:,])", self.text[self.at : self.at + 20]) is not None

    def for_head(self) -> tuple[tuple[str, ...], Node]:
        """The names and what they run over; `for` is the next word."""
        self.word(_NAME)
        names = [self.word(_NAME)]
        if self.took(","):
            names.append(self.word(_NAME))
        if self.word(_NAME) != "in":
            raise self.wrong("expected `in`")
        return tuple(names), self.expression()

    def _for(self, opening: str, start: int) -> Node:
        names, over = self.for_head()
        self.take(":")
        value, key, grouped = self.expression(), None, False
        if opening == "{":
            self.take("=>")
            key, value = value, self.expression()
            grouped = self.took("...")
        condition = None
        self.blanks()
        if re.match(r"if\b", self.text[self.at : self.at + 3]):
            self.at += 2
            condition = self.expression()
        text = f"{self.since(start)}{']' if opening == '[' else '}'}"
        return For(names, over, value, key, condition, grouped, text=text)
