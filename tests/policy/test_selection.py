"""Which rules judge, and which findings fail: `--rule`, `--skip-rule`, `--severity`, `--soft-fail`."""

from dataclasses import replace

import pytest

from deployer.compliance.errors import UnknownRule
from deployer.compliance.judgement import Finding, Judgement
from deployer.compliance.reports.asides import asides
from deployer.compliance.selection import ALL_RULES, Selection

KNOWN = {"CKV_AWS_26", "CKV_AWS_27", "CKV2_AWS_6", "TAP_IAM_1", "TAP_IAM_2", "TAP_TLS_1"}


def finding(rule: str, severity: str) -> Finding:
    return Finding(rule, severity, "aws_x.y", "main.tf", 1, "what", "how")


@pytest.mark.parametrize(
    ("rules", "skipped", "left"),
    [
        ([], [], KNOWN),
        (["TAP_IAM*"], [], {"TAP_IAM_1", "TAP_IAM_2"}),
        (["CKV_AWS_26, TAP_TLS_1", "CKV2_*"], [], {"CKV_AWS_26", "TAP_TLS_1", "CKV2_AWS_6"}),
        ([], ["CKV*", "TAP_IAM_2"], {"TAP_IAM_1", "TAP_TLS_1"}),
        (["TAP_*"], ["TAP_IAM_?"], {"TAP_TLS_1"}),
    ],
)
def test_rules_are_chosen_by_id_and_pattern(rules: list[str], skipped: list[str], left: set[str]) -> None:
    """With commas or again and again; a skip goes before, and what is left out is known by its id."""
    chosen = Selection.of(rules, skipped)
    chosen.require_known(KNOWN)

    assert {one for one in KNOWN if chosen.takes(one)} == left
    assert chosen.left_out(KNOWN) == (tuple(sorted(KNOWN - left)) if rules or skipped else ())


@pytest.mark.parametrize(
    ("rules", "skipped", "near"),
    [
        (["CKV_AWS_2"], [], "CKV_AWS_2"),
        (["TAP_IAM_1", "TAP_IMA_1"], [], "TAP_IAM_1"),
        ([], ["ckv_aws_27"], "CKV_AWS_27"),
        (["TAP_IMA*"], [], "TAP_IAM_"),
    ],
)
def test_an_unknown_rule_names_the_nearest(rules: list[str], skipped: list[str], near: str) -> None:
    """An id, or a pattern that nothing matches, is a mistake of who typed it: exit 2."""
    with pytest.raises(UnknownRule) as refused:
        Selection.of(rules, skipped).require_known(KNOWN)

    assert near in refused.value.remedy
    assert refused.value.exit_code == 2


def test_to_skip_all_is_no_way_to_green() -> None:
    """Where no rule is left, nothing would be judged."""
    with pytest.raises(UnknownRule, match="no rule is left"):
        Selection.of(["TAP_*"], ["*"]).require_known(KNOWN)


def test_what_is_skipped_is_told() -> None:
    """In one line and in the JSON."""
    chosen = Selection.of([], ["CKV_AWS_*"])
    judgement = Judgement(1, 1, (), left_out=chosen.left_out(KNOWN))

    assert asides(judgement) == ["skipped, as asked: 2 rules: CKV_AWS_26, CKV_AWS_27"]
    assert judgement.to_json()["skipped_rules"] == ["CKV_AWS_26", "CKV_AWS_27"]
    assert ALL_RULES.left_out(KNOWN) == ()


@pytest.mark.parametrize(
    ("least", "failing"), [("LOW", 3), ("MEDIUM", 2), ("HIGH", 1), ("CRITICAL", 0)], ids=lambda one: str(one)
)
def test_a_severity_fails_from_there_on(least: str, failing: int) -> None:
    """What is below stays a finding, is counted, and fails nothing."""
    findings = (finding("A", "HIGH"), finding("B", "MEDIUM"), finding("C", "LOW"))
    judgement = Judgement(1, 3, (), findings, least=least)
    told = [line for line in asides(judgement) if line.startswith("below")]

    assert (len(judgement.failing), judgement.passes) == (failing, not failing)
    assert len(judgement.to_json()["findings"]) == 3
    assert [line.split()[2] for line in told] == ([str(3 - failing)] if failing < 3 else [])


def test_a_soft_fail_passes_and_says_so() -> None:
    """Exit 0, with the findings and a line on them."""
    judgement = replace(Judgement(1, 1, (), (finding("A", "HIGH"),)), soft_fail=True)

    assert judgement.passes
    assert judgement.to_json()["verdict"] == {"passes": True, "failing": 1, "severity": "LOW", "soft_fail": True}
    assert asides(judgement) == ["soft fail: 1 finding, and exit 0 as asked"]
