"""SARIF 2.1.0, which GitHub code scanning shows at the line. https://docs.oasis-open.org/sarif/sarif/v2.1.0/"""

import json
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from deployer.compliance.catalogue import Rule
from deployer.compliance.judgement import Finding, Identity, Judgement, Suppressed
from deployer.stack_file import STACK_FILE
from deployer.visible import visible

_LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note"}
# GitHub sorts by these: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.0", "LOW": "3.0"}
# GitHub keeps the name primaryLocationLineHash to itself and warns of every other value in it, each time:
# https://github.com/github/codeql-action/issues/4052
FINGERPRINT = "tapFinding/v2"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(judgement: Judgement, rules: dict[str, Rule], folder: str = "") -> str:
    """The judgement as SARIF; what is suppressed is a result with its suppression, what is known has a state.

    `folder` is that of the findings' files, as seen from the root of the repository.
    """
    findings = (*judgement.findings, *judgement.known)
    named = sorted({one.rule for one in findings} | {one.rule for one in judgement.suppressed} | rules.keys())
    severities = {one.rule: one.severity for one in findings}
    index = {rule: at for at, rule in enumerate(named)}
    results = [{**_result(one, index[one.rule], folder), **_state(judgement, "new")} for one in judgement.findings]
    results += [{**_result(one, index[one.rule], folder), **_state(judgement, "unchanged")} for one in judgement.known]
    results += [
        {**_suppressed(one, index[one.rule], folder), **_state(judgement, "unchanged")} for one in judgement.suppressed
    ]
    driver = {
        "name": "tap comply",
        "informationUri": "https://github.com/bridgecrewio/checkov",
        "rules": [_rule(rule, rules.get(rule), severities.get(rule, "MEDIUM"), findings) for rule in named],
    }
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}],
    }
    return json.dumps(document, indent=2)


def _state(judgement: Judgement, state: str) -> dict[str, str]:
    """Of a result, which has one if all have: SARIF 2.1.0, 3.27.24."""
    return {"baselineState": state} if judgement.against else {}


def _rule(name: str, known: Rule | None, severity: str, findings: Iterable[Finding]) -> dict[str, Any]:
    first = next((one for one in findings if one.rule == name), None)
    title = known.title if known else first.message if first else name
    why = known.why if known else title
    mend = known.mend if known else first.mend if first else ""
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why or title},
        "help": {"text": mend or title},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"security-severity": _SCORES[severity], "tags": ["security", "terraform"]},
    }


def _result(one: Finding, index: int, folder: str) -> dict[str, Any]:
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": visible(f"{one.resource}: {one.message}. {one.mend}".removeprefix(": "))},
        "locations": [_location(folder, one.file, one.line, one.resource, one.construct)],
        "partialFingerprints": {FINGERPRINT: one.identity.fingerprint},
    }


def _suppressed(one: Suppressed, index: int, folder: str) -> dict[str, Any]:
    return {
        "ruleId": one.rule,
        "ruleIndex": index,
        "level": "note",
        "message": {"text": visible(f"{one.resource}: suppressed: {one.told}")},
        "locations": [_location(folder, one.file, one.line, one.resource, "")],
        "partialFingerprints": {FINGERPRINT: Identity(one.file, one.resource, one.rule, "suppressed").fingerprint},
        "suppressions": [{"kind": "inSource", "status": "accepted", "justification": one.told}],
    }


def _location(folder: str, file: str, line: int, resource: str, construct: str) -> dict[str, Any]:
    names = [{"name": resource, "kind": "resource"}]
    if construct:
        names.append({"name": construct, "kind": "member"})
    uri = quote(str(PurePosixPath(folder, file or STACK_FILE)))
    physical = {"artifactLocation": {"uri": uri}, "region": {"startLine": max(line, 1)}}
    return {"physicalLocation": physical, "logicalLocations": names}
