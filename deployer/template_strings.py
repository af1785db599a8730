"""Takes a Terraform template string apart: what is written literally, and what is only known when it is evaluated.

Called by the rules. A name in an expression is a reference, not a literal: `${aws_s3_bucket.eu-west-1.arn}` names a
resource; the quoted strings within an expression are literals again.
"""

import re
from collections.abc import Iterator
from typing import Any

_QUESTION = re.compile(r"\b(?:contains|startswith|endswith|strcontains|can|regexall)\(")
_OPENING = re.compile(r"\$\$\{|%%\{|[$%]\{")
OPAQUE = "\ufffd"  # stands for what is not known before evaluation; no name and no ARN contains it


def literals(text: str) -> Iterator[str]:
    """The literal parts of a template, each with OPAQUE in place of its expressions."""
    plain, expressions = parts(text)
    yield plain
    for expression in expressions:
        for string in quoted(expression):
            yield from literals(string)


def parts(text: str) -> tuple[str, list[str]]:
    """A template's text with OPAQUE for each expression, and the expressions."""
    plain, expressions, at = [], [], 0
    while match := _OPENING.search(text, at):
        plain.append(text[at : match.start()])
        if len(match[0]) > 2:
            plain.append(match[0][1:])
            at = match.end()
        else:
            end = _closing(text, match.end())
            expressions.append(text[match.end() : end])
            plain.append(OPAQUE)
            at = end + 1
    return "".join([*plain, text[at:]]), expressions


def quoted(expression: str) -> Iterator[str]:
    """The quoted strings of an expression, unescaped; not those that are compared with, nor the keys of an object."""
    expression, at = _without_questions(expression), 0
    while (start := expression.find('"', at)) >= 0:
        end = _end_of_string(expression, start + 1)
        before, after = expression[:start].rstrip(), expression[end + 1 : end + 20].lstrip()
        if not before.endswith(("==", "!=")) and not after.startswith(("=", "!=")):
            yield expression[start + 1 : end].replace('\\"', '"').replace("\\\\", "\\")
        at = end + 1


def _without_questions(expression: str) -> str:
    """Without calls that ask whether something is so: what they ask for is compared with, as by `==`."""
    kept, at = [], 0
    while match := _QUESTION.search(expression, at):
        kept.append(expression[at : match.start()])
        at = _closing(expression, match.end(), "()") + 1
    return "".join([*kept, expression[at:]])


def _closing(text: str, at: int, pair: str = "{}") -> int:
    """Where the expression that begins at `at` ends; a quoted brace closes nothing."""
    depth = 1
    while at < len(text):
        if text[at] == '"':
            at = _end_of_string(text, at + 1)
        elif text[at] in pair:
            depth += 1 if text[at] == pair[0] else -1
            if not depth:
                return at
        at += 1
    return len(text)


def _end_of_string(text: str, at: int) -> int:
    while at < len(text) and text[at] != '"':
        if text[at] == "\\":
            at += 2
        elif text.startswith(("${", "%{"), at):
            at = _closing(text, at + 2) + 1
        else:
            at += 1
    return at


def walk(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every string of a JSON value with the names that lead to it."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, (*path, str(key)))
    elif isinstance(node, list):
        for value in node:
            yield from walk(value, path)
    elif isinstance(node, str):
        yield path, node
