"""The suite gives the same verdicts on a busy machine, and on a slow AWS: `make prove-steady`, in over an hour.

Each time in a fresh clone of what is committed. With `SUITE` in the environment only that part of the suite runs, such
as SUITE=tests/integration/test_smoke.py, to try the proof itself; `-k slowed` or `-k loaded` is one kind of it.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import pytest

from deployer.paths import Paths
from tests.proofs.hindering import Slowed, busy
from tests.proofs.prove_readme import ROOT, Newcomer

SUITE = os.environ.get("SUITE", "tests")
KEPT = Paths.here().evidence / "steady"
LOAD = 2 * (os.cpu_count() or 1)  # processes that only spin
QUARTER = 0.26  # with what it takes to say so
_TOLD_EVERY_S = 30.0
Tests = dict[str, str]  # outcome by id


@dataclass(frozen=True)
class Session:
    """One run of the suite in a clone of its own."""

    name: str
    exit_code: int
    seconds: float
    load: float  # average of the last minute, at its end
    tests: Tests = field(repr=False)
    said: str = field(repr=False)

    def row(self) -> dict[str, object]:
        counts = {one: list(self.tests.values()).count(one) for one in ("passed", "skipped", "failed")}
        return {"run": self.name, "seconds": round(self.seconds), "load": round(self.load, 1), **counts}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    return tmp_path_factory.mktemp("steady")


@pytest.fixture(scope="module")
def calm(folder: Path) -> Session:
    """The suite beside nothing, which the others are compared with."""
    session = run("calm", newcomer(folder, "calm"), nullcontext())
    assert session.exit_code == 0, session.said
    return session


@pytest.mark.parametrize("time", [1, 2, 3])
def test_a_loaded_machine_changes_no_verdict(calm: Session, folder: Path, time: int) -> None:
    """Beside twice as many busy processes as there are cores: green, and the same tests."""
    session = run(f"loaded-{time}", newcomer(folder, f"loaded-{time}"), busy(LOAD))

    assert session.exit_code == 0, session.said
    assert session.tests == calm.tests


def test_a_slow_aws_changes_no_verdict(calm: Session, folder: Path) -> None:
    """With the emulator and its functions at a quarter of their time (`slowed`): green, and the same tests."""
    here = newcomer(folder, "slowed")
    slowed = Slowed(here.clone)

    session = run("slowed", here, slowed)

    assert session.exit_code == 0, session.said
    assert session.tests == calm.tests
    assert slowed.seen
    assert slowed.share < QUARTER


def newcomer(folder: Path, name: str) -> Newcomer:
    """With a clone and an empty home."""
    found = Newcomer(folder / name / "tap", folder / name / "home", folder / name / "scratch")
    for each in (found.home, found.scratch):
        each.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(found.clone)], check=True)
    return found


def run(name: str, by: Newcomer, hindered: AbstractContextManager[object]) -> Session:
    """The suite, as people run it; what it leaves is in build/evidence/steady."""
    log, junit, begun = KEPT / f"{name}.log", by.clone / "build" / "test-local.xml", time.monotonic()
    subprocess.run(["make", "setup"], cwd=by.clone, env=by.environment, check=True, capture_output=True)
    with hindered, log.open("wb") as out:
        process = subprocess.Popen(
            ["make", "test-local", f"SUITE={SUITE}"], cwd=by.clone, env=by.environment, stdin=subprocess.DEVNULL,
            stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
        for moved in _moves(process, log):
            print(f"{name}: {moved}, load {os.getloadavg()[0]:.1f}", flush=True)
        load = os.getloadavg()[0]
    tests = {}
    if junit.exists():
        shutil.copyfile(junit, KEPT / f"{name}.xml")
        tests = outcomes(junit)
    said = log.read_text(errors="replace")[-6000:]
    session = Session(name, process.returncode, time.monotonic() - begun, load, tests, said)
    _keep(session)
    if session.exit_code == 0:
        shutil.rmtree(by.clone.parent, ignore_errors=True)
    return session


def _moves(process: "subprocess.Popen[bytes]", log: Path) -> Iterator[str]:
    """Half a minute's news in a line: how far the suite says that it is, and for how long."""
    begun = time.monotonic()
    while True:
        try:
            process.wait(_TOLD_EVERY_S)
        except subprocess.TimeoutExpired:
            told = re.findall(r"\[ *(\d+)%\]", log.read_text(errors="replace"))
            yield f"{told[-1] if told else 0} % after {time.monotonic() - begun:.0f} s"
        else:
            return


def outcomes(junit: Path) -> Tests:
    """Each test's id, and whether it passed, failed or was skipped."""
    found = {}
    for case in ElementTree.parse(junit).iter("testcase"):  # noqa: S314 - of our own run
        told = {child.tag for child in case}
        outcome = "failed" if told & {"failure", "error"} else "skipped" if "skipped" in told else "passed"
        found[f"{case.get('classname')}::{case.get('name')}"] = outcome
    return found


def _keep(session: Session) -> None:
    """A row more in the table, as JSON and for people."""
    kept = KEPT / "steady.json"
    rows = [*(json.loads(kept.read_text()) if kept.exists() else []), session.row()]
    kept.write_text(json.dumps(rows, indent=1))
    lines = ["| " + " | ".join(map(str, cells)) + " |" for cells in (rows[0], ["---"] * len(rows[0]))]
    lines += ["| " + " | ".join(map(str, row.values())) + " |" for row in rows]
    (KEPT / "steady.md").write_text("\n".join(lines) + "\n")
