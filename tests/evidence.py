"""What each run of the third level leaves under build/evidence: a report can be built from it, nothing run again.

A pytest plugin, registered by the root conftest. `level3-TARGET.json` holds the deployment's stages in seconds, and
each test with its marker, claim, outcome, seconds, and what it recorded, such as the journeys of its files.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.integration.session import ANSWER, INTEGRATION, MARKERS, Starter

FOLDER = Path("build") / "evidence"
_PREFIX = "evidence:"


def record(item: pytest.Item, name: str, value: Any) -> None:
    """Keep what a test found, as JSON, with its report; xdist's workers send it along."""
    item.user_properties.append((f"{_PREFIX}{name}", json.dumps(value, default=str)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.nodeid.startswith(INTEGRATION):
        claim = (getattr(getattr(item, "obj", None), "__doc__", "") or "").strip()
        record(item, "claim", claim)
        record(item, "marker", next((mark.name for mark in item.iter_markers() if mark.name in MARKERS), ""))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Collector(config), "tap-evidence")


class _Collector:
    """In the process that leads the session: the reports of all workers come by here."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.nodeid.startswith(INTEGRATION):
            return
        test = self.tests.setdefault(report.nodeid, {"outcome": "passed", "seconds": 0.0})
        test["seconds"] = round(test["seconds"] + report.duration, 3)
        if report.outcome != "passed":
            test["outcome"] = report.outcome
            test["reason"] = report.longreprtext if report.failed else str(report.longrepr)
        for name, value in report.user_properties:
            if name.startswith(_PREFIX):
                test[name.removeprefix(_PREFIX)] = json.loads(str(value))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if self.tests:
            target = self.config.getoption("target")
            file = self.config.rootpath / FOLDER / f"level3-{target}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(self._document(exitstatus), indent=1, ensure_ascii=False))

    def _document(self, exitstatus: int) -> dict[str, Any]:
        deployment = self.config.stash.get(Starter, None)
        answer = deployment.folder / ANSWER if deployment else None
        found = json.loads(answer.read_text()) if answer and answer.exists() else {}
        return {
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "exit": int(exitstatus),
            "target": found.get("target", {}).get("name", self.config.getoption("target")),
            "deployment": found.get("seconds", {}),
            "tests": self.tests,
        }
