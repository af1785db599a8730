"""One bad block, module or rule is not judged, with file and line; the rest is, and the answer is red: exit 3."""

import json
import subprocess
from pathlib import Path

import pytest

from deployer.compliance.errors import CouldNotJudge
from deployer.compliance.judgement import Finding, Judgement, NotJudged
from deployer.compliance.scan import scan
from deployer.deploy import gate
from deployer.deploy.gate import OfStack, require_compliant
from deployer.process.environments import ensure
from stack.settings import Settings
from tests.policy.evaluating import QUEUE, evaluated, faults, laid_out
from tests.policy.shared import OWN, PLACES, once

SMALL = PLACES.root / "tests" / "policy" / "terraform" / "small"
TOPIC = "aws_sns_topic.t"


@pytest.fixture(scope="session")
def of_small(tmp_path_factory: pytest.TempPathFactory) -> Judgement:
    return once(tmp_path_factory, "small", lambda _: scan(SMALL, PLACES, plan=False))


def found(judgement: Judgement, folder: str) -> set[tuple[str, str, int]]:
    """Rule, file and line of what is found in a folder."""
    return {(one.rule, one.file, one.line) for one in judgement.findings if one.file.startswith(f"{folder}/")}


def test_small_faults_cost_only_the_block_or_the_rule(of_small: Judgement) -> None:
    """A block that Terraform would not take, and a built-in rule that raises, are named; nothing else is a fault."""
    told = {(one.rule, one.resource, one.file, one.line) for one in of_small.faults}

    assert {one for one in told if not one[0].startswith("CKV_GCP_")} == {
        ("*", "example_thing.t", "block_after_argument/main.tf", 6),
        ("*", "provider", "provider_block/main.tf", 1),
    }
    assert ("CKV_GCP_54", "google_sql_database_instance.d", "built_in/main.tf", 6) in told


@pytest.mark.parametrize(
    "folder",
    [
        "block_after_argument",
        "built_in",
        "emoji",
        "emoji_json",
        "emoji_plan",
        "locals_place",
        "long_key",
        "provider_block",
    ],
)
def test_what_is_beside_it_is_judged(of_small: Judgement, folder: str) -> None:
    """The topic of each folder has the verdict of Checkov's rules and of ours."""
    rules = {one.rule for one in of_small.evaluations if one.file.startswith(f"{folder}/") and one.resource == TOPIC}

    assert {"TAP_ENCRYPTION_1", "CKV_AWS_26"} <= rules


@pytest.mark.parametrize("folder", ["for_over_module", "for_over_single", "lazy_json", "lazy_json2"])
def test_what_is_made_of_a_whole_module_is_judged(of_small: Judgement, folder: str) -> None:
    """`module.m` as a value, in `for`, a function or JSON, is its outputs; the module's topic is judged."""
    judged = {one.resource for one in of_small.evaluations if one.file.startswith(f"{folder}/m/")}

    assert "module.m.aws_sns_topic.t" in judged


def test_a_public_acl_is_found_by_the_rule_that_raised(of_small: Judgement) -> None:
    """Checkov's rule on ACLs has the graph that it asks, and ours judge beside it."""
    assert ("TAP_PUBLIC_1", "acl_public/main.tf", 5) in found(of_small, "acl_public")
    assert "CKV_AWS_379" not in {one.rule for one in of_small.faults}


def test_what_try_leaves_out_is_not_found(of_small: Judgement) -> None:
    """Neither NotAction nor NotResource nor NotPrincipal where `try(..., null)` leaves them out."""
    assert not {rule for rule, _, _ in found(of_small, "dynamic_not")} & {"TAP_IAM_1", "TAP_IAM_4"}


def test_a_local_is_found_at_its_own_line(of_small: Judgement) -> None:
    """Where locals stand in two files, the finding is in the right one."""
    assert ("TAP_REGION_1", "locals_place/main.tf", 8) in found(of_small, "locals_place")


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("a.tf", 'resource "x" "y" {\n  a = 1\n  a {}\n}\n', ("x.y", "a.tf", 1)),
        ("a.tf", 'resource "x" "y" {\n  b {\n    a = 1\n    a {}\n  }\n}\n', ("x.y", "a.tf", 1)),
        ("a.tf", "\nprovider {}\n", ("provider", "a.tf", 2)),
        ("a.tf", 'resource "x" {}\n', ("x", "a.tf", 1)),
        ("a.tf", 'locals "x" {}\n', ("locals.x", "a.tf", 1)),
        ("a.tf", 'thing "x" {}\n', ("thing.x", "a.tf", 1)),
        ("a.tf", "\n\na = 1\n", ("", "a.tf", 3)),
        ("a.tf", 'resource "x" "y" {\n  a = [1,\n}\n', ("", "a.tf", 3)),
        ("a.tf", 'resource "x" "y" {\n  a = <<EOT\n${\nEOT\n}\n', ("", "a.tf", 4)),
        ("a.tf", 'resource "x" "y" {\n  a = "\n}\n', ("", "a.tf", 4)),
        ("a.tf", QUEUE.replace('"q" {', '"q" { # again'), ("aws_sqs_queue.q", "main.tf", 1)),
        ("a.tf", "\x80", ("", "a.tf", 1)),
        ("a.tf", b"\xff\xfe", ("", "a.tf", 0)),
        ("a.tf", "a " + "{ a " * 5000, ("", "a.tf", 1)),
        ("a.tf", f"a = {'!' * 5000}b", ("", "a.tf", 1)),
        ("a.tf", f"locals {{\n  a = {'9' * 5000}\n}}\n", ("", "a.tf", 2)),
        ("a.tf.json", '{"resource": {"x": {"y": 3}}}', ("", "a.tf.json", 0)),
        ("a.tf.json", '{"resource": 3}', ("", "a.tf.json", 0)),
        ("a.tf.json", '{"thing": {}}', ("thing", "a.tf.json", 0)),
        ("a.tf.json", "[]", ("", "a.tf.json", 0)),
        ("terraform.tfvars", "a = \n", ("", "terraform.tfvars", 1)),
        ("plan.json", '{"planned_values": 3, "format_version": "1.0"}', ("", "plan.json", 0)),
        ("inner/cdk.tf.json", '{"resource": {"x": {"y": 3}}}', ("", "inner/cdk.tf.json", 1)),
    ],
)  # fmt: skip
def test_what_is_no_terraform_is_told_with_its_line(
    tmp_path: Path, name: str, content: str | bytes, place: tuple[str, str, int]
) -> None:
    """Of a folder with one thing wrong that is told, and the queue beside it is judged."""
    files = {"main.tf": QUEUE, name: content}

    assert place in faults(tmp_path, files)
    assert "aws_sqs_queue.q" in evaluated(tmp_path)


def test_blocks_behind_one_that_is_broken_are_read(tmp_path: Path) -> None:
    """After a syntax error reading goes on at the next block, as often as there is one."""
    broken = 'resource "x" "y" {\n  a = (\n}\n'

    assert len(faults(tmp_path, {"main.tf": broken + QUEUE + broken})) == 2
    assert set(evaluated(tmp_path)) == {"aws_sqs_queue.q"}


def test_a_policy_that_is_none_costs_only_its_block(tmp_path: Path) -> None:
    """A policy that is no JSON is told with file and line; the queue beside it is judged, and the answer is red."""
    bad = 'resource "aws_iam_policy" "p" {\n  policy = "no json"\n}\n'
    judged = scan(laid_out(tmp_path, {"main.tf": QUEUE + bad}), PLACES, plan=False, only=OWN)

    assert [(one.resource, one.file, one.line) for one in judged.faults] == [("aws_iam_policy.p", "main.tf", 4)]
    assert judged.resources == 1
    assert judged.by_rule("TAP_REGION_1", passed=True) >= {"main.tf aws_sqs_queue.q"}


BROKEN_BY_A_FILE = """
import json, sys
from pathlib import Path
from deployer.compliance import driver
found = {"skipped": [], "verdicts": [], "broken": []}
def judged(framework, request):
    files = [file.name for file in Path(request["root"]).rglob("*.tf.json")]
    if "bad.tf.json" in files:
        raise KeyError("odd")
    return {**found, "unparsed": [], "verdicts": files}
driver.judged = judged
print(json.dumps(driver.in_halves("terraform_json", {"root": sys.argv[1]})))
"""


def test_checkov_broken_by_one_file_judges_the_others(tmp_path: Path) -> None:
    """Where Checkov itself raises, only the file that makes it raise is not judged."""
    for name in ("a", "b", "bad", "c", "d"):
        (tmp_path / f"{name}.tf.json").write_text("{}")
    command = [ensure("policy", PLACES), "-c", BROKEN_BY_A_FILE, tmp_path]
    told = subprocess.run(command, cwd=PLACES.root, capture_output=True, text=True, check=True).stdout
    answer = json.loads(told)

    assert sorted(answer["verdicts"]) == ["a.tf.json", "b.tf.json", "c.tf.json", "d.tf.json"]
    assert answer["unparsed"] == [["bad.tf.json", "Checkov broke on it: KeyError: 'odd'"]]


FAULT = NotJudged("*", "odd", "x.y", "a.tf", 1, is_fault=True)
FINDING = Finding("R", "HIGH", "x.y", "a.tf", 1, "wrong", "mend it")


@pytest.mark.parametrize(
    ("judgement", "code"),
    [
        (Judgement(1, 1, ()), 0),
        (Judgement(1, 1, (), not_judged=(NotJudged("R", "nothing here"),)), 0),
        (Judgement(1, 1, (), not_judged=(FAULT,)), 3),
        (Judgement(1, 1, (), (FINDING,), not_judged=(FAULT,)), 1),
    ],
)
def test_an_answer_that_is_not_whole_is_red(judgement: Judgement, code: int) -> None:
    """1 for findings, 3 where there is none and not everything could be judged."""
    assert judgement.exit_code == code


def test_what_is_not_wholly_judged_is_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate before a deployment refuses a stack of which a part could not be judged."""
    settings = Settings.load(environment_suffix="faulty", aws_region="eu-west-1", target="embedded")
    monkeypatch.setattr(gate, "stack_judged", lambda *_, **__: OfStack(Judgement(1, 1, (), not_judged=(FAULT,))))
    monkeypatch.setattr(gate, "_key", lambda *_: "of-nothing")

    with pytest.raises(CouldNotJudge, match=r"x\.y a\.tf:1 odd"):
        require_compliant(settings, PLACES)
