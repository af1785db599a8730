"""`--reuse` tells the reports of what passed on the same files again, and runs everything else."""

import subprocess
from pathlib import Path

import pytest

from tests.unchanged import Unchanged

pytest_plugins = ["pytester"]
PLUGINS = ("-p", "tests.integration.session", "-p", "tests.unchanged", "-p", "no:schemathesis", "-p", "no:xdist")
PROJECT = """
import pytest
from pathlib import Path
RAN = Path(__file__).with_name("ran.log")

def ran(name):
    with RAN.open("a") as log:
        log.write(name + " ")

@pytest.fixture(scope="module")
def thing():
    yield 1

def test_good(thing):
    ran("good")

def test_bad():
    ran("bad")
    assert False

@pytest.mark.smoke
def test_smoke(thing):
    ran("smoke")
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A repository of one module, whose tests write down that they ran."""
    subprocess.run(["git", "init", "-q", str(pytester.path)], check=True)
    (pytester.path / ".gitignore").write_text("ran.log\n.pytest_cache\n__pycache__\n")
    pytester.makepyfile(test_it=PROJECT)
    return pytester.path


def ran(pytester: pytest.Pytester, *options: str) -> list[str]:
    """Which tests really ran in one more session."""
    log = pytester.path / "ran.log"
    log.write_text("")
    pytester.runpytest_inprocess(*PLUGINS, *options).assert_outcomes(passed=2, failed=1)
    return log.read_text().split()


@pytest.mark.usefixtures("project")
def test_what_passed_is_told_again_and_the_rest_is_run(pytester: pytest.Pytester) -> None:
    """What failed is run again, and the files' own way is gone each time; the outcomes are those of a whole run."""
    assert ran(pytester, "--reuse") == ["good", "bad", "smoke"]
    assert ran(pytester, "--reuse") == ["bad", "smoke"]
    assert ran(pytester, "--reuse") == ["bad", "smoke"]
    assert ran(pytester) == ["good", "bad", "smoke"]


@pytest.mark.parametrize("change", ["test_it.py", "new.txt", "setting"])
def test_another_file_or_setting_and_everything_is_run(
    project: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """A change of what git knows, a new file that it does not ignore, or a setting of the stack."""
    ran(pytester, "--reuse")
    if change == "setting":
        monkeypatch.setenv("TAP_ROWS_PER_PART", "7")
    else:
        with (project / change).open("a") as file:
            file.write("\n")

    assert ran(pytester, "--reuse") == ["good", "bad", "smoke"]


def test_without_git_everything_is_run(project: Path, pytester: pytest.Pytester) -> None:
    """What changed can't be known there."""
    (project / ".git").rename(project / "elsewhere")
    ran(pytester, "--reuse")

    assert ran(pytester, "--reuse") == ["good", "bad", "smoke"]


@pytest.mark.parametrize("other", [["--suffix", "other"], ["--account", "111122223333"], ["--target", "localstack"]])
@pytest.mark.usefixtures("project")
def test_another_deployment_is_not_the_same(pytester: pytest.Pytester, other: list[str]) -> None:
    """What passed at one place says nothing of another: environment, account and target are told apart."""
    here, there = (Unchanged(pytester.parseconfig(*PLUGINS, "--reuse", *more)).now for more in ([], other))

    assert here["files"] == there["files"]
    assert here != there
