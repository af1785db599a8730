"""Terraform as nobody writes it: blocks and expressions drawn by Hypothesis, most of them valid, some cut or spoilt."""

import json
from typing import Any

from hypothesis import strategies as st

NAMES = st.sampled_from(["a", "b", "name", "region", "policy", "count_of", "tags"])
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\\$%\n\r'), max_size=8)
FUNCTIONS = st.sampled_from([
    "lower", "join", "merge", "concat", "jsonencode", "jsondecode", "try", "can", "file", "fileset", "format", "lookup",
    "element", "range", "replace", "regex", "split", "toset", "zipmap", "setproduct", "length", "values", "keys",
    "flatten", "coalesce", "templatefile", "provider::aws::arn_parse", "nothing_of_that_name", "tonumber", "slice",
])  # fmt: skip
REFERENCES = st.sampled_from([
    "var.a", "var.none", "local.a", "local.b", "local.none", "module.m", "module.m.out", "module.m[0].out",
    'module.m["a"].out', "each.key", "each.value", "count.index", "self.id", "path.module", "terraform.workspace",
    "data.aws_iam_policy_document.d.json", "data.aws_region.r.name", "aws_sqs_queue.q.arn", "aws_sqs_queue.q[*].arn",
    "var", "module", "null", "true", "x.y.z",
])  # fmt: skip
SIGNS = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"])
LITERALS = st.one_of(
    st.integers(-5, 10**20).map(str), st.floats(allow_nan=False, allow_infinity=False).map(repr),
    TEXT.map(lambda text: f'"{text}"'), REFERENCES,
)  # fmt: skip


def _more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, max_size=3)
    return st.one_of(
        some.map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(NAMES, inner), max_size=3).map(
            lambda pairs: "{ " + ", ".join(f"{name} = {value}" for name, value in pairs) + " }"
        ),
        st.builds("{}({})".format, FUNCTIONS, some.map(", ".join)),
        st.builds("{}({}...)".format, FUNCTIONS, inner),
        st.builds("{} {} {}".format, inner, SIGNS, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("[for k, v in {} : {} if {}]".format, inner, inner, inner),
        st.builds("{{ for v in {} : {} => {}... }}".format, inner, inner, inner),
        st.builds('"x${{{}}}y"'.format, inner),
        st.builds('"%{{ if {} }}{}%{{ else }}b%{{ endif }}"'.format, inner, NAMES),
        st.builds('"%{{ for v in {} }}${{v}}%{{ endfor }}"'.format, inner),
        st.builds("<<-EOT\n  a ${{{}}}\n  EOT\n".format, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[*].{}".format, inner, NAMES),
        st.builds("-{}".format, inner),
    )


EXPRESSIONS = st.recursive(LITERALS, _more, max_leaves=6)


@st.composite
def bodies(draw: st.DrawFn, depth: int = 0) -> str:
    """Arguments, and blocks within, some of them `dynamic`."""
    lines = [f"{draw(NAMES)} = {draw(EXPRESSIONS)}" for _ in range(draw(st.integers(0, 3)))]
    if depth < 2 and draw(st.booleans()):
        lines.append(f"{draw(NAMES)} {{\n{draw(bodies(depth + 1))}\n}}")
    if depth < 2 and draw(st.booleans()):
        inner = draw(bodies(depth + 1))
        lines.append(f'dynamic "inner" {{\nfor_each = {draw(EXPRESSIONS)}\ncontent {{\n{inner}\n}}\n}}')
    return "\n".join(lines)


HEADS = st.sampled_from([
    'resource "aws_sqs_queue" "r"', 'resource "aws_iam_policy" "p"', 'data "aws_iam_policy_document" "d"', "locals",
    'module "m"', 'variable "a"', 'output "out"', 'provider "aws"', "terraform", "moved", "import", 'check "c"',
    'ephemeral "x" "y"', "provider", 'thing "x"', 'resource "x"',
])  # fmt: skip
META = st.sampled_from(["", "count = {}", "for_each = {}", 'source = "./m"\nfor_each = {}', "default = {}"])


@st.composite
def blocks(draw: st.DrawFn) -> str:
    """A block at the top level."""
    meta = draw(META).format(draw(EXPRESSIONS))
    return f"{draw(HEADS)} {{\n{meta}\n{draw(bodies())}\n}}\n"


@st.composite
def files(draw: st.DrawFn) -> str:
    """Some blocks; every third file is cut, or has a letter too many."""
    text = "\n".join(draw(st.lists(blocks(), min_size=1, max_size=5)))
    spoilt = draw(st.integers(0, 5))
    at = draw(st.integers(0, len(text)))
    if spoilt == 0:
        return text[:at]
    return text[:at] + draw(st.sampled_from(list('{}[]()"$%\\\n<=.'))) + text[at:] if spoilt == 1 else text


IN_JSON = EXPRESSIONS.map("${{{}}}".format)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), IN_JSON),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip
KINDS = st.sampled_from(["resource", "data", "locals", "module", "variable", "provider", "terraform", "output", "x"])


def documents() -> st.SearchStrategy[str]:
    """Terraform JSON with anything where a block should stand."""
    typed = st.dictionaries(
        st.sampled_from(["aws_sqs_queue", "x", "//"]), st.one_of(VALUES, st.dictionaries(NAMES, VALUES))
    )
    return st.dictionaries(KINDS, st.one_of(VALUES, typed), max_size=4).map(json.dumps)
