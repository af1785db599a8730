"""Evidence as a run leaves it, made up: good, hostile, of many files, of an earlier Tap."""

import json
from pathlib import Path
from typing import Any

from deployer.paths import Paths

Document = dict[str, Any]
PLACES = Paths.here()
TESTS = "tests/integration/test_faults.py"
FIFTY = f"{TESTS}::test_the_same_event_fifty_times_at_once"
ROWS = {"read": 1003, "accepted": 1002, "rejected": 1, "loaded": 1000, "duplicate": 1, "conflicting": 1}
TOTALS = {"EUR": {"read": "1234567.80", "accepted": "1234565.80", "rejected": "2.00", "loaded": "1234565.80"}}
SECONDS = {"uploaded": 0.1, "validated": 1.0, "transformed": 2.0, "loading": 3.0, "loaded": 4.0}
ERROR = {"line": "3", "column": "amount", "code": "cell-type", "message": "amount must be a number"}
GATE = {
    "judged": {"resources": 60, "rules": 200, "evaluations": 900},
    "findings": [],
    "suppressed": [
        {"rule": "CKV_AWS_18", "resource": "aws_s3_bucket.files", "reason": "nobody reads it", "until": "2027-06-30"}
    ],
    "not_judged": [{"rule": "TAP_TLS_1", "reason": "nothing of the kind is there"}],
}
GRANT = {
    "role": "csv-validator-role-least", "action": "s3:GetObject", "resource": "arn:aws:s3:::files/*", "used": True,
    "needed_by": "good", "told": "AccessDenied", "justified": "",
}  # fmt: skip
HOSTILE = (
    "<script>window.hostile=1</script>",
    '"onload="window.hostile=1',
    "'><svg onload=window.hostile=1></svg>",
    "</style></title></pre><img src=https://example.org/x onerror=window.hostile=1>",
    "{{ 7 * 7 }}{% raise %}",
    "\u202egpj.exe\u2066\u200b\x00\x1b[31m\ud800",
    "k" * 1_000,
    "&lt;b&gt;",
)


def journey(key: str = "a.csv", **changed: Any) -> Document:
    """One file that was loaded."""
    return {
        "key": key, "version": "v1", "begun": "2026-11-24T10:00:00.000+00:00", "stage": "loaded", "state": "ok",
        "rows": ROWS, "totals": TOTALS, "reconciled": True, "seconds": SECONDS, "stopped": "",
        "errors_by_code": {"cell-type": 1}, "errors": [ERROR], **changed,
    }  # fmt: skip


def a_test(*journeys: Document, **changed: Any) -> Document:
    """One test that passed."""
    given = {"outcome": "passed", "seconds": 5.2, "claim": "The file is loaded once.", "marker": "fault"}
    return {**given, "journeys": list(journeys), **changed}


def evidence(**changed: Any) -> Document:
    """Of a run in which all held."""
    return {
        "began": "2026-11-24T09:58:00+00:00", "ended": "2026-11-24T10:02:22+00:00", "exit": 0, "target": "embedded",
        "region": "eu-west-1", "versions": {"Tap": "0.1.0", "Python": "3.11.7"},
        "deployment": {"synth": 3.5, "apply": 58.4}, "compliance": GATE,
        "levels": {"1 synth and code": {"passed": 800}, "3 end to end": {"passed": 1}},
        "tests": {FIFTY: a_test(journey())}, "others": {}, **changed,
    }  # fmt: skip


def old() -> Document:
    """As an earlier Tap left it."""
    kept = {name: value for name, value in journey().items() if name not in ("begun", "errors", "errors_by_code")}
    whole = evidence(tests={FIFTY: a_test(kept)})
    return {name: whole[name] for name in ("ended", "exit", "target", "deployment", "tests")}


def many(count: int = 500) -> Document:
    """So many files, of a hundred tests."""
    tests = {}
    for number in range(0, count, 5):
        sent = [journey(f"{number + each}.csv", begun=f"2026-11-24T10:00:{each:02d}+00:00") for each in range(5)]
        tests[f"{TESTS}::test_{number}[parameter-{number}]"] = a_test(*sent)
    return evidence(tests=tests)


def failed() -> Document:
    """With something of each kind that can go wrong."""
    stopped = journey(
        "stuck.csv", stage="transformed", reconciled=None, stopped="stuck.csv stopped: denied: s3:GetObject",
        seconds={"uploaded": 0.1, "transformed": 60.0},
    )  # fmt: skip
    refused = journey("p.png", stage="failed", state="failed", rows={"read": 0}, totals={}, reconciled=None,
                      seconds={"uploaded": 0.1, "failed": 0.9})  # fmt: skip
    wrong = journey("sums.csv", reconciled=False)
    tests = {
        FIFTY: a_test(stopped, outcome="failed", reason="Failed: stuck.csv stopped: denied"),
        f"{TESTS}::test_a_poison_file_among_good_ones": a_test(refused),
        f"{TESTS}::test_sums": a_test(wrong, outcome="failed", reason="x" * 20_000 + "the end of it"),
        f"{TESTS}::test_left": a_test(outcome="skipped", reason="Skipped: needs Docker"),
    }
    return evidence(exit=1, tests=tests, levels={"3 end to end": {"passed": 1, "failed": 2, "skipped": 1}})


def hostile() -> Document:
    """All that comes from outside says something that it should not."""
    error = {name: " ".join(HOSTILE) for name in ERROR}
    files = [journey(text, version=text, errors=[error], stopped=text, stage="loading") for text in HOSTILE]
    test = a_test(*files, claim=" ".join(HOSTILE), reason=" ".join(HOSTILE), outcome="failed")
    name = f"{TESTS}::test_it[{HOSTILE[0]}]"
    finding = {"rule": HOSTILE[0], "severity": "HIGH", "resource": HOSTILE[1], "file": HOSTILE[2], "line": 1,
               "message": HOSTILE[3], "mend": HOSTILE[4]}  # fmt: skip
    texts = {text: text for text in HOSTILE}
    return evidence(exit=1, tests={name: test}, versions=texts, region=HOSTILE[0],
                    compliance={**GATE, "findings": [finding]}, levels={HOSTILE[0]: {"failed": 1}},
                    deployment=dict.fromkeys(HOSTILE, 1.0))  # fmt: skip


def hostile_grants() -> Document:
    """The same of the matrix."""
    names = ("role", "action", "resource", "needed_by", "told", "justified")
    return {"seconds": 1.0, "grants": [{**dict.fromkeys(names, text), "used": False} for text in HOSTILE]}


def laid(folder: Path, *runs: Document, **others: Document) -> Path:
    """The folder of evidence, with a file for each run by its target; `least_privilege` and `compliance` are others."""
    evidence_folder = folder / "evidence"
    evidence_folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        (evidence_folder / f"level3-{run['target']}.json").write_text(json.dumps(run))
    if "least_privilege" in others:
        (evidence_folder / "least-privilege.json").write_text(json.dumps(others["least_privilege"]))
    if "compliance" in others:
        (folder / "compliance.json").write_text(json.dumps(others["compliance"]))
    return evidence_folder
