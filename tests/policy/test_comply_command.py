"""`tap comply` as it is typed, over a repository that lives: exit codes, baseline, filters, JSON.

In this process, by the program's own `main`; test_wheel.py starts the program itself.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deployer import cli
from deployer.compliance.judgement import NOTHING_HERE
from deployer.reporting.sources import SCHEMAS
from tests.policy.shared import PLACES

TOPIC = 'resource "aws_sns_topic" "t" {\n  name = "t"\n}\n'
QUEUE = 'resource "aws_sqs_queue" "q" {\n  name = "q"\n}\n'
BROKEN = 'resource "aws_sqs_queue" "q" {\n  name = = "q"\n}\n'
CHOSEN = ("--rule", "CKV_AWS_26,CKV_AWS_27,TAP_ENCRYPTION_1,CKV_AWS_18")
Comply = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def handlers() -> Iterator[None]:
    """Those of signals that a program sets for itself are put back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def comply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], handlers: None
) -> Comply:
    """Its exit code, its JSON if any, and what it says to people; in a project's folder with `infra/`."""

    def run(*options: str, path: str = "infra") -> tuple[int, dict[str, Any], str]:
        monkeypatch.setattr(sys, "argv", ["tap", "comply", path, "--json", *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told, said = capsys.readouterr()
        document = json.loads(told) if told else {}
        if document:
            schema = json.loads((SCHEMAS / "compliance.schema.json").read_text())
            jsonschema.Draft202012Validator(schema).validate(document)
        return int(ended.value.code or 0), document, said

    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.tap]\n")
    (tmp_path / ".tap").mkdir()
    (tmp_path / ".tap" / "environments").symlink_to(PLACES.state / "environments")  # Checkov's is large
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.tf").write_text(TOPIC)
    return run


def rules(document: dict[str, Any]) -> set[str]:
    return {one["rule"] for one in document["findings"]}


def test_a_baseline_is_lived_with(comply: Comply, tmp_path: Path) -> None:
    """Written once it is green; lines may move; a new resource is red, a mended one is told, and can be taken out."""
    options = (*CHOSEN, "--baseline", "known.json")
    code, written, _ = comply(*options, "--write-baseline")
    text = (tmp_path / "known.json").read_text()
    (tmp_path / "infra" / "main.tf").write_text(f"# a word\n\n{TOPIC}{QUEUE}")
    red, new, _ = comply(*options, "--sarif", "found.sarif")
    (tmp_path / "infra" / "main.tf").write_text(TOPIC.replace('"t"\n', '"t"\n  kms_master_key_id = "k"\n'))
    green, mended, said = comply(*options)

    assert (code, written["findings"], len(written["baseline"]["known"])) == (0, [], text.count('"rule"'))
    assert (red, rules(new)) == (1, {"CKV_AWS_27", "TAP_ENCRYPTION_1"})
    assert {one["resource"] for one in new["findings"]} == {"aws_sqs_queue.q"}
    assert (green, [one["rule"] for one in mended["baseline"]["gone"]]) == (0, ["CKV_AWS_26", "TAP_ENCRYPTION_1"])
    assert "gone: 2 findings of the baseline" in said
    uris = (tmp_path / "found.sarif").read_text()
    assert '"infra/main.tf"' in uris


def test_filters_are_told_and_a_soft_fail_is_soft(comply: Comply) -> None:
    """What is skipped stands in the JSON and in a line; findings below a severity, or all, can fail nothing."""
    code, found, said = comply(
        "--rule", "CKV_AWS_2*,TAP_ENCRYPTION_1", "--skip-rule", "CKV_AWS_27", "--severity", "high"
    )
    soft, same, _ = comply("--rule", "CKV_AWS_26,CKV_AWS_18", "--soft-fail")

    assert (code, rules(found)) == (0, {"CKV_AWS_26", "TAP_ENCRYPTION_1"})
    assert found["verdict"] == {"passes": True, "failing": 0, "severity": "HIGH", "soft_fail": False}
    assert "CKV_AWS_27" in found["skipped_rules"]
    assert "skipped, as asked: " in said
    assert "below HIGH: 2 findings" in said
    assert (soft, rules(same), same["verdict"]["failing"]) == (0, {"CKV_AWS_26"}, 1)
    assert ("CKV_AWS_18", NOTHING_HERE) in {(one["rule"], one["reason"]) for one in same["not_judged"]}


def test_what_could_not_be_judged_stays_red(comply: Comply, tmp_path: Path) -> None:
    """A block that nobody can read is exit 3, softly or not, and no baseline is written of half an answer."""
    (tmp_path / "infra" / "main.tf").write_text(TOPIC.replace('"t"\n', '"t"\n  kms_master_key_id = "k"\n') + BROKEN)
    code, found, said = comply(*CHOSEN, "--soft-fail")
    refused, _, told = comply(*CHOSEN, "--baseline", "known.json", "--write-baseline")

    assert (code, found["findings"], found["verdict"]["passes"]) == (3, [], False), said
    assert "not judged: " in said
    assert refused == 3
    assert "no baseline was written" in told
    assert not (tmp_path / "known.json").exists()


@pytest.mark.parametrize(
    ("options", "path", "said"),
    [
        (("--rule", "CKV_AWS_9999"), "infra", "did you mean CKV_AWS_"),
        (("--skip-rule", "TAP_IMA*", "--soft-fail"), "infra", "did you mean TAP_IAM_"),
        (("--severity", "worst"), "infra", "CRITICAL, HIGH, MEDIUM, LOW"),
        (("--write-baseline",), "infra", "--baseline FILE"),
        (("--baseline", "none.json", *CHOSEN), "infra", "--write-baseline"),
        (("--soft-fail",), "nowhere", "Remedy"),
    ],
)
def test_what_is_typed_wrongly_is_red(comply: Comply, options: tuple[str, ...], path: str, said: str) -> None:
    """Exit 2, softly or not, with what to type instead."""
    code, _, told = comply(*options, path=path)

    assert (code, said in told) == (2, True), told
