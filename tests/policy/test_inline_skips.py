"""Skips in Checkov's words, beside what they skip."""

import json
from pathlib import Path

import pytest

from deployer.compliance.inline import Skip, applied, skips_in
from deployer.compliance.judgement import BareSkip, Finding, Judgement, Suppressed
from deployer.compliance.reports.asides import asides
from deployer.compliance.scan import scan
from deployer.compliance.subject import subjects_at
from tests.policy.shared import PLACES

TOPIC = """
resource "aws_sns_topic" "t" {
  name = "{"
  %s
}
"""
MODULES = {
    "main.tf": 'module "m" {\n  source = "./m"\n  # checkov:skip=CKV_AWS_26:all of it is public\n}\n'
    'module "n" {\n  source = "./m"\n}\n',
    "m/main.tf": 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n',
}


def finding(resource: str, line: int, file: str = "main.tf", rule: str = "CKV_AWS_26") -> Finding:
    return Finding(rule, "MEDIUM", resource, file, line, "not encrypted", "encrypt it")


def laid_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("comment", "rules", "reason"),
    [
        ("#checkov:skip=CKV_AWS_26:public data", ["CKV_AWS_26"], "public data"),
        ("// checkov:skip= CKV_AWS_26: public: data ", ["CKV_AWS_26"], "public: data"),
        ("/* a word\n  checkov:skip=TAP_TLS_1:public data */", ["TAP_TLS_1"], "public data"),
        ("# bridgecrew:skip=CKV_AWS_26,CKV2_AWS_1:public", ["CKV_AWS_26", "CKV2_AWS_1"], "public"),
        ("tags = {} # cortex:skip=CKV_AWS_26:public", ["CKV_AWS_26"], "public"),
        ("#checkov:skip=CKV_AWS_26", ["CKV_AWS_26"], ""),
        ("#checkov:skip=CKV_AWS_26: ", ["CKV_AWS_26"], ""),
        ("# checkov:skip=", [], ""),
        ('x = "#checkov:skip=CKV_AWS_26:public"', [], ""),
        ("x = <<-EOT\n    #checkov:skip=CKV_AWS_26:public }\n  EOT", [], ""),
    ],
)
def test_a_comment_in_a_block_skips(comment: str, rules: list[str], reason: str) -> None:
    """As Checkov takes it, from the block's first line to its last; what stands in a string is no comment."""
    text = TOPIC % comment
    found = list(skips_in(text))

    assert [(one.rule, one.reason) for one in found] == [(rule, reason) for rule in rules]
    assert {(one.first, one.last) for one in found} <= {(2, text.count("\n"))}
    assert all("skip=" in text.splitlines()[one.line - 1] for one in found)


def test_a_comment_outside_of_a_block_skips_nothing() -> None:
    """Neither above a block nor below it."""
    comment = "# checkov:skip=CKV_AWS_26:public\n"

    assert list(skips_in(f"{comment}{TOPIC % ''}{comment}")) == []


def test_a_skip_is_of_its_block_alone() -> None:
    """Of two blocks in one file, each has its own."""
    first, second = skips_in((TOPIC % "#checkov:skip=A:why") + (TOPIC % "#checkov:skip=B:why"))

    assert (first, second) == (Skip("A", "why", 4, 2, 5), Skip("B", "why", 9, 7, 10))


def test_with_a_reason_it_is_suppressed_and_without_it_stays(tmp_path: Path) -> None:
    """The first with its file and line; of the second is told where it stands."""
    bare = TOPIC.replace('"t"', '"bare"') % "#checkov:skip=CKV_AWS_26"
    laid_out(tmp_path, {"main.tf": TOPIC % "#checkov:skip=CKV_AWS_26:public data", "bare.tf": bare})
    stays, goes = finding("aws_sns_topic.bare", 2, "bare.tf"), finding("aws_sns_topic.t", 2)
    other = finding("aws_sns_topic.t", 2, rule="CKV_AWS_27")
    left, suppressed, unreasoned = applied(subjects_at(tmp_path), [stays, goes, other], tmp_path)

    assert left == [stays, other]
    assert suppressed == [Suppressed("CKV_AWS_26", "aws_sns_topic.t", "public data", "", "main.tf", 4)]
    assert unreasoned == [BareSkip("CKV_AWS_26", "aws_sns_topic.bare", "bare.tf", 4)]
    assert asides(Judgement(1, 1, (), tuple(left), bare_skips=tuple(unreasoned))) == [
        "not honoured: 1 skip without a reason: CKV_AWS_26 at bare.tf:4; write checkov:skip=ID:reason"
    ]


def test_the_same_rule_at_the_next_resource_stays(tmp_path: Path) -> None:
    """A skip reaches no further than its block, however many of its kind the file has."""
    next_one = TOPIC.replace('"t"', '"next"') % ""
    laid_out(tmp_path, {"main.tf": (TOPIC % "#checkov:skip=CKV_AWS_26:public data") + next_one})
    found = [finding("aws_sns_topic.t", 2), finding("aws_sns_topic.next", 7)]

    assert applied(subjects_at(tmp_path), found, tmp_path)[0] == [found[1]]


def test_a_skip_in_a_call_is_of_all_in_the_module(tmp_path: Path) -> None:
    """And of no other call of the same module."""
    laid_out(tmp_path, MODULES)
    found = [finding(f"module.{name}.aws_sns_topic.t", 1, "m/main.tf") for name in ("m", "n")]
    left, suppressed, _ = applied(subjects_at(tmp_path), found, tmp_path)

    assert left == [found[1]]
    assert [(one.file, one.line) for one in suppressed] == [("main.tf", 3)]


@pytest.mark.parametrize("within", [lambda skips: skips, lambda skips: {"metadata": {"path": "a/b", **skips}}])
def test_a_skip_of_cdktf_is_honoured(tmp_path: Path, within) -> None:
    """JSON has no comments: it stands in the resource's "//", with the words of Checkov's CloudFormation metadata."""
    skips = [{"id": "CKV_AWS_26", "comment": "public data"}, {"id": "CKV_AWS_27"}, "no entry"]
    topic = {"name": "t", "//": within({"checkov": {"skip": skips}})}
    laid_out(tmp_path, {"cdk.tf.json": json.dumps({"resource": {"aws_sns_topic": {"t": topic}}})})
    found = [finding("aws_sns_topic.t", 1, "cdk.tf.json", rule) for rule in ("CKV_AWS_26", "CKV_AWS_27")]
    left, suppressed, bare = applied(subjects_at(tmp_path), found, tmp_path)

    assert [one.rule for one in left] == [one.rule for one in bare] == ["CKV_AWS_27"]
    assert [(one.rule, one.reason) for one in suppressed] == [("CKV_AWS_26", "public data")]


@pytest.mark.parametrize("told", [None, "checkov:skip=CKV_AWS_26:x", {"checkov": []}, {"checkov": {"skip": {}}}, []])
def test_what_is_no_skip_in_json_is_none(tmp_path: Path, told: object) -> None:
    """Whatever stands in a "//", nothing breaks."""
    topic = {"name": "t", "//": told}
    laid_out(tmp_path, {"cdk.tf.json": json.dumps({"resource": {"aws_sns_topic": {"t": topic}}})})

    assert applied(subjects_at(tmp_path), [finding("aws_sns_topic.t", 1, "cdk.tf.json")], tmp_path)[1:] == ([], [])


def test_the_gate_honours_skips_of_checkovs_rules_and_of_ours(tmp_path: Path) -> None:
    """In one run over what skips with a reason: no finding, and both shown among the suppressed."""
    comments = "#checkov:skip=CKV_AWS_26:public data\n  # checkov:skip=TAP_ENCRYPTION_1:public data"
    laid_out(tmp_path, {"main.tf": TOPIC % comments})
    found = scan(tmp_path, PLACES, plan=False, only=["CKV_AWS_2*", "TAP_*"], skip=["TAP_TAGS_1"])

    assert [(one.rule, one.file, one.line) for one in found.suppressed] == [
        ("CKV_AWS_26", "main.tf", 4),
        ("TAP_ENCRYPTION_1", "main.tf", 5),
    ]
    assert found.findings == ()
    assert {"TAP_TAGS_1", "CKV_AWS_18", "CKV2_AWS_6"} <= set(found.left_out)
    assert {one.rule for one in found.evaluations}.isdisjoint(found.left_out)
