"""The suite's plugin in somebody else's project: when it deploys, what it gives to tests, and where it is not there."""

import json
from pathlib import Path

import pytest

from tests.unit.suite.other_project import ANSWER, Run, answers, deployments, reached


@pytest.mark.parametrize(
    "options",
    [
        ("--collect-only",), ("--fixtures",), ("--fixtures-per-test",), ("--markers",), ("--setup-plan",), ("--help",),
        ("-m", "not smoke"), ("-k", "test_unit"), ("--deselect", "tests/integration"), ("tests/unit",),
        ("-m", "not smoke", "-n", "2"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_looking_at_tests_deploys_nothing(project: Path, run: Run, options: tuple[str, ...]) -> None:
    """Nor do tests that are deselected."""
    assert run(*options).ret == pytest.ExitCode.OK
    assert deployments(project) == []


@pytest.mark.parametrize(
    "mark",
    [
        "skip", "skipif(True, reason='so')", "skipif('1 == 1', reason='so')", "xfail(run=False)",
        "needs('accounts')", "needs('iam_enforced', 'maps_fail')",
    ],
)  # fmt: skip
def test_tests_that_are_skipped_deploy_nothing(project: Path, run: Run, mark: str) -> None:
    """By a mark of pytest's, or since no such target has what they need."""
    file = project / "tests" / "integration" / "test_e2e.py"
    file.write_text(file.read_text().replace("def test_it", f"@pytest.mark.{mark}\ndef test_it"))
    target = "aws" if "accounts" in mark else "localstack"

    result = run("--target", target, "--strict-markers")

    result.assert_outcomes(passed=1, **{"xfailed" if "xfail" in mark else "skipped": 1})
    assert deployments(project) == []


@pytest.mark.parametrize("workers", ["0", "2"])
def test_one_deployment_serves_all_tests_and_workers(project: Path, run: Run, workers: str) -> None:
    """A test asks by a fixture of its own, by a folder of any name, or while it runs; all get the same outputs."""
    (project / "tests" / "elsewhere.py").write_text("")
    (project / "tests" / "test_elsewhere.py").write_text(
        "import pytest\n\n"
        "def test_late(request):\n"
        "    assert request.getfixturevalue('tap_deployment').seconds == {'apply': 1.5}\n\n"
        "@pytest.mark.skipif('1 == 2', reason='no')\n"
        "def test_target(tap_target):\n"
        "    assert (tap_target.name, tap_target.region) == ('embedded', 'us-east-1')\n"
    )

    result = run("-n", workers)

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*3 end to end*1 passed", "*deployed on embedded: apply 1.5 s"])
    assert deployments(project) == ["embedded"]


@pytest.mark.parametrize(
    "content", [ANSWER, {"error": "a bucket is somebody else's", "exit": 3}], ids=["made", "failed"]
)
def test_who_needs_no_more_than_the_aws_does_not_wait_for_the_deployment(
    project: Path, run: Run, content: dict[str, object]
) -> None:
    """Its test is over before anything stands, and whether or not that comes to stand; it runs before all that wait."""
    answers(project, **content)
    reached(project)
    (project / "tests" / "test_zone.py").write_text(
        "from pathlib import Path\n\n"
        "def test_region(tap_target):\n"
        f"    Path({str(project / 'begun')!r}).write_text(tap_target.region)\n"
    )

    result = run()

    result.assert_outcomes(passed=3 if "outputs" in content else 2, errors=0 if "outputs" in content else 1)
    assert (project / "begun").read_text() == "us-east-1"


def test_a_test_that_asks_while_it_runs_is_heard_by_the_leader(project: Path, run: Run) -> None:
    """Where no other test of the session needs it, with xdist, too."""
    (project / "tests" / "integration" / "test_e2e.py").write_text(
        "def test_late(request):\n    assert request.getfixturevalue('tap_deployment').outputs\n"
    )

    run("-n", "2").assert_outcomes(passed=2)
    assert deployments(project) == ["embedded"]


def test_what_this_machine_lacks_is_skipped_with_the_reason(project: Path, run: Run) -> None:
    """The target says so once it runs."""
    file = project / "tests" / "integration" / "test_e2e.py"
    file.write_text(file.read_text().replace("def test_it", "@pytest.mark.needs('lambda_sandbox')\ndef test_it"))

    result = run()

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*skipped 1 of 3 end to end: needs lambda_sandbox: no namespaces here (seen *)"])


def test_why_nothing_was_deployed_is_told_whole(project: Path, run: Run) -> None:
    """Each test that needs it fails with the reason, and the session ends as `tap` does."""
    reason = "\n".join(["no AWS credentials were found", *(f"line {number}" for number in range(60))])
    answers(project, error=reason, exit=3)

    result = run("-n", "0")

    assert result.ret == 3
    assert all(line in result.outlines for line in reason.splitlines())
    result.assert_outcomes(passed=1, errors=1)


def test_a_deployment_that_dies_is_told_of_at_once(project: Path, run: Run) -> None:
    """Its process ended without an answer: no test waits for one."""
    (project / "answer.json").write_text("{}")

    result = run("-n", "2")

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["its process ended", "*/.tap/logs/session-*.log)"])


@pytest.mark.parametrize(("ends", "code"), [(0, pytest.ExitCode.OK), (1, pytest.ExitCode.TESTS_FAILED)])
def test_a_session_whose_takedown_fails_is_red(project: Path, run: Run, ends: int, code: pytest.ExitCode) -> None:
    """All tests passed, and something stands that nobody will remove."""
    answers(project, ends=ends)

    result = run()

    result.assert_outcomes(passed=2)
    assert result.ret == code
    assert ("could not be taken down" in result.stderr.str()) == bool(ends)


def test_folders_of_the_levels_are_the_projects(project: Path, run: Run) -> None:
    """`[tool.tap]` names them; the last lines count by them, and evidence is left of the third."""
    (project / "tests" / "integration").rename(project / "e2e")
    (project / "pyproject.toml").write_text("[tool.tap]\nintegration-tests = 'e2e'\n")

    result = run()

    result.stdout.fnmatch_lines(["*1 synth and code*1 passed", "*3 end to end*1 passed"])
    assert (project / "build" / "evidence" / "level3-embedded.json").is_file()


def test_tests_of_a_group_run_in_one_worker(project: Path, run: Run) -> None:
    """What xdist_group promises, as the suite's own fixtures rely on it; the evidence has their ids as collected."""
    (project / "tests" / "integration" / "test_group.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.xdist_group('days')\n"
        "@pytest.mark.parametrize('day', range(6))\n"
        "def test_day(day, worker_id, tmp_path_factory):\n"
        "    (tmp_path_factory.getbasetemp().parent / f'{worker_id}-{day}').touch()\n"
        "    assert len({one.name[:3] for one in tmp_path_factory.getbasetemp().parent.glob('gw?-*')}) == 1\n"
    )

    result = run("-n", "2", "--dist", "loadgroup")

    result.assert_outcomes(passed=8)
    evidence = json.loads((project / "build" / "evidence" / "level3-embedded.json").read_text())
    assert {node for node in evidence["tests"] if "group" in node} == {
        f"tests/integration/test_group.py::test_day[{day}]" for day in range(6)
    }


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--account", "12"), "an account has 12 digits"),
        (("--account", "123456789012", "--target", "aws"), "is for emulators"),
        (("--reuse", "--target", "aws"), "--reuse is for emulators"),
    ],
)
def test_options_that_do_not_fit_are_refused(project: Path, run: Run, options: tuple[str, ...], why: str) -> None:
    """An account is made up on an emulator alone, and nothing is kept on a live one."""
    result = run(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert why in result.stderr.str() + result.stdout.str()


@pytest.mark.parametrize("wrong", ["needs('wings')", "needs('wings', 'accounts')"])
def test_a_trait_that_nobody_knows_is_refused(project: Path, run: Run, wrong: str) -> None:
    """A misspelled one would skip nothing, ever."""
    file = project / "tests" / "integration" / "test_e2e.py"
    file.write_text(file.read_text().replace("def test_it", f"@pytest.mark.{wrong}\ndef test_it"))

    result = run()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "test_it: needs 'wings'; traits are iam_enforced" in result.stderr.str() + result.stdout.str()


def test_a_project_without_the_table_never_hears_of_it(project: Path, run: Run, run_apart: Run) -> None:
    """No option, marker, fixture or line; and of Tap nothing is loaded but the question whether it is meant."""
    (project / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (project / "conftest.py").write_text(
        "import sys\n\n"
        "def pytest_addoption(parser):\n    parser.addoption('--target')\n\n"
        "def pytest_unconfigure():\n    print('loaded', sorted(n for n in sys.modules if n.startswith('deployer')))\n"
    )

    result = run_apart("tests/unit", "--target", "mars")
    told = "".join(run(look).stdout.str() for look in ("--fixtures", "--markers", "--help"))

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["loaded ['deployer', 'deployer.paths', 'deployer.pytest_plugin']"])
    result.stdout.no_fnmatch_line("*levels*")
    assert [word for word in ("tap_", "--reuse", "needs(trait)") if word in told] == []


def test_a_wrong_table_is_a_usage_error(project: Path, run_apart: Run) -> None:
    """With the key that is unknown. Nobody has to name the plugin: it is there where Tap is installed."""
    (project / "pyproject.toml").write_text("[tool.tap]\nunit-test = 'tests'\n")

    result = run_apart()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "unknown in [tool.tap]: unit-test" in result.stderr.str()
