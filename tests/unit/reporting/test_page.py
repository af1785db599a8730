"""The page: what is told first, and that nothing from outside is more than text in it."""

import base64
import hashlib
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from deployer.compliance import suppressions
from deployer.reporting import written
from deployer.reporting.page import seconds, verdict
from deployer.reporting.runs import Claim, Run
from deployer.visible import is_hidden, visible
from tests.unit.reporting import making

VOID = {"meta", "link", "br", "img", "input"}
IN_SVG = {"svg", "g", "rect", "path", "text", "defs"}


class Reader(HTMLParser):
    """Elements, attributes and text of a page; an element that is closed twice or never is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.headings: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "script" in self.open:
            self.scripts.append(data)
        elif "style" not in self.open:
            self.text += data
        if self.open and self.open[-1] in ("h1", "span") and "h1" in self.open:
            self.headings.append(data)


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def page_of(folder: Path, *runs: making.Document, **others: making.Document) -> str:
    evidence = making.laid(folder, *runs, **others)
    return written(making.PLACES, evidence, folder / "report").page.read_text("utf-8")


KINDS = {
    "good": making.evidence,
    "old": making.old,
    "failed": making.failed,
    "hostile": making.hostile,
    "many": making.many,
    "empty": lambda: making.evidence(tests={}, levels={}, deployment={}, compliance=None, versions={}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_evidence_gives_a_page_of_known_elements(tmp_path: Path, kind: str) -> None:
    """Whatever is in the evidence, the page is well formed, has one script, ours, and asks nobody for anything."""
    page = page_of(tmp_path, KINDS[kind](), least_privilege=making.hostile_grants())
    read = Reader(page)

    assert {"main", "header", "footer", "nav", "h1", "h2", "h3"} <= read.names
    assert not read.names & {"img", "iframe", "object", "form"}
    assert [f"'sha256-{_digest(script)}'" for script in read.scripts] == re.findall(r"script-src (\S+);", page)
    assert not {name for name in read.attributes if name.startswith("on")} | {"src"} & read.attributes
    assert "default-src 'none'" in page


def test_what_comes_from_outside_is_text(tmp_path: Path) -> None:
    """A key, a claim, a message or a rule that is markup is shown as it was written."""
    read = Reader(page_of(tmp_path, making.hostile(), least_privilege=making.hostile_grants()))

    for text in making.HOSTILE:
        assert visible(text) in read.text
    assert "49" not in read.text.partition("{{ 7 * 7 }}")[2][:4]
    assert not any(map(is_hidden, set(read.text) - {"\n"}))


def test_the_verdict_comes_first(tmp_path: Path) -> None:
    """The heading says that all held, or how many did not; a failure's reason follows before the pipeline."""
    good, bad = Reader(page_of(tmp_path, making.evidence())), Reader(page_of(tmp_path, making.failed()))

    assert "".join(good.headings).strip() == "All 801 tests passed"
    assert "".join(bad.headings).strip() == "2 tests failed"
    assert "Faults: 1 of 1 kind tried survived" in good.text
    assert "not all as their tests expected" in bad.text
    assert "as their tests expected" not in good.text
    assert bad.text.index("stopped: denied") < bad.text.index("The pipeline")


def test_one_test_is_told_in_the_singular() -> None:
    """`All 1 tests` is no sentence."""
    one = Run(making.evidence(tests={}, levels={"1": {"passed": 1}}), ())

    assert verdict([one]) == "1 test passed"
    assert verdict([one, one]) == "All 2 tests passed"


def test_equal_findings_are_told_once_with_each_resource(tmp_path: Path) -> None:
    """Six log groups that keep too little are one article of the page, with six places."""
    six = [{"rule": "CKV_AWS_338", "severity": "MEDIUM", "resource": f"aws_x.l{at}", "file": "logs.py", "line": at,
            "message": "keeps less than a year", "mend": "see"} for at in range(6)]  # fmt: skip
    text = Reader(page_of(tmp_path, making.evidence(compliance={**making.GATE, "findings": six}))).text

    assert text.count("keeps less than a year") == 1
    assert "6 findings" in text
    assert all(f"aws_x.l{at}" in text for at in range(6))


def test_a_long_reason_keeps_its_end(tmp_path: Path) -> None:
    """Of a long reason the last part is shown, and how much is left out."""
    text = Reader(page_of(tmp_path, making.failed())).text

    assert "the end of it" in text
    assert "[12,013 characters before]" in text


def test_why_comes_before_where() -> None:
    """Of a failure's report the lines that pytest marks are told first; a reason without such lines is told whole."""
    trace = "def test():\n>   assert a == b\nE   AssertionError: no\nE     +  b\n\ntests/x.py:3: AssertionError"

    assert Claim("x", {"outcome": "failed", "reason": trace}).why == "AssertionError: no\n  +  b"
    assert Claim("x", {"outcome": "failed", "reason": "Failed: no"}).why == "Failed: no"


def test_what_was_left_behind_is_no_success(tmp_path: Path) -> None:
    """A session that ended with another exit code than 0 has failed, though each test passed."""
    read = Reader(page_of(tmp_path, making.evidence(exit=1)))

    assert "".join(read.headings).strip() == "Not everything was taken down"


def test_each_target_is_shown(tmp_path: Path) -> None:
    """Of several runs each has its part, and the verdict says where it failed."""
    runs = [making.evidence(), {**making.failed(), "target": "localstack"}, making.evidence(target="aws")]
    read = Reader(page_of(tmp_path, *runs))

    assert "".join(read.headings).strip() == "2 tests failed on LocalStack"
    assert all(read.text.count(name) >= 3 for name in ("Embedded AWS", "LocalStack", "Live AWS account"))


def test_a_judgement_that_is_not_there_is_told_with_its_command(tmp_path: Path) -> None:
    """Without a judgement, the page says which command makes it."""
    text = Reader(page_of(tmp_path, making.old())).text

    assert "tap comply --report" in text


def test_the_last_judgement_stands_in_for_a_run_without_one(tmp_path: Path) -> None:
    """Where nothing was deployed anew, what `make compliance` found is shown; a run's own goes before it."""
    gate: dict[str, Any] = {**making.GATE, "judged": {"resources": 77, "rules": 1, "evaluations": 1}}

    without = Reader(page_of(tmp_path, making.evidence(compliance=None), compliance=gate)).text
    own = Reader(page_of(tmp_path, making.evidence(), compliance=gate)).text

    assert "77 resources" in without
    assert "60 resources" in own
    assert "77 resources" not in own


def test_a_grant_for_nothing_stands_out(tmp_path: Path) -> None:
    """A grant that nothing needs and nothing justifies is told beside its role."""
    grants = [making.GRANT, {**making.GRANT, "needed_by": "", "justified": ""}]
    text = Reader(page_of(tmp_path, making.evidence(), least_privilege={"seconds": 1, "grants": grants})).text

    assert "1 for nothing" in text
    assert "nothing was blocked" in text


def test_the_same_evidence_gives_the_same_page(tmp_path: Path) -> None:
    """No moment of its making and no number that is drawn is in it."""
    assert page_of(tmp_path / "a", making.many(20)) == page_of(tmp_path / "b", making.many(20))


@pytest.mark.parametrize(
    ("value", "told"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (262, "4 min 22 s"), (119.6, "2 min 0 s")]
)
def test_seconds_for_people(value: float, told: str) -> None:
    """Tenths while they matter, then minutes."""
    assert seconds(value) == told


@pytest.mark.parametrize(
    ("day", "told"), [(date(2027, 4, 30), False), (date(2027, 5, 1), True), (date(2027, 7, 1), True)]
)
def test_suppressions_that_end_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: date, told: bool) -> None:
    """From 60 days before the last day on, and after it."""
    monkeypatch.setattr(suppressions, "today", lambda: day)

    assert ("1 suppression of findings" in page_of(tmp_path, making.evidence())) == told
