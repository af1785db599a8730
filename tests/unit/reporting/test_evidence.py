"""What the suite writes as it ends is what the schema says, and the report of it is there."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.pytest_plugin import session
from deployer.pytest_plugin.evidence import Collector, Report
from deployer.pytest_plugin.levels import know
from deployer.reporting.sources import read
from pipeline.client import FileState
from pipeline.domain import Upload
from tests.integration.journeys import ERRORS_KEPT, Journey
from tests.unit.reporting import making

UNIT = "tests/unit/lambdas/test_way.py::test_an_event_that_comes_twice_changes_nothing[validator]"
ERRORS = [{"line": str(each), "record": "1", "column": "amount", "code": "cell-type", "value": "ten", "message": "no"}
          for each in range(2, 200)]  # fmt: skip


def journey(evidence: dict[str, Any], rejects: Any = None, stage: str = "loaded") -> Journey:
    pipeline: Any = SimpleNamespace(rejected=lambda state: rejects or state.evidence.get("errors", []))
    pipeline.watch = lambda *_: iter([FileState("a.csv", stage, "2026-11-24T10:00:00+00:00", evidence=evidence)])
    followed = Journey(pipeline, Upload("a.csv", "v1"))
    followed.ends()
    return followed


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    """That of a session in a checkout of its own, which deployed nothing."""
    for name in ("docs", "pyproject.toml"):
        (tmp_path / name).symlink_to(making.PLACES.root / name)
    options = {"target": "embedded", "xmlpath": str(tmp_path / "given.xml")}
    (tmp_path / "given.xml").write_text("<testsuites/>")
    config: Any = SimpleNamespace(rootpath=tmp_path, stash=pytest.Stash(), getoption=options.get)
    know(config, tmp_path)
    session.pytest_configure(config)
    yield Collector(config)
    session.pytest_unconfigure(config)


def reported(collector: Collector, node: str, outcome: str, *journeys: Any) -> None:
    told = [("evidence:claim", json.dumps("It holds.")), ("evidence:marker", json.dumps("fault"))]
    kept = [*told, ("evidence:journeys", json.dumps(journeys))] if node.startswith("tests/integration") else []
    for when in ("setup", "call", "teardown"):
        ended: Any = outcome if when == "call" else "passed"
        collector.pytest_runtest_logreport(
            pytest.TestReport(
                node,
                ("x", 1, "x"),
                {},
                ended,
                "why" if ended == "failed" else None,
                when,
                user_properties=kept,
                duration=3.0 if when == "setup" else 0.5,
            )
        )


def test_what_the_suite_writes_fits_the_schema(collector: Collector) -> None:
    """Evidence with a journey of each kind is read again, and the report and the JUnit XML lie there."""
    good = journey({"errors_by_code": {"cell-type": 198}}, ERRORS).told()
    refused = journey({"errors": [dict.fromkeys(ERRORS[0], "")]}, stage="failed").told()
    reported(collector, making.FIFTY, "passed", good, refused)
    reported(collector, UNIT, "passed")
    reported(collector, "tests/unit/x.py::test_x", "failed")
    reported(collector, "tests/policy/x.py::test_y", "skipped")

    collector.pytest_sessionfinish(1)

    (run,) = read(collector.paths.evidence).runs
    assert run["levels"] == {
        "1 synth and code": {"passed": 1, "failed": 1}, "2 policy": {"skipped": 1}, "3 end to end": {"passed": 1},
    }  # fmt: skip
    assert set(run["others"]) == {UNIT, "tests/unit/x.py::test_x"}
    assert run["tests"][making.FIFTY]["seconds"] == 0.5
    assert len(run["tests"][making.FIFTY]["journeys"][0]["errors"]) == ERRORS_KEPT
    assert collector.config.stash[Report] == str(collector.paths.report / "index.html")
    assert (collector.paths.report / "junit-level3-embedded.xml").is_file()


def test_no_earlier_report_passes_for_one_that_could_not_be_made(collector: Collector) -> None:
    """Where the evidence is not fit to be reported, the last lines say why, and the old page is gone."""
    collector.paths.report.mkdir(parents=True)
    (collector.paths.report / "index.html").touch()
    reported(collector, making.FIFTY, "passed", {"key": "a"})

    collector.pytest_sessionfinish(0)

    assert "level3-embedded.json is not what" in collector.config.stash[Report]
    assert not (collector.paths.report / "index.html").exists()


def test_a_session_without_the_third_level_leaves_what_there_was(collector: Collector) -> None:
    """Unit tests alone are no run to report on."""
    reported(collector, UNIT, "passed")

    collector.pytest_sessionfinish(0)

    assert not collector.paths.build.exists()


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """`tap report --json` tells the verdict; that a test failed is in it, and no error of the command."""
    evidence = making.laid(tmp_path, making.failed())
    command = [sys.executable, "-m", "deployer", "report", "--evidence", evidence, "--out", tmp_path / "out", "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    told = json.loads(result.stdout)
    assert result.returncode == 0, result.stderr
    assert (told["passed"], len(told["runs"][0]["failed"])) == (False, 2)
    assert Path(told["page"]).read_text().startswith("<!doctype html>")
