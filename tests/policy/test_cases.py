"""Each rule of ours against small cases, through Checkov itself: exactly what must pass passes, and the rest fails."""

from pathlib import Path

import pytest
import yaml

from deployer.compliance.catalogue import own_rules
from deployer.compliance.judgement import Judgement
from tests.policy.shared import CASES, CHECKS

RULES = {Path(file).stem: rule for folder in CHECKS for rule, file in own_rules(folder).items()}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("passed", [True, False], ids=["pass", "fail"])
def test_exactly_what_must(of_cases: Judgement, name: str, passed: bool) -> None:
    """A rule passes exactly the blocks that its cases list as passing, and fails exactly the others."""
    expected = yaml.safe_load((CASES / name / "expected.yaml").read_text())
    found = of_cases.by_rule(RULES[name], passed=passed)
    here = {one.removeprefix(f"{name}/") for one in found if one.startswith(f"{name}/")}

    assert expected["rule"] == RULES[name]
    assert here == set(expected["passed" if passed else "failed"])
    assert here


def test_every_rule_has_cases_and_every_folder_a_rule() -> None:
    """No rule goes without cases, and no folder of cases is forgotten when its rule goes."""
    assert {folder.name for folder in CASES.iterdir()} == set(RULES)


def test_a_name_says_what_is_expected() -> None:
    """A block called `pass_...` is listed as passing and one called `fail_...` as failing, so that no list lies."""
    for name in RULES:
        expected = yaml.safe_load((CASES / name / "expected.yaml").read_text())
        assert [one for one in expected["passed"] if ".fail" in one] == []
        assert [one for one in expected["failed"] if ".pass" in one] == []


def test_a_finding_says_where_why_and_what_mends_it(of_cases: Judgement) -> None:
    """A finding carries address, file, line, message, severity and the mend."""
    (found,) = [one for one in of_cases.findings if one.resource == "aws_iam_role_policy.fail_service"]
    text = (CASES / found.file).read_text().splitlines()

    assert (found.rule, found.severity, found.file) == ("TAP_IAM_1", "CRITICAL", "iam_scope/actions.tf.json")
    assert '"fail_service"' in text[found.line - 1]
    assert "s3:*" in found.message
    assert found.mend


def test_a_judgement_as_json_has_what_programs_rely_on(of_cases: Judgement) -> None:
    """`tap comply --json` has these names, and its figures are those of the judgement."""
    told = of_cases.to_json()

    assert set(told) >= {"judged", "findings", "suppressed", "not_judged"}
    assert told["judged"] == {
        "resources": of_cases.resources,
        "rules": len(RULES),
        "evaluations": len(of_cases.evaluations),
    }
    assert {frozenset(one) for one in told["findings"]} == {
        frozenset({"rule", "severity", "resource", "file", "line", "message", "mend"})
    }
