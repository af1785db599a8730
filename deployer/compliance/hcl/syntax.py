"""Terraform's language, read into the tree of nodes.py: files by `parsed`, the strings of Terraform JSON by `template`.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re

from deployer.compliance.hcl.nodes import Block, Body, Node
from deployer.compliance.hcl.reader import Reader, SyntaxWrong
from deployer.compliance.hcl.templates import TemplateParser

_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_TOP = "action|check|data|ephemeral|import|locals|module|moved|output|provider|removed|resource|terraform|variable"
_NEXT = re.compile(rf"^(?:{_TOP})\b[^={{\n]*\{{", re.MULTILINE)
_MOST_WRONG = 50


def parsed(text: str, file: str = "") -> tuple[Body, list[SyntaxWrong]]:
    """A whole file, and what in it is no Terraform: the blocks before and after are read all the same."""
    parser = FileParser(text.removeprefix("\ufeff"), file)
    body, wrong = Body(), list[SyntaxWrong]()
    while len(wrong) < _MOST_WRONG:
        begun = parser.at
        try:
            parser.body_into(body, "")
            break
        except SyntaxWrong as error:
            wrong.append(error)
        except RecursionError:
            wrong.append(SyntaxWrong("nested too deeply", parser.line()))
        parser.to_next_block(begun)
    return body, wrong


def template(text: str) -> Node:
    """A string as Terraform JSON has it. Raises SyntaxWrong."""
    return TemplateParser(text).template("")


class FileParser(TemplateParser):
    """Bodies: attributes, and blocks with their labels."""

    def __init__(self, text: str, file: str) -> None:
        super().__init__(text)
        self.file, self.entered = file, 0

    def body_into(self, body: Body, end: str) -> Body:
        """Read on, up to `end` or the text's end."""
        while True:
            self.blanks(newlines=True)
            if self.at >= len(self.text) or (end and self.peek(end)):
                return body
            self._entry(body)

    def to_next_block(self, begun: int) -> None:
        """Go on behind what could not be read, which began after `begun`."""
        self.nesting = self.depth = 0
        start = max(self.entered, begun)
        match = _NEXT.search(self.text, start + 1)
        self.at = match.start() if match else len(self.text)

    def _entry(self, body: Body) -> None:
        if not self.depth:
            self.entered = self.at
        line, name = self.line(), self._identifier()
        self.blanks()
        if self.peek("=") and not self.peek("=="):
            self.at += 1
            if name in body.attributes:
                raise self.wrong(f"{name} is set twice")
            body.attributes[name], body.lines[name] = self.expression(), line
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
        self.deeper()
        inner = self.body_into(Body(), "}")
        self.take("}")
        self.nesting, self.depth = kept, self.depth - 1
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
