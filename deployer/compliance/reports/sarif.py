"""SARIF 2.1.0, which GitHub code scanning shows at the line. https://docs.oasis-open.org/sarif/sarif/v2.1.0/"""

import hashlib
import json
from typing import Any

from deployer.compliance.catalogue import Rule
from deployer.compliance.judgement import Finding, Judgement, Suppressed

_LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note"}
# GitHub sorts by these: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.0", "LOW": "3.0"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(judgement: Judgement, rules: dict[str, Rule]) -> str:
    """The judgement as SARIF; what is suppressed is a result with its suppression."""
    named = sorted({one.rule for one in judgement.findings} | {one.rule for one in judgement.suppressed} | rules.keys())
    severities = {one.rule: one.severity for one in judgement.findings}
    index = {rule: at for at, rule in enumerate(named)}
    results = [_result(one, index[one.rule]) for one in judgement.findings]
    results += [_suppressed(one, index[one.rule]) for one in judgement.suppressed]
    driver = {
        "name": "tap comply",
        "informationUri": "https://github.com/bridgecrewio/checkov",
        "rules": [_rule(rule, rules.get(rule), severities.get(rule, "MEDIUM"), judgement) for rule in named],
    }
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}],
    }
    return json.dumps(document, indent=2)


def _rule(name: str, known: Rule | None, severity: str, judgement: Judgement) -> dict[str, Any]:
    title = known.title if known else next((one.message for one in judgement.findings if one.rule == name), name)
    why = known.why if known else title
    mend = known.mend if known else next((one.mend for one in judgement.findings if one.rule == name), "")
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why or title},
        "help": {"text": mend or title},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"security-severity": _SCORES[severity], "tags": ["security", "terraform"]},
    }


def _result(one: Finding, index: int) -> dict[str, Any]:
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": f"{one.resource}: {one.message}. {one.mend}"},
        "locations": [_location(one.file, one.line, one.resource, one.construct)],
        "partialFingerprints": {"tapFinding/v1": _fingerprint(one.rule, one.resource, one.message)},
    }


def _suppressed(one: Suppressed, index: int) -> dict[str, Any]:
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": "note",
        "message": {"text": f"{one.resource}: suppressed until {one.until}: {one.reason}"},
        "locations": [_location(one.file, one.line, one.resource, "")],
        "partialFingerprints": {"tapFinding/v1": _fingerprint(one.rule, one.resource, "suppressed")},
        "suppressions": [
            {"kind": "inSource", "status": "accepted", "justification": f"{one.reason} (until {one.until})"}
        ],
    }


def _location(file: str, line: int, resource: str, construct: str) -> dict[str, Any]:
    names = [{"name": resource, "kind": "resource"}]
    if construct:
        names.append({"name": construct, "kind": "member"})
    physical = {"artifactLocation": {"uri": file or "cdk.tf.json"}, "region": {"startLine": max(line, 1)}}
    return {"physicalLocation": physical, "logicalLocations": names}


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
