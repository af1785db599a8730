"""Terraform's language, read into the tree of nodes.py: files by `parsed`, the strings of Terraform JSON by `template`.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re

from deployer.compliance.hcl.nodes import Block, Body, Node
from deployer.compliance.hcl.reader import Reader, SyntaxWrong
from deployer.compliance.hcl.templates import TemplateParser

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")


def parsed(text: str, file: str = "") -> Body:
    """A whole file. Raises SyntaxWrong with the line."""
    parser = FileParser(text.removeprefix("\ufeff"), file)
    body = parser.body("")
    if parser.at < len(parser.text):
        raise parser.wrong("expected a block or an attribute")
    return body


def template(text: str) -> Node:
    """A string as Terraform JSON has it. Raises SyntaxWrong."""
    return TemplateParser(text).template("")


class FileParser(TemplateParser):
    """Bodies: attributes, and blocks with their labels."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file = file

    def body(self, end: str) -> Body:
        body = Body()
        while True:
            self.blanks(newlines=True)
            if self.at >= len(self.text) or (end and self.peek(end)):
                return body
            self._entry(body)

    def _entry(self, body: Body) -> None:
        line, name = self.line(), self._identifier()
        self.blanks()
        if self.peek("=") and not self.peek("=="):
            self.at += 1
            if name in body.attributes:
                raise self.wrong(f"{name} is set twice")
            body.attributes[name] = self.expression()
            self._end_of_line()
            return
        labels = []
        while not self.peek("{"):
            labels.append(self._label())
            self.blanks()
        self.at += 1
        inner = self._nested_body()
        body.blocks.append(Block(name, tuple(labels), inner, line, self.file))

    def _nested_body(self) -> Body:
        kept, self.nesting = self.nesting, 0
        inner = self.body("}")
        self.take("}")
        self.nesting = kept
        return inner

    def _label(self) -> str:
        if self.peek('"'):
            self.at += 1
            end = self.text.find('"', self.at)
            if end < 0:
                raise self.wrong("a label does not end")
            label, self.at = self.text[self.at : end], end + 1
            return label
        return self._identifier()

    def _identifier(self) -> str:
        match = _IDENTIFIER.match(self.text, self.at)
        if not match:
            raise self.wrong("expected a name")
        self.at = match.end()
        return match[0]

    def _end_of_line(self) -> None:
        self.blanks()
        if self.at < len(self.text) and self.text[self.at] not in "\n}":
            raise self.wrong("expected the end of the line")


__all__ = ["Reader", "SyntaxWrong", "parsed", "template"]
