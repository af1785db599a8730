"""Strings of Terraform's language: quoted, heredocs, and what stands between `${` or `%{` and `}` in them."""

import re
import sys
import textwrap

from deployer.compliance.hcl.expressions import ExpressionParser
from deployer.compliance.hcl.nodes import Choice, For, Literal, Node, Template

_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)\r?\n")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_PLAIN = re.compile(r'[^$%"\\]+')
_DIRECTIVE = re.compile(r"[a-z]+")


class TemplateParser(ExpressionParser):
    """Adds strings to expressions."""

    def string(self) -> Node:
        start = self.at
        if self.peek("<<"):
            return self._heredoc()
        self.at += 1
        node = self.template('"')
        if not self.peek('"'):
            raise self.wrong("a string does not end")
        self.at += 1
        text = self.since(start)
        return Literal(node.value, text=text) if isinstance(node, Literal) else Template(_parts(node), text=text)

    def _heredoc(self) -> Node:
        match = _HEREDOC.match(self.text, self.at)
        if not match:
            raise self.wrong("expected a heredoc")
        end = re.compile(rf"^[ \t]*{re.escape(match[2])}[ \t\r]*$", re.MULTILINE).search(self.text, match.end())
        if not end:
            raise self.wrong(f"the heredoc {match[2]} does not end")
        content, line = self.text[match.end() : end.start()], self.line() + 1
        self.at = end.end()
        return TemplateParser(textwrap.dedent(content) if match[1] else content, line).template("")

    def template(self, end: str) -> Node:
        """The parts up to `end`, which is a quote, or blank for the end of the text."""
        parts = self._until(end, ())[0]
        if not parts:
            return Literal("", text='""')
        if len(parts) == 1 and isinstance(parts[0], str):
            return Literal(parts[0], text=parts[0])
        return Template(tuple(parts), text=self.text)

    def _until(self, end: str, directives: tuple[str, ...]) -> tuple[list[str | Node], str]:
        """The parts up to `end` or one of the directives, and which of these it was."""
        parts: list[str | Node] = []
        while self.at < len(self.text) and not (end and self.peek(end)):
            if self.peek("%{"):
                word, node = self._directive(end, directives)
                if node is None:
                    return _joined(parts), word
                parts.append(node)
            elif self.peek("${"):
                parts.append(self._interpolation())
            else:
                parts.append(self._plain(end))
        if directives:
            raise self.wrong(f"expected a directive {directives[-1]}")
        return _joined(parts), ""

    def _plain(self, end: str) -> str:
        if self.peek("$${") or self.peek("%%{"):
            self.at += 3
            return self.text[self.at - 2 : self.at]
        if end and self.peek("\\"):
            return self._escape()
        match = _PLAIN.match(self.text, self.at)
        self.at = match.end() if match else self.at + 1
        return match[0] if match else self.text[self.at - 1]

    def _escape(self) -> str:
        match = _ESCAPE.match(self.text, self.at)
        if not match:
            raise self.wrong("a string does not end")
        self.at = match.end()
        code = match[1] or match[2]
        return _letter(int(code, 16)) if code else _ESCAPES.get(match[3], match[0])

    def _interpolation(self) -> Node:
        self.at += 3 if self.peek("${~") else 2
        self.nesting += 1
        node = self.expression()
        self._close()
        return node

    def _directive(self, end: str, wanted: tuple[str, ...]) -> tuple[str, Node | None]:
        self.at += 3 if self.peek("%{~") else 2
        self.nesting += 1
        self.blanks()
        start, word = self.at, self.word(_DIRECTIVE)
        if word in wanted:
            self._close()
            return word, None
        if word == "if":
            return word, self._if(end, start)
        if word == "for":
            self.at = start
            names, over = self.for_head()
            self._close()
            inner, _ = self._until(end, ("endfor",))
            return word, For(names, over, Template(tuple(inner)), joined=True, text=self.since(start))
        raise self.wrong("an unknown directive")

    def _if(self, end: str, start: int) -> Node:
        condition = self.expression()
        self._close()
        yes, word = self._until(end, ("else", "endif"))
        no: list[str | Node] = []
        if word == "else":
            no, _ = self._until(end, ("endif",))
        return Choice(condition, Template(tuple(yes)), Template(tuple(no)), text=self.since(start))

    def _close(self) -> None:
        self.blanks()
        self.took("~")
        if not self.peek("}"):
            raise self.wrong("expected }")
        self.at += 1
        self.nesting -= 1


def _letter(code: int) -> str:
    """What is no letter of Unicode is the sign for that, as Terraform has it."""
    return chr(code) if code <= sys.maxunicode and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def _parts(node: Node) -> tuple[str | Node, ...]:
    return node.parts if isinstance(node, Template) else (node,)


def _joined(parts: list[str | Node]) -> list[str | Node]:
    """Neighbouring literal parts as one."""
    joined: list[str | Node] = []
    for part in parts:
        if joined and isinstance(part, str) and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return joined
