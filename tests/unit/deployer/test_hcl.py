"""Terraform's language is read and evaluated as far as it is known; the rest stays an expression."""

from pathlib import Path
from typing import Any

import pytest

from deployer.compliance.hcl.evaluate import Evaluator
from deployer.compliance.hcl.instances import instantiated
from deployer.compliance.hcl.modules import module_of
from deployer.compliance.hcl.reading import Reading
from deployer.compliance.hcl.syntax import parsed
from deployer.compliance.hcl.values import plain


def value(expression: str, **scope: Any) -> Any:
    body, wrong = parsed(f"a = {expression}\n")
    assert wrong == []
    return plain(Evaluator(scope).value(body.attributes["a"]))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("-1", -1),
        ("!true || 2 >= 1 && 1 != 2", True),
        ('true ? "y" : "n"', "y"),
        ('"a-${1 + 1}-${"b"}"', "a-2-b"),
        (r'"q\"q\n\u00e9"', 'q"q\né'),
        ('"$${kept} %%{kept}"', "${kept} %{kept}"),
        ('{ a = 1, "b" : 2\n c = 3 }', {"a": 1, "b": 2, "c": 3}),
        ("[1, # one\n 2, /* two */ 3,]", [1, 2, 3]),
        ("[for n in [1, 2, 3] : n * 2 if n > 1]", [4, 6]),
        ("{ for k, v in { a = 1 } : upper(k) => v }", {"A": 1}),
        ('{ for n in ["ab", "ac"] : substr(n, 0, 1) => n... }', {"a": ["ab", "ac"]}),
        ("[{ a = 1 }, { a = 2 }][*].a", [1, 2]),
        ('{ "x y" = { z = [1, 2] } }["x y"].z[1]', 2),
        ('join("-", concat(["eu"], ["west", 1]))', "eu-west-1"),
        ('format("%s-%02d-%%", "a", 7)', "a-7-%"),
        ("try(merge({ a = 1 }, { b = 2 }), null)", {"a": 1, "b": 2}),
        ('lookup({ a = 1 }, "b", 9)', 9),
        ('flatten([["a"], [["b"]]])', ["a", "b"]),
        ('replace("a.b", "/[.]/", "-")', "a-b"),
        ('jsondecode("{\\"a\\": [1]}").a[0]', 1),
        ('"%{ if true }yes%{ else }no%{ endif }"', "yes"),
        ('"%{ for x in ["a", "b"] ~}<${x}>%{ endfor }"', "<a><b>"),
        ("<<-EOT\n    one\n      two ${1}\n    EOT", "one\n  two 1\n"),
    ],
)
def test_what_is_known_is_evaluated(expression: str, expected: Any) -> None:
    """Signs, templates, collections, functions and directives give what Terraform gives."""
    assert value(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("var.x", "${var.x}"),
        ('"arn:${aws_s3_bucket.b.arn}/*"', "arn:${aws_s3_bucket.b.arn}/*"),
        ('aws_x.y["a"].arn', '${aws_x.y["a"].arn}'),
        ("aws_x.y[*].arn", "${aws_x.y[*].arn}"),
        ("var.x ? 1 : 2", "${var.x ? 1 : 2}"),
        ("sha512(var.x)", "${sha512(var.x)}"),
        ("upper(var.x)", "${upper(var.x)}"),
        ("[for x in var.xs : x]", "${[for x in var.xs : x]}"),
        ('concat(["a"], [var.x])', ["a", "${var.x}"]),
        ('jsonencode({ a = aws_x.y["k"].arn })', '{"a": "${aws_x.y[\\"k\\"].arn}"}'),
        ('file("nowhere")', '${file("nowhere")}'),
    ],
)
def test_what_is_not_known_stays_an_expression(expression: str, expected: Any) -> None:
    """Nothing is guessed: what only AWS or a person knows is left as it is written."""
    assert value(expression) == expected


def test_unknown_parts_keep_a_heredoc_json() -> None:
    """An expression's quotes within a JSON heredoc are escaped, so that the policy can still be read."""
    text = value('<<EOT\n{"a": "${aws_x.y["k"].arn}"}\nEOT')

    assert text == '{"a": "${aws_x.y[\\"k\\"].arn}"}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('resource "a" "b" {', "line 1: expected }"),
        ("a = \n", "expected a value"),
        ("\n\na = [1", "line 3: expected ]"),
        ('a = "x', "does not end"),
        ("a = <<EOT\nx\n", "the heredoc EOT does not end"),
        ("a = 1\na = 2\n", "line 2: a is set twice"),
        ('a = "${1"\n', "expected }"),
        ("a = 1 b = 2\n", "expected the end of the line"),
        (f"a = {'(' * 5000}", "nested too deeply"),
    ],
)
def test_what_is_no_hcl_is_told_with_its_line(text: str, said: str) -> None:
    """What Terraform would refuse is told with the line."""
    _, wrong = parsed(text)

    assert said in str(wrong[0])


def test_a_local_that_refers_to_itself_ends(tmp_path: Path) -> None:
    """A circle of locals, which Terraform refuses, is unknown instead of endless."""
    (tmp_path / "main.tf").write_text('locals {\n  a = "${local.b}!"\n  b = local.a\n}\n')
    reading = Reading(tmp_path, tmp_path)
    module = module_of([tmp_path / "main.tf"], tmp_path, Path.read_text, reading)

    assert "${local." in str(instantiated(module, lambda _: None, {}, reading).evaluator.scope["local"]["a"])
