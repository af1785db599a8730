"""Evidence is read strictly, and what is refused is refused by name; what the suite writes is what the schema says."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deployer.errors import UsageError
from deployer.process.environments import definition
from deployer.reporting import written
from deployer.reporting.sources import SCHEMAS, read
from deployer.reporting.tools import tool_versions
from tests.unit.reporting import making


@pytest.mark.parametrize("name", ["evidence", "compliance", "least-privilege"])
def test_the_schemas_are_schemas(name: str) -> None:
    """Each is valid by the meta-schema."""
    jsonschema.Draft202012Validator.check_schema(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


def test_no_evidence_says_what_makes_it(tmp_path: Path) -> None:
    """An empty folder, or none, is exit 2 with the command."""
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="the third level"):
            read(folder)


BAD = {
    "no JSON": "{",
    "no UTF-8": b"\xff\xfe{}",
    "a list": "[]",
    "deep": "[" * 100_000,
    "NaN": json.dumps(making.evidence(deployment={"synth": float("nan")})),
    "infinite": json.dumps(making.evidence()).replace("3.5", "1e999"),
    "long number": json.dumps(making.evidence()).replace("3.5", "9" * 5_000),
    "many rows": json.dumps(making.evidence()).replace("1003", "9" * 4_000),
    "no tests": json.dumps({name: value for name, value in making.evidence().items() if name != "tests"}),
    "other outcome": json.dumps(making.evidence(tests={"a": making.a_test(outcome="perhaps")})),
    "other stage": json.dumps(making.evidence(tests={"a": making.a_test(making.journey(stage="<b>"))})),
    "no moment": json.dumps(making.evidence(ended="yesterday")),
    "no offset": json.dumps(making.evidence(ended="2026-11-24T10:00:00")),
    "no amount": json.dumps(
        making.evidence(tests={"a": making.a_test(making.journey(totals={"EUR": {"read": "1e9"}}))})
    ),
    "other judgement": json.dumps(making.evidence(compliance={"findings": []})),
    "more": json.dumps(making.evidence(more=1)),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_evidence_is_refused_by_name(tmp_path: Path, kind: str) -> None:
    """Another shape is exit 2 with the file's name, and no page is written."""
    content = BAD[kind]
    (tmp_path / "level3-embedded.json").write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(UsageError, match=r"level3-embedded\.json"):
        written(making.PLACES, tmp_path, tmp_path / "out")

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("other", ["least_privilege", "compliance"])
def test_what_stands_beside_it_is_held_against_its_schema_too(tmp_path: Path, other: str) -> None:
    """A matrix or a judgement of another shape is refused, not left out."""
    evidence = making.laid(tmp_path, making.evidence(), **{other: {"grants": [{"role": 1}]}})

    with pytest.raises(UsageError, match=other.replace("_", "-")):
        read(evidence)


@pytest.mark.parametrize("make", [making.evidence, making.old, making.failed])
def test_evidence_of_today_and_of_yesterday_is_taken(tmp_path: Path, make: Any) -> None:
    """What an earlier Tap left out may be absent."""
    assert read(making.laid(tmp_path, make())).runs == [make()]


def test_the_report_is_complete_by_itself(tmp_path: Path) -> None:
    """The JUnit XML of each run stands beside the page, and the page leads to it."""
    evidence = making.laid(tmp_path, making.evidence())
    (evidence / "level3-embedded.xml").write_text("<testsuites/>")

    report = written(making.PLACES, evidence, tmp_path / "out")

    assert (tmp_path / "out" / "junit-level3-embedded.xml").read_text() == "<testsuites/>"
    assert 'href="junit-level3-embedded.xml"' in report.page.read_text()


def test_a_report_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    """Where a file stands in the way, it is exit 2."""
    (tmp_path / "out").touch()

    with pytest.raises(UsageError, match="can't be written"):
        written(making.PLACES, making.laid(tmp_path, making.evidence()), tmp_path / "out")


def test_versions_are_told() -> None:
    """Tap, its tools and the emulator, each with a version; the locked ones are those of the locks."""
    told = tool_versions(making.PLACES)
    project = (definition("embedded", making.PLACES) / "pyproject.toml").read_text()

    assert {"Tap", "Python", "CDKTF", "Terraform", "AWS provider", "Checkov", "MiniStack"} <= set(told)
    assert f'"ministack=={told["MiniStack"]}"' in project
