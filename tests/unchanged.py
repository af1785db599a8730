"""With `--reuse`, a test that passed is not run again on the same files: its report is told again, and marked as that.

A pytest plugin, registered by the root conftest. The same files are those that git does not ignore, with their content,
under the same settings and Python. A test of the third level must also have passed on the very emulator that still
runs; and the files' own way, `smoke` and `journey`, is gone each time. Without git, every test is run.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from deployer import embedded
from deployer.places import Places
from stack.settings import Settings
from tests.integration.session import INTEGRATION

SINCE = "unchanged_since"  # a property of a report that is told again: when the test ran
EACH_TIME = ("smoke", "journey")
_KEPT = "tap/passed"
Reports = dict[str, list[dict[str, Any]]]  # by test: its set-up, its call, its tear-down


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("reuse"):
        config.pluginmanager.register(Unchanged(config), "tap-unchanged")


class Unchanged:
    """What passed on these files, as the process that leads the session keeps it and every worker reads it."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.leads = not hasattr(config, "workerinput")
        self.seen: Reports = {}
        self.failed: set[str] = set()

    @cached_property
    def now(self) -> dict[str, str | None]:
        """What must be the same for a test to be told again."""
        options = {name: self.config.getoption(name) for name in ("target", "suffix", "account")}
        emulator = embedded.local(Places.here()) if options["target"] == "embedded" else None
        return {**options, "files": digest(self.config.rootpath), "emulator": emulator and emulator.started}

    @cached_property
    def passed(self) -> Reports:
        """The reports of tests whose answer still holds."""
        kept = self.config.cache.get(_KEPT, None) if self.config.cache else None
        if not kept or not self.now["files"] or kept["of"]["files"] != self.now["files"]:
            return {}
        same = kept["of"] == self.now and self.now["emulator"]
        return {node: told for node, told in kept["reports"].items() if same or not node.startswith(INTEGRATION)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Tell the reports of a test that need not run."""
        if item.nodeid not in self.passed or any(item.get_closest_marker(name) for name in EACH_TIME):
            return None
        hook = item.ihook
        hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for data in self.passed[item.nodeid]:
            report = hook.pytest_report_from_serializable(config=self.config, data=data)
            hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        item.session._setupstate.teardown_exact(nextitem)  # of what the test before left to this one
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not self.leads:
            return
        if report.outcome != "passed":
            self.failed.add(report.nodeid)
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        data.pop("node", None)  # which of xdist's workers it was
        if not any(name == SINCE for name, _ in report.user_properties):
            ran = datetime.now(UTC).isoformat(timespec="seconds")
            data["user_properties"] = [*report.user_properties, (SINCE, ran)]
        self.seen.setdefault(report.nodeid, []).append({**data, "sections": []})

    def pytest_sessionfinish(self) -> None:
        """Keep what passed; on other files than before, nothing else."""
        if not self.leads or not self.config.cache:
            return
        passed = {node: told for node, told in self.seen.items() if node not in self.failed}
        kept = {node: told for node, told in self.passed.items() if node not in self.seen}
        files = self.now["files"]
        del self.now  # the emulator may be one of this session, and a file may have changed meanwhile
        if files and files == self.now["files"]:
            self.config.cache.set(_KEPT, {"of": self.now, "reports": {**kept, **passed}})


def digest(root: Path) -> str | None:
    """Of all that a test may read: the files and their content, the settings, Python. None where there is no git."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, check=False)
    if listed.returncode or not listed.stdout:
        return None
    found = hashlib.sha256(repr((sys.version, sorted(_settings()))).encode())
    for path in sorted(set(listed.stdout.split(b"\0")) - {b""}):
        file = root / os.fsdecode(path)
        found.update(path + b"\0" + (hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"gone"))
    return found.hexdigest()


def _settings() -> Iterator[tuple[str, str]]:
    names = {name for each in fields(Settings) for name in each.metadata["variables"]} | {"AWS_ENDPOINT_URL"}
    return ((name, os.environ[name]) for name in names if name in os.environ)
