"""What each run of the third level leaves under build/evidence: a report can be built from it, nothing run again.

`level3-TARGET.json` (evidence.schema.json) holds the deployment's stages in seconds, what the compliance gate said, the
versions, and each test of the third level with its marker, claim, outcome, seconds, and what it recorded, such as the
journeys of its files; of the other levels the counts, what failed, and the tests that docs/faults.md names.
`level3-TARGET.xml` is the session's JUnit XML, where it was asked for. Then the report is made of it, as `tap report`
makes it.
"""

import json
import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from deployer.errors import TapError
from deployer.pytest_plugin.levels import levels, project_paths
from deployer.pytest_plugin.options import MARKERS
from deployer.pytest_plugin.session import shared
from deployer.reporting import written
from deployer.reporting.faults import faults_of, function_of

Report = pytest.StashKey[str]()  # where the report is, or why there is none
_PREFIX = "evidence:"


def record(item: pytest.Item, name: str, value: Any) -> None:
    """Keep what a test found, as JSON, with its report; xdist's workers send it along."""
    item.user_properties.append((f"{_PREFIX}{name}", json.dumps(value, default=str)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if levels(item.config).is_integration(item.nodeid):
        claim = (getattr(getattr(item, "obj", None), "__doc__", "") or "").strip()
        record(item, "claim", claim)
        record(item, "marker", next((mark.name for mark in item.iter_markers() if mark.name in MARKERS), ""))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and not config.getoption("setupplan"):
        config.pluginmanager.register(Collector(config), "tap-evidence")


class Collector:
    """In the process that leads the session: the reports of all workers come by here."""

    def __init__(self, config: pytest.Config) -> None:
        self.config, self.paths, self.levels = config, project_paths(config), levels(config)
        self.began = _now()
        self.tests: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self.tests.setdefault(_as_collected(report.nodeid), {"outcome": "passed", "seconds": 0.0})
        if report.when == "call":  # the rest of it is mostly waiting for the deployment, or for a turn
            test["seconds"] = round(report.duration, 3)
        if report.outcome != "passed":
            test["outcome"] = report.outcome
            test["reason"] = report.longreprtext if report.failed else str(report.longrepr)
        for name, value in report.user_properties:
            if name.startswith(_PREFIX):
                test[name.removeprefix(_PREFIX)] = json.loads(str(value))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """After the JUnit XML is written."""
        if any(map(self.levels.is_integration, self.tests)):
            file = self.paths.evidence / f"level3-{self.config.getoption('target')}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(self._document(exitstatus), indent=1, ensure_ascii=False))
            self._keep_junit(file.with_suffix(".xml"))
            self.config.stash[Report] = self._reported()

    def _keep_junit(self, kept: Path) -> None:
        """The XML of this very session; none of an earlier one."""
        kept.unlink(missing_ok=True)
        if given := self.config.getoption("xmlpath"):
            shutil.copyfile(given, kept)

    def _reported(self) -> str:
        """Where the report is, or why there is none; then no earlier one passes for it."""
        shutil.rmtree(self.paths.report, ignore_errors=True)
        try:
            return str(written(self.paths, self.paths.evidence, self.paths.report).page)
        except TapError as error:
            return str(error)

    def _document(self, exitstatus: int) -> dict[str, Any]:
        from deployer.reporting.tools import tool_versions

        found = shared(self.config).answered()
        target = found.get("target", {})
        return {
            "began": self.began,
            "ended": _now(),
            "exit": int(exitstatus),
            "target": target.get("name", self.config.getoption("target")),
            "region": target.get("region", ""),
            "versions": tool_versions(self.paths) | _of_target(target),
            "deployment": found.get("seconds", {}),
            "compliance": found.get("compliance") or None,
            "levels": self._levels(),
            "tests": {node: test for node, test in self.tests.items() if self.levels.is_integration(node)},
            "others": {node: test for node, test in self.tests.items() if self._is_told(node, test)},
        }

    def _levels(self) -> dict[str, dict[str, int]]:
        """How many tests of each level ended how."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for node, test in self.tests.items():
            counts[self.levels.level_of(node)][test["outcome"]] += 1
        return {level: dict(counts[level]) for level in sorted(counts)}

    def _is_told(self, node: str, test: dict[str, Any]) -> bool:
        """Whether a test of another level is in the evidence."""
        return not self.levels.is_integration(node) and (
            test["outcome"] == "failed" or function_of(node) in self._faults
        )

    @cached_property
    def _faults(self) -> set[str]:
        return {each.test for each in faults_of(self.paths)}


def _of_target(target: dict[str, Any]) -> dict[str, str]:
    """A LocalStack says which one it is; the embedded AWS is the one of our lock."""
    return {"LocalStack": target["version"]} if target.get("name") == "localstack" else {}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _as_collected(nodeid: str) -> str:
    """The id without the group that pytest-xdist writes behind it (`test_it[1]@group`) for --dist loadgroup."""
    return nodeid.rpartition("@")[0] if nodeid.rfind("@") > nodeid.rfind("]") else nodeid
