"""The reports, as their readers take them. The SARIF schema is the OASIS one as SchemaStore (Apache-2.0) keeps it:
https://github.com/SchemaStore/schemastore/blob/master/src/schemas/json/sarif-2.1.0.json
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from markdown_it import MarkdownIt

from deployer.compliance.catalogue import described
from deployer.compliance.judgement import Evaluation, Finding, Judgement, NotJudged, Suppressed
from deployer.compliance.reports.junit import junit
from deployer.compliance.reports.markdown import markdown
from deployer.compliance.reports.sarif import sarif
from tests.policy.shared import CHECKS

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text())
FOUND = Finding(
    "TAP_REGION_1", "HIGH", "aws_sqs_queue.q", "stack/x.py", 7, "names <the> | region\x00", "mend it", "Tap/q"
)
UNKNOWN = Finding("CKV_AWS_1", "MEDIUM", "aws_sqs_queue.ünï", "", 0, "title", "see there")
KEPT = Suppressed("CKV_AWS_27", "aws_sqs_queue.q", "a reason that is long enough", "2030-01-01", "stack/x.py", 9)
JUDGEMENT = Judgement(
    2, 3,
    (Evaluation("TAP_REGION_1", "aws_sqs_queue.q", "f", passed=False),
     Evaluation("TAP_TAGS_1", "a.b", "f", passed=True)),
    (FOUND, UNKNOWN), (KEPT,), (NotJudged("TAP_TLS_1", "nothing here"),),
)  # fmt: skip
NOTHING = Judgement(1, 1, (Evaluation("TAP_TAGS_1", "a.b", "f", passed=True),))


def results(judgement: Judgement) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    (run,) = json.loads(sarif(judgement, described(CHECKS)))["runs"]
    return run["results"], run["tool"]["driver"]["rules"]


@pytest.mark.parametrize("judgement", [JUDGEMENT, NOTHING], ids=["found", "clean"])
def test_sarif_is_valid(judgement: Judgement) -> None:
    """Whatever was found, the document is valid by the schema of SARIF 2.1.0."""
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(sarif(judgement, described(CHECKS))))


def test_sarif_of_the_stack_is_valid(tap_gate: Judgement) -> None:
    """So is the one of the real stack, with all that is suppressed in it."""
    document = json.loads(sarif(tap_gate, described(CHECKS)))
    jsonschema.Draft7Validator(SCHEMA).validate(document)

    assert len(document["runs"][0]["results"]) == len(tap_gate.suppressed)


def test_the_schema_refuses_what_is_no_sarif() -> None:
    """The schema that we validate by is one that can fail."""
    document = json.loads(sarif(JUDGEMENT, described(CHECKS)))
    del document["runs"][0]["tool"]

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(SCHEMA).validate(document)


def test_sarif_tells_rule_line_reason_and_mend() -> None:
    """A result has level, line and construct; its rule why it matters and the mend; a suppressed one its reason."""
    (found, _, kept), rules = results(JUDGEMENT)
    place = found["locations"][0]

    assert (found["level"], found["ruleId"]) == ("error", "TAP_REGION_1")
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "stack/x.py"
    assert place["physicalLocation"]["region"]["startLine"] == 7
    assert [one["name"] for one in place["logicalLocations"]] == ["aws_sqs_queue.q", "Tap/q"]
    assert "mend it" in found["message"]["text"]
    assert kept["suppressions"][0]["justification"].startswith(KEPT.reason)
    assert [rules[one["ruleIndex"]]["id"] for one in (found, kept)] == ["TAP_REGION_1", "CKV_AWS_27"]
    assert all(one["help"]["text"] and one["fullDescription"]["text"] for one in rules)


def test_junit_has_failures_and_skips_with_reasons() -> None:
    """JUnit can be parsed, counts right, and skips what is suppressed or not judged, saying why."""
    root = ElementTree.fromstring(junit(JUDGEMENT))  # noqa: S314 - our own text
    failures = {one.get("message") for one in root.iter("failure")}
    skipped = [str(one.get("message")) for one in root.iter("skipped")]

    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("5", "2", "2")
    assert r"names <the> | region\x00" in failures
    assert any(KEPT.reason in one and KEPT.until in one for one in skipped)


def test_junit_fails_where_the_run_fails() -> None:
    """What is known by a baseline, or below the severity, is skipped with the reason: no case is red in a green run."""
    mild = replace(UNKNOWN, severity="LOW")
    judgement = replace(NOTHING, findings=(mild,), known=(FOUND,), against="known.json", least="MEDIUM")
    root = ElementTree.fromstring(junit(judgement))  # noqa: S314 - our own text
    skipped = {str(one.get("message")).partition(":")[0] for one in root.iter("skipped")}

    assert judgement.passes
    assert root.get("failures") == "0"
    assert skipped == {"below MEDIUM", "known in known.json"}


def test_markdown_shows_what_was_written() -> None:
    """Read as Markdown, a cell is the very text that was found: no code, no link, no picture, no emphasis."""
    rude = r"`rm -rf` | **b** _c_ a_b s3:Get* [x](https://e.org) ![i](https://e.org/i.png) <img> &amp; ~~d~~ \| $e$"
    text = markdown(replace(NOTHING, findings=(replace(FOUND, message=f"{rude}\n\u202e", mend=rude),)))
    read = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text[text.index("| severity") :])
    cells = [each for each in read if each.type == "inline"][6:]

    assert [{part.type for part in each.children or ()} for each in cells] == [{"text"}] * 6
    assert ["".join(part.content for part in each.children or ()) for each in cells[4:]] == [rf"{rude} \u202e", rude]


def test_equal_findings_are_one_row_of_markdown_and_each_in_sarif_and_junit() -> None:
    """People read six findings that say the same once, with every resource and place; programs get every one."""
    six = tuple(replace(FOUND, resource=f"aws_sqs_queue.q{at}", construct="", line=at) for at in range(1, 7))
    judgement = replace(NOTHING, findings=six)
    (row,) = [line for line in markdown(judgement).splitlines() if "TAP_REGION_1" in line]
    cases = ElementTree.fromstring(junit(judgement)).iter("failure")  # noqa: S314 - our own text

    assert "stack/x.py:1, stack/x.py:2, stack/x.py:3, stack/x.py:4, stack/x.py:5, stack/x.py:6" in row
    assert all(f"q{at}" in row for at in range(1, 7))
    assert len(list(cases)) == len(results(judgement)[0]) == 6


def test_findings_that_differ_stay_apart() -> None:
    """In severity, message or mend: none of these is left out."""
    others = [replace(FOUND, **{part: "LOW"}) for part in ("severity", "message", "mend")]
    rows = [line for line in markdown(replace(NOTHING, findings=(FOUND, *others))).splitlines() if "REGION" in line]

    assert len(rows) == 4


def test_markdown_keeps_its_tables() -> None:
    """Pipes, angle brackets and line breaks of a message break no table and make no HTML; what is hidden is shown."""
    text = markdown(JUDGEMENT, "| resource |\n| --- |\n| aws_x |")
    rows = [line for line in text.splitlines() if "TAP_REGION_1" in line]

    assert r"names \<the\> \| region\\x00 | mend it |" in rows[0]
    assert text.index("## Compliance: findings") < text.index("### Suppressed") < text.index("### Coverage")
    assert KEPT.reason in text
