"""Where Checkov is green and has judged nothing, the gate is red. Each trap was seen with Checkov 3.3.30."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from deployer.compliance import checkov
from deployer.compliance.checkov import JSON, PLAN
from deployer.compliance.copies import lay_out
from deployer.compliance.errors import CouldNotJudge, NotTerraform, UnknownRule
from deployer.compliance.judgement import Judgement
from deployer.compliance.scan import judged, scan
from deployer.compliance.selection import Selection
from deployer.compliance.subject import subjects_at
from deployer.process.environments import ensure
from deployer.pytest_plugin.stacks import Stack
from tests.policy import escalation
from tests.policy.shared import CASES, CHECKS, OWN, PLACES

CASE = CASES / "lambda_zip" / "functions.tf.json"


def functions_of(case: Path) -> list[str]:
    return list(json.loads(case.read_text())["resource"]["aws_lambda_function"])


@pytest.fixture
def own_checks(tmp_path: Path) -> Path:
    """A copy of the project's rules, to be broken."""
    copy = tmp_path / "checks"
    shutil.copytree(CHECKS[-1], copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def test_framework_terraform_scans_nothing_in_terraform_json(tmp_path: Path) -> None:
    """`--framework terraform` reads no cdk.tf.json and exits 0; the gate takes that for no answer."""
    shutil.copy(CASE, tmp_path / "cdk.tf.json")

    with pytest.raises(CouldNotJudge, match="nothing"):
        checkov.run(ensure("policy", PLACES), tmp_path, CHECKS, {"terraform": ()})


def test_rules_on_policies_say_nothing_of_terraform_json(tmp_path: Path) -> None:
    """A policy that lets everybody do more is passed over by Checkov where it is JSON, and found by a rule of ours."""
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": escalation.whole(escalation.ways()[0])}))
    asked = ("CKV_AWS_63", "CKV_AWS_286", "CKV_AWS_289")
    records = checkov.run(ensure("policy", PLACES), tmp_path, [], {JSON: asked}).records

    assert {one.rule for one in records} == {"CKV_AWS_63"}
    assert [one.rule for one in scan(tmp_path, PLACES, plan=False, only=("TAP_IAM_2",)).findings] == ["TAP_IAM_2"]


def test_required_version_is_a_parsing_error_and_zero_checks(tmp_path: Path) -> None:
    """With `required_version` Checkov parses nothing: red as it stands, and judged as the gate lays it out."""
    document = {**json.loads(CASE.read_text()), "terraform": {"required_version": ">= 1.10"}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(document))

    with pytest.raises(CouldNotJudge, match=r"pars|not do all"):
        checkov.run(ensure("policy", PLACES), tmp_path, CHECKS, {JSON: ()})
    assert scan(tmp_path, PLACES, plan=False, only=["TAP_LAMBDA_1"]).by_rule("TAP_LAMBDA_1", passed=False)


def test_an_unknown_rule_is_red() -> None:
    """A rule id that nobody has ends Checkov with exit 0 and nothing checked."""
    with pytest.raises(UnknownRule, match=r"no rule CKV_AWS_99999"):
        scan(CASE, PLACES, plan=False, only=["CKV_AWS_99999"])


def of_broken(checks: Path) -> tuple[str, Judgement]:
    """What is told of TAP_LAMBDA_1, which is broken in these checks, and the whole answer, which is red."""
    found = scan(CASE, PLACES, plan=False, only=OWN, checks=[CHECKS[0], checks])
    assert {one.rule for one in found.faults} <= {"TAP_LAMBDA_1", "*"}
    assert found.by_rule("TAP_REGION_1", passed=True), "the other rules judge"
    return " ".join(one.reason for one in found.faults if one.rule == "TAP_LAMBDA_1"), found


def test_a_rule_that_does_not_import_is_red(own_checks: Path) -> None:
    """Checkov goes on without a rule whose file does not import; the answer says so, and why."""
    rule = own_checks / "lambda_zip.py"
    rule.write_text(f"import nothing_of_that_name\n{rule.read_text()}")
    told, found = of_broken(own_checks)

    assert "did not load" in told
    assert "lambda_zip" in " ".join(one.reason for one in found.faults if one.rule == "*")


def test_a_rule_that_raises_is_red(own_checks: Path) -> None:
    """Checkov leaves out of its report what a rule raised on; the answer names the rule, the block and the error."""
    rule = own_checks / "lambda_zip.py"
    rule.write_text(rule.read_text().replace("values = block.values", "values = block.values['nowhere']"))
    told, found = of_broken(own_checks)
    blocks = {(one.resource, one.file) for one in found.faults if one.resource}

    assert "KeyError: 'nowhere'" in told
    assert blocks == {(f"aws_lambda_function.{name}", CASE.name) for name in functions_of(CASE)}


def test_a_rule_that_sees_nothing_is_red(own_checks: Path) -> None:
    """A rule that lets the canary pass is broken, however green it makes the stack."""
    rule = own_checks / "lambda_zip.py"
    rule.write_text(rule.read_text().replace('"aws_lambda_function"', '"aws_lambda_functions"'))
    told, _ = of_broken(own_checks)

    assert "it did not load or does not work: it let the canary pass" in told


def test_a_folder_without_init_is_red(own_checks: Path) -> None:
    """Checkov loads no rule from a folder without `__init__.py`, and says nothing."""
    (own_checks / "__init__.py").unlink()

    with pytest.raises(CouldNotJudge, match="__init__"):
        scan(CASE, PLACES, plan=False, checks=[CHECKS[0], own_checks])


def test_a_mistyped_folder_is_red(tmp_path: Path) -> None:
    """Checkov takes a folder that is not there for one without rules."""
    with pytest.raises(CouldNotJudge, match="missing"):
        scan(CASE, PLACES, plan=False, checks=[tmp_path / "chekcs"])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cdk.tf.json", "{", "not JSON"),
        ("cdk.tf.json", "[]", "no object"),
        ("cdk.tf.json", '{"resource": {"a": {"b": {}}}, "resource": {}}', "stands twice"),
        ("cdk.tf.json", '{"resource": {"aws_s3_bucket": 3}}', "not a block"),
        ("cdk.tf.json", '{"variable": {"a": {}}}', "no plan with a resource"),
        ("plan.json", '{"format_version": "2.0", "planned_values": {}}', "format that is not known"),
        ("main.tf", 'resource "aws_s3_bucket" {', "not HCL: main.tf, line 1"),
        ("readme.md", "# nothing", "no HCL, no Terraform JSON"),
    ],
)
def test_what_is_no_terraform_is_told_as_such(tmp_path: Path, name: str, text: str, said: str) -> None:
    """A file that can't be judged is an error with the file's name, never a green answer."""
    (tmp_path / name).write_text(text)

    with pytest.raises(NotTerraform, match=said):
        scan(tmp_path, PLACES, plan=False)


def report(errors: list[str], skipped: Sequence[dict[str, str]] = ()) -> str:
    """As the driver prints it, with nothing judged."""
    return json.dumps({JSON: {"unparsed": errors, "skipped": list(skipped), "verdicts": []}})


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "can't be read"),
        ("Traceback", "can't be read"),
        ("[]", "can't be read"),
        ("{}", "can't be read"),
        (json.dumps({JSON: {"verdicts": [["TAP_IAM_1"]]}}), "can't be read"),
        (
            json.dumps(
                {JSON: {"unparsed": [], "skipped": [], "verdicts": [["r", "", "f", [1, 2], "a", "UNKNOWN", [], ""]]}}
            ),
            "can't be read",
        ),
        (report(["f"]), "parse"),
        (report([]), "judged nothing"),
        (report([], skipped=[{}]), "skipped"),
    ],
)
def test_half_an_answer_is_none(answer: str, said: str) -> None:
    """Whatever the driver prints that is not a whole report is an error."""
    with pytest.raises(CouldNotJudge, match=said):
        checkov.parsed(answer, [JSON])


@pytest.mark.parametrize("code", [1, 2, 137])
def test_another_exit_code_is_red(tmp_path: Path, code: int) -> None:
    """Only exit code 0 is an answer."""
    broken = tmp_path / "python"
    broken.write_text(f"#!/bin/sh\necho '{{}}'\nexit {code}\n")
    broken.chmod(0o755)

    with pytest.raises(CouldNotJudge, match=f"exit code {code}"):
        checkov.run(broken, tmp_path, CHECKS, {JSON: ()})


def test_a_block_that_nobody_saw_is_red() -> None:
    """Where one resource of the file has no verdict, the verdicts on all others are worth nothing."""
    whole = subjects_at(CASE, evaluate=False)

    with pytest.raises(CouldNotJudge, match=f"did not see {len(whole[0].blocks())} of the blocks"):
        judged(whole, [], {}, Selection())


INLINE = {"role": "r", "policy": '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'}


def test_an_inline_policy_and_a_function_call_are_seen(tmp_path: Path) -> None:
    """Checkov's own IAM rules say nothing of either in Terraform JSON; ours find both."""
    called = '${jsonencode({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})}'
    policies = {"inline": INLINE, "called": {"role": "r", "policy": called}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_iam_role_policy": policies}}))
    found = scan(tmp_path, PLACES, plan=False)

    assert {one.resource for one in found.findings if one.rule == "TAP_IAM_1"} == {
        "aws_iam_role_policy.inline",
        "aws_iam_role_policy.called",
    }
    assert [one for one in found.findings if not one.is_own] == []


@pytest.mark.parametrize("rule", ["CKV_AWS_99999", "TAP_IAM_99", "TAP_LAMBDA_1"])
def test_a_suppression_of_nothing_is_red(tmp_path: Path, rule: str) -> None:
    """A suppression of an unknown rule, or of one that finds nothing there, is a finding; what is found stays."""
    entry = {rule: {"reason": "it is needed for the time being", "until": "2999-01-01"}}
    policy = {**INLINE, "//": {"suppressions": entry}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_iam_role_policy": {"p": policy}}}))
    found = scan(tmp_path, PLACES, plan=False)

    assert {one.rule for one in found.findings} == {"TAP_IAM_1", "TAP_SUPPRESSION_1"}
    assert found.suppressed == ()


def test_checkovs_own_skips_do_nothing(tmp_path: Path) -> None:
    """A skip in Checkov's words, in the JSON's comment, suppresses nothing: it has no last day."""
    policy = {**INLINE, "//": "checkov:skip=TAP_IAM_1: never mind"}
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_iam_role_policy": {"p": policy}}}))

    assert scan(tmp_path, PLACES, plan=False, only=OWN).by_rule("TAP_IAM_1", passed=False)


WITHOUT_NETWORK = """
import os, runpy, sys
sys.addaudithook(lambda event, _: os._exit(99) if event in ("socket.connect", "socket.getaddrinfo") else None)
runpy.run_module("deployer.compliance.driver", run_name="__main__", alter_sys=True)
"""


def test_checkov_asks_no_network_and_takes_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection is tried, and no setting of the caller's makes it another scan."""
    monkeypatch.setenv("CKV_SKIP_CHECK", "TAP_LAMBDA_1")
    monkeypatch.setenv("BC_API_KEY", "x")
    shutil.copy(CASE, tmp_path / "cdk.tf.json")
    noted, cut_off = tmp_path / "noted", tmp_path / "python"
    cut_off.write_text(f"#!/bin/sh\nenv > {noted}\nexec {ensure('policy', PLACES)} -c '{WITHOUT_NETWORK}'\n")
    cut_off.chmod(0o755)
    found = checkov.run(cut_off, tmp_path, CHECKS, {JSON: ()}).records

    assert any(one.rule == "TAP_LAMBDA_1" for one in found)
    assert "CKV_SKIP_CHECK" not in noted.read_text()
    assert "BC_API_KEY" not in noted.read_text()


def test_checkov_imports_of_tap_nothing_but_tap(tmp_path: Path) -> None:
    """What is installed beside Tap, of other versions than Checkov's, is not on the path of Checkov's process."""
    noted, listing = tmp_path / "noted", tmp_path / "python"
    listing.write_text(f'#!/bin/sh\nls -A "$PYTHONPATH" > {noted}\nexit 1\n')
    listing.chmod(0o755)
    with pytest.raises(CouldNotJudge):
        checkov.run(listing, tmp_path, CHECKS, {JSON: ()})

    assert noted.read_text() == "deployer\n"


def test_the_driver_says_what_checkovs_command_line_says(tap_stack: Stack, tmp_path: Path) -> None:
    """Of the stack, written and planned, both report the same verdicts on the same resources by the same rules."""
    lay_out(subjects_at(tap_stack.folder, evaluate=False), tmp_path)
    (tmp_path / "plan.json").write_text(json.dumps(tap_stack.plan()))
    python, frameworks = ensure("policy", PLACES), (JSON, PLAN)
    command = [python, "-m", "checkov.main", "-d", ".", "--framework", *frameworks, "--skip-download", "-o", "json"]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout
    expected = {
        (one["check_id"], one["file_path"].lstrip("/"), one["resource"], one["check_result"]["result"] == "PASSED")
        for report in json.loads(told) for key in ("passed_checks", "failed_checks") for one in report["results"][key]
    }  # fmt: skip
    found = checkov.run(python, tmp_path, [], dict.fromkeys(frameworks, ())).records

    assert len(expected) > 300
    assert {(one.rule, one.file, one.resource, one.passed) for one in found} == expected
