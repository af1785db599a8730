"""The whole of Terraform's language: what people write is read, and what can't be known is unknown in its part."""

from pathlib import Path
from typing import Any

import pytest

from deployer.region_names import regions_in
from deployer.template_strings import literals
from tests.policy.evaluating import QUEUE, evaluated, faults, laid_out, subjects_and_notes, value_of

ARN = '"arn:aws:sqs:eu-west-1:${data.aws_caller_identity.me.account_id}:q"'
REGION = 'locals {\n  region = "eu-west-1"\n  arn = "arn:aws:sqs:${local.region}:${var.account}:q"\n}\n'
MODULE = 'variable "name" {}\noutput "arn" {\n  value = "arn:${var.name}"\n}\n' + QUEUE


@pytest.mark.parametrize(
    "expression",
    [
        ARN, f"lower({ARN})", f'replace({ARN}, "q", "r")', f'split("/", {ARN})[0]', f'trimsuffix({ARN}, ":q")',
        f'format("%s-more", {ARN})', f'join(",", [{ARN}])', f'jsonencode({{ Resource = {ARN} }})',
        f'provider::aws::arn_parse({ARN}).region', f'try({ARN}, null)', f'upper(lower({ARN}))', f'[{ARN}][0]',
        f'{{ a = {ARN} }}["a"]', f'coalesce({ARN}, "x")', f'flatten([[{ARN}]])[0]',
        f'merge({{ a = var.x }}, {{ b = {ARN} }}).b', f'"${{var.x}}-${{lower({ARN})}}"',
        'provider::aws::arn_build("aws", "sqs", "eu-west-1", var.account, "q")',
        "lower(local.arn)", 'split(":", local.arn)[3]', "<<-EOT\n    at ${local.arn}\n  EOT",
    ],
)  # fmt: skip
def test_what_is_known_of_a_text_stays_known(tmp_path: Path, expression: str) -> None:
    """A function of a text with unknown parts goes on around them: the region in it is still seen."""
    found = value_of(tmp_path, expression, REGION)

    assert [region for text in literals(found) for region in regions_in(text.lower())] == ["eu-west-1"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("lower(var.x)", "${lower(var.x)}"),
        ("length(var.x)", "${length(var.x)}"),
        ("provider::other::replace(\"a\", \"a\", \"b\")", '${provider::other::replace("a", "a", "b")}'),
        ('core::upper("a")', "A"),
        ('try({}.a.b, "other")', "other"),
        ('try(regex("x", "y"), "other")', "other"),
        ('try(var.x.a, "other")', "${var.x.a}"),
        ("can({}.a)", False),
        ("can(var.x)", "${can(var.x)}"),
        ('regex("[", "x")', '${regex("[", "x")}'),
        ("1 / 0", "${1 / 0}"),
        ('2 * "3"', 6.0),
        ('2 * "x"', '${2 * "x"}'),
        ('"a" + "b"', '${"a" + "b"}'),
        ('!"true" || "true" && true', True),
        ("1 && true", "${1 && true}"),
        ("null", None),
        ('"\\ud83d"', "\ufffd"),
        ('"\\U0001F513"', "\U0001f513"),
        ("ephemeral.aws_secretsmanager_secret_version.s.secret_string",
         "${ephemeral.aws_secretsmanager_secret_version.s.secret_string}"),
        ('[for k, v in { a = 1 } : "${k}${v}"]', ["a1"]),
        ('{ for k in ["a"] : k => upper(k) }', {"a": "A"}),
        ("[{ id = 1 }, { id = 2 }][*].id", [1, 2]),
        ("var.x[*].id", "${var.x[*].id}"),
        ('templatestring("hello $${name}", { name = "you" })', "hello you"),
    ],
)  # fmt: skip
def test_an_expression_comes_to_what_terraform_makes_of_it(tmp_path: Path, expression: str, expected: Any) -> None:
    """What is known is a value; what is not, or would fail, is the expression itself."""
    assert value_of(tmp_path, expression) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<EOT\n  a\n    b\nEOT", "  a\n    b\n"),
        ("<<-EOT\n    a\n      b\n    EOT", "a\n  b\n"),
        ("<<-EOT\r\n    a\r\n      b\r\n    EOT\r", "a\n  b\n"),
        ("<<EOT\n%{ for x in [1, 2] ~}\n${x}\n%{ endfor ~}\nEOT", "\n1\n\n2\n\n"),
        ('"%{ if true }yes%{ else }no%{ endif }"', "yes"),
        ('"$${a} %%{b}"', "${a} %{b}"),
        ('<<EOT\n"quoted" \\n\nEOT', '"quoted" \\n\n'),
    ],
)
def test_strings_and_heredocs(tmp_path: Path, text: str, expected: str) -> None:
    """Quoted, indented, with directives, and with Windows' line ends."""
    assert value_of(tmp_path, text) == expected


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    """A file as Windows writes it is the same."""
    content = b"\xef\xbb\xbf" + QUEUE.replace("\n", "\r\n").encode()

    assert evaluated(tmp_path, {"main.tf": content}) == {"aws_sqs_queue.q": {"name": "q"}}


@pytest.mark.parametrize("over", ['toset(["a", "b"])', '{ a = "x", b = "y" }', "2"])
def test_instances_of_a_module_are_a_collection(tmp_path: Path, over: str) -> None:
    """What is made of all instances of a module by `for`, a splat or a function is known."""
    meta = "count" if over == "2" else "for_each"
    name = "count.index" if over == "2" else "each.key"
    main = f'module "m" {{\n  source = "./m"\n  {meta} = {over}\n  name = {name}\n}}\n' + (
        'resource "aws_ssm_parameter" "p" {\n  value = join(",", [for m in module.m : m.arn])\n}\n'
    )
    found = evaluated(tmp_path, {"main.tf": main, "m/main.tf": MODULE})

    assert found["aws_ssm_parameter.p"]["value"] == ("arn:0,arn:1" if over == "2" else "arn:a,arn:b")
    assert len(found) == 3


def test_instances_that_nobody_knows_are_judged_once(tmp_path: Path) -> None:
    """A `for_each` over what nobody knows, or over nothing, makes one instance, of which the key is unknown."""
    main = (
        'variable "names" {}\nvariable "none" {\n  default = []\n}\n'
        + "".join(
            f'module "{name}" {{\n  source = "./m"\n  for_each = toset(var.{name})\n  name = each.key\n}}\n'
            for name in ("names", "none")
        )
        + 'resource "aws_ssm_parameter" "p" {\n  value = jsonencode({ for k, v in module.names : k => v.arn })\n}\n'
    )
    found = evaluated(tmp_path, {"main.tf": main, "m/main.tf": MODULE})

    assert set(found) == {"aws_ssm_parameter.p", "module.names.aws_sqs_queue.q", "module.none.aws_sqs_queue.q"}
    assert found["aws_ssm_parameter.p"]["value"] == '"${{ for k, v in module.names : k => v.arn}}"'


def test_dynamic_blocks_are_unrolled_in_both_syntaxes(tmp_path: Path) -> None:
    """In HCL and in JSON, nested, with an iterator of another name; of what is unknown there is one."""
    hcl = """resource "aws_security_group" "g" {
      dynamic "ingress" {
        for_each = [22, 80]
        iterator = port
        content {
          from_port = port.value
          dynamic "inner" {
            for_each = var.unknown
            content { at = inner.value }
          }
        }
      }
    }"""
    json = """{"resource": {"aws_security_group": {"j": {"dynamic": {"ingress": {
        "for_each": [22, 80], "content": {"from_port": "${ingress.value}"}}}}}}}"""
    found = evaluated(tmp_path, {"main.tf": hcl, "more.tf.json": json})
    inner = [{"at": "${inner.value}"}]

    assert found["aws_security_group.g"]["ingress"] == [
        {"from_port": 22, "inner": inner}, {"from_port": 80, "inner": inner}]  # fmt: skip
    assert found["aws_security_group.j"]["ingress"] == [{"from_port": 22}, {"from_port": 80}]


def test_blocks_that_make_nothing_are_read_and_no_fault(tmp_path: Path) -> None:
    """`moved`, `removed`, `import`, `check`, `ephemeral` and write-only arguments are part of the language."""
    main = """
      terraform {
        required_version = ">= 1.11"
      }
      moved {
        from = aws_sqs_queue.a
        to   = aws_sqs_queue.q
      }
      removed {
        from = aws_sqs_queue.old
        lifecycle { destroy = false }
      }
      import {
        for_each = toset(["q"])
        to       = aws_sqs_queue.q
        id       = "https://sqs/${each.key}"
      }
      check "health" {
        data "http" "it" { url = "https://example.org" }
        assert {
          condition     = data.http.it.status_code == 200
          error_message = "${data.http.it.url} is down"
        }
      }
      ephemeral "random_password" "p" { length = 16 }
      resource "aws_db_instance" "d" {
        password_wo         = ephemeral.random_password.p.result
        password_wo_version = 1
      }
    """
    subjects, notes = subjects_and_notes(laid_out(tmp_path, {"main.tf": main + QUEUE}))

    assert [one for one in notes if one.is_fault] == []
    assert {address for one in subjects for address in one.blocks()} == {"aws_db_instance.d", "aws_sqs_queue.q"}


def test_override_files_change_what_is_there(tmp_path: Path) -> None:
    """Arguments replace arguments, blocks all blocks of their kind; locals and providers too; in both syntaxes."""
    files = {
        "main.tf": """
          locals { name = "a" }
          provider "aws" { region = "eu-west-1" }
          resource "aws_s3_bucket" "b" {
            bucket = local.name
            acl    = "public-read"
            versioning { enabled = false }
          }""",
        "override.tf": 'resource "aws_s3_bucket" "b" {\n  acl = "private"\n  versioning { enabled = true }\n}\n',
        "z_override.tf.json": '{"locals": {"name": "c"}, "provider": {"aws": {"region": "${var.region}"}}}',
    }
    subjects, notes = subjects_and_notes(laid_out(tmp_path, files))
    (written,) = [one for one in subjects if not one.is_plan]

    assert notes == []
    assert evaluated(tmp_path)["aws_s3_bucket.b"] == {
        "bucket": "c", "acl": "private", "versioning": [{"enabled": True}]}  # fmt: skip
    assert written.document["provider"] == {"aws": [{"region": "${var.region}"}]}


def test_json_beside_hcl_is_the_same_module(tmp_path: Path) -> None:
    """A local in one file is known in the other, and each block is told at its own file and line."""
    files = {
        "main.tf": 'locals {\n  name = "q"\n}\n',
        "queue.tf.json": '{\n "resource": {\n  "aws_sqs_queue": {\n   "q": {"name": "${local.name}"}}}}',
    }
    subjects, _ = subjects_and_notes(laid_out(tmp_path, files))

    assert evaluated(tmp_path)["aws_sqs_queue.q"] == {"name": "q"}
    assert {one.place("aws_sqs_queue.q") for one in subjects} == {("queue.tf.json", 4)}


def test_variables_may_be_given_as_json(tmp_path: Path) -> None:
    """`terraform.tfvars.json` and `*.auto.tfvars.json` count like those in HCL."""
    files = {
        "main.tf": 'variable "a" {}\nvariable "b" {}\nresource "aws_sqs_queue" "q" {\n  name = "${var.a}${var.b}"\n}\n',
        "terraform.tfvars.json": '{"a": "x"}',
        "more.auto.tfvars.json": '{"b": "y"}',
    }

    assert evaluated(tmp_path, files)["aws_sqs_queue.q"] == {"name": "xy"}


def test_a_file_of_opentofu_stands_in_for_its_twin(tmp_path: Path) -> None:
    """With `a.tofu` beside `a.tf` the first is judged, and the second is told as not judged."""
    files = {"a.tofu": QUEUE, "a.tf": QUEUE.replace('"q"\n', '"other"\n'), "b.tofu": "locals {\n  a = 1\n}\n"}
    _, notes = subjects_and_notes(laid_out(tmp_path, files))

    assert evaluated(tmp_path) == {"aws_sqs_queue.q": {"name": "q"}}
    assert [(one.file, one.is_fault) for one in notes] == [("a.tf", False)]


def test_documents_of_policies_by_count_and_for_each_are_known(tmp_path: Path) -> None:
    """`data.aws_iam_policy_document.x["a"].json` is its policy."""
    main = """data "aws_iam_policy_document" "d" {
      for_each = toset(["a"])
      statement { actions = ["s3:${each.key}"] }
    }
    resource "aws_iam_policy" "p" { policy = data.aws_iam_policy_document.d["a"].json }
    """

    assert '"s3:a"' in evaluated(tmp_path, {"main.tf": main})["aws_iam_policy.p"]["policy"]


def test_path_root_is_the_root_modules(tmp_path: Path) -> None:
    """In a module, `path.root` is where the root is, and `path.module` where the module is."""
    inner = 'resource "aws_sqs_queue" "q" {\n  name = "${basename(path.root)} ${basename(path.module)}"\n}\n'
    found = evaluated(tmp_path / "top", {"main.tf": 'module "m" {\n  source = "./m"\n}\n', "m/main.tf": inner})

    assert found["module.m.aws_sqs_queue.q"] == {"name": "top m"}


def test_nothing_of_it_is_a_fault(tmp_path: Path) -> None:
    """Comments of all kinds, odd spacing, operators over lines and trailing commas are read."""
    text = """/* a */ # b
    resource aws_sqs_queue q { // labels need no quotes
      name = (
        true
        ? "a" # the first
        : "b"
      )
      tags = { "a" : 1, b = 2, (local.c) = 3, }
      policy = jsonencode({ a = [1, 2,], })
      count = length([
        for x in ["a"] : x
        if x != "" && !(x == "b") || -1 > 0
      ])
    }
    """

    assert faults(tmp_path, {"main.tf": text}) == []
