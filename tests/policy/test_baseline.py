"""What is known, what is new, and what is gone: the baseline of findings."""

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from deployer.compliance import baseline
from deployer.compliance.judgement import Finding, Judgement
from deployer.compliance.reports.asides import asides
from deployer.compliance.reports.sarif import FINGERPRINT, sarif
from deployer.compliance.selection import ALL_RULES, Selection
from deployer.errors import UsageError

TITLE = "Ensure all data stored in the SNS topic is encrypted"
TOPIC = Finding("CKV_AWS_26", "MEDIUM", "aws_sns_topic.t", "main.tf", 7, TITLE, "see there")
WIDE = Finding("TAP_IAM_1", "HIGH", "aws_iam_policy.p", "iam.tf", 3, "allows s3:* on b", "name the actions")
QUEUE = Finding("CKV_AWS_27", "MEDIUM", 'aws_sqs_queue.q["ü"]', "main.tf", 9, "Ensure ... encrypted", "see there")


def of(*findings: Finding) -> Judgement:
    return Judgement(3, 3, (), findings)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A baseline that knows the topic and the wide policy."""
    file = tmp_path / "baseline.json"
    baseline.write(of(TOPIC, WIDE), file, ALL_RULES)
    return file


def test_what_is_known_fails_nothing(known: Path) -> None:
    """It is no finding any more, and is counted."""
    found = baseline.compared(of(TOPIC, WIDE), known, ALL_RULES)

    assert (found.findings, set(found.known), found.gone) == ((), {TOPIC, WIDE}, ())
    assert found.passes
    assert asides(found) == [f"known: 2 findings in the baseline {known}"]


@pytest.mark.parametrize(
    "moved",
    [
        replace(TOPIC, line=70),
        replace(TOPIC, severity="HIGH", message="a title that Checkov has reworded", mend="see elsewhere"),
        replace(WIDE, line=1, severity="LOW", mend="do as you are told"),
    ],
    ids=["lines above it", "another Checkov", "another remedy"],
)
def test_a_finding_is_the_same_when_lines_move(known: Path, moved: Finding) -> None:
    """Neither line nor severity nor words of Checkov's make it a new one; its fingerprint is the same too."""
    before = TOPIC if moved.rule == TOPIC.rule else WIDE

    assert baseline.compared(of(moved), known, ALL_RULES).findings == ()
    assert moved.identity.fingerprint == before.identity.fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(TOPIC, resource="aws_sns_topic.other"),
        replace(TOPIC, file="other.tf"),
        replace(TOPIC, rule="CKV_AWS_27"),
        replace(WIDE, message="allows * on *"),
    ],
    ids=["resource", "file", "rule", "more is granted"],
)
def test_another_finding_is_new(known: Path, other: Finding) -> None:
    """Of another resource, file or rule, or with more that is wrong: it fails the run, and is another to GitHub."""
    found = baseline.compared(of(TOPIC, WIDE, other), known, ALL_RULES)

    assert found.findings == (other,)
    assert not found.passes
    assert len({one.identity.fingerprint for one in (TOPIC, WIDE, other)}) == 3


def test_the_same_once_more_is_new(known: Path) -> None:
    """A baseline that has it once knows it once."""
    again = replace(TOPIC, line=90)

    assert len(baseline.compared(of(TOPIC, again), known, ALL_RULES).findings) == 1


def test_what_is_gone_is_told(known: Path) -> None:
    """With its place and how to take it out; it fails nothing, and once written it is not told again."""
    found = baseline.compared(of(WIDE), known, ALL_RULES)
    (told,) = [line for line in asides(found) if line.startswith("gone:")]

    assert (found.gone, found.passes) == ((TOPIC.identity,), True)
    assert "CKV_AWS_26 at aws_sns_topic.t in main.tf" in told
    assert "--write-baseline" in told
    baseline.write(of(WIDE), known, ALL_RULES)
    assert baseline.compared(of(WIDE), known, ALL_RULES).gone == ()


def test_a_rule_that_was_not_run_is_neither_gone_nor_forgotten(known: Path) -> None:
    """With --rule or --skip-rule, what the others have found before stays as it is."""
    chosen = Selection.of(["CKV_*"])

    assert baseline.compared(of(), known, chosen).gone == (TOPIC.identity,)
    baseline.write(of(QUEUE), known, chosen)
    assert set(baseline.read(known)) == {WIDE.identity, QUEUE.identity}


def test_a_baseline_is_the_same_text_whatever_the_order(tmp_path: Path) -> None:
    """A line for each finding, in order, valid by its schema: a diff shows what came and went."""
    texts = set()
    for number, findings in enumerate([(TOPIC, WIDE, QUEUE), (QUEUE, TOPIC, WIDE)]):
        baseline.write(of(*findings), tmp_path / f"{number}.json", ALL_RULES)
        texts.add((tmp_path / f"{number}.json").read_text("utf-8"))
    (text,) = texts
    fewer = baseline.text_of([TOPIC.identity, QUEUE.identity])

    jsonschema.validate(json.loads(text), json.loads(baseline.SCHEMA.read_text()))
    assert len(text.splitlines()) == 3 + 3 + 2
    assert set(text.splitlines()) - set(fewer.splitlines()) == {
        '{"file": "iam.tf", "resource": "aws_iam_policy.p", "rule": "TAP_IAM_1", "content": "allows s3:* on b"},'
    }


def test_an_empty_baseline_is_one(tmp_path: Path) -> None:
    """A repository without findings begins with it, and everything is new."""
    baseline.write(of(), tmp_path / "b.json", ALL_RULES)

    assert baseline.compared(of(TOPIC), tmp_path / "b.json", ALL_RULES).findings == (TOPIC,)


@pytest.mark.parametrize(
    "text",
    [None, "", "<<<<<<< HEAD\n", "[]", '{"version": 2, "findings": []}', '{"version": 1, "findings": [{"rule": "R"}]}'],
)
def test_a_baseline_that_can_not_be_read_is_no_empty_one(tmp_path: Path, text: str | None) -> None:
    """Missing, half merged or of another version: exit 2 with what to do, and not all findings known."""
    file = tmp_path / "b.json"
    if text is not None:
        file.write_text(text)

    with pytest.raises(UsageError) as refused:
        baseline.compared(of(TOPIC), file, ALL_RULES)

    assert "--write-baseline" in refused.value.remedy
    assert refused.value.where == str(file)


def test_sarif_tells_new_from_known(known: Path) -> None:
    """By the baseline's state, and by fingerprints under a name of our own, since GitHub keeps the usual one."""
    found = baseline.compared(of(TOPIC, QUEUE), known, ALL_RULES)
    results = json.loads(sarif(found, {}, "infra dir"))["runs"][0]["results"]

    assert {one["ruleId"]: one["baselineState"] for one in results} == {"CKV_AWS_26": "unchanged", "CKV_AWS_27": "new"}
    assert [one["partialFingerprints"] for one in results] == [
        {FINGERPRINT: one.identity.fingerprint} for one in (QUEUE, TOPIC)
    ]
    paths = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results}
    assert paths == {"infra%20dir/main.tf"}
