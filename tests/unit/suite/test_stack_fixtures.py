"""The fixtures of a synthesised stack, in a project that has only a stack, `[tool.tap]` and tests."""

from pathlib import Path

import pytest

from tests.unit.suite.other_project import Run, write_stack

SETTINGS = """
import pytest

NAME = "aws_sns_topic"


def topic(stack):
    return stack["resource"][NAME]["orders"]["name"]


def test_defaults(tap_stack):
    assert topic(tap_stack) == "orders-test"
    assert tap_stack["provider"]["aws"][0]["region"] == tap_stack.settings.aws_region == "us-east-1"
    assert (tap_stack.folder / "cdk.tf.json").is_file()


def test_others(tap_stack):
    assert topic(tap_stack.with_settings(ORDERS_TOPIC="urgent", ENVIRONMENT_SUFFIX="pr1")) == "urgent-pr1"
    assert topic(tap_stack) == "orders-test"


@pytest.mark.parametrize("tap_stack", [{"AWS_REGION": "eu-north-1"}], indirect=True)
def test_elsewhere(tap_stack):
    assert tap_stack["provider"]["aws"][0]["region"] == "eu-north-1"


@pytest.mark.parametrize("time", [1, 2])
def test_it_is_the_tests_own(tap_stack, time):
    tap_stack["resource"].pop(NAME)
"""
CONFTEST = """
import pytest


@pytest.fixture(scope="session")
def tap_settings():
    return {"ENVIRONMENT_SUFFIX": "policy"}
"""
OTHER_FOLDER = """
def test_settings_of_the_folder(tap_stack):
    assert tap_stack["resource"]["aws_sns_topic"]["orders"]["name"] == "orders-policy"
"""


def test_a_stack_by_its_settings(
    pytester: pytest.Pytester, project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default, for one test, or for a folder; nothing that the caller's shell says is in it."""
    write_stack(project)
    pytester.makepyfile(**{"tests/unit/test_unit": SETTINGS, "tests/policy/test_policy": OTHER_FOLDER})
    pytester.makepyfile(**{"tests/policy/conftest": CONFTEST})
    monkeypatch.setenv("ORDERS_TOPIC", "of-the-shell")
    monkeypatch.setenv("AWS_REGION", "mars-1")

    run("tests/unit", "tests/policy").assert_outcomes(passed=6)


def test_a_stack_that_fails_says_why(project: Path, run: Run) -> None:
    """Each test that asks for it has the stack's own message; it is not tried again, as it would fail again."""
    write_stack(project, more="open('.tap/runs', 'a').write('run ')\nraise SystemExit('no queue without a name')")
    (project / "tests" / "unit" / "test_unit.py").write_text(
        "def test_it(tap_stack):\n    pass\n\ndef test_it_too(tap_stack):\n    pass\n"
    )

    result = run("tests/unit")

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*SynthesisFailed*", "*no queue without a name*"] * 2)
    assert (project / ".tap" / "runs").read_text() == "run "


def test_tests_of_the_stack_come_first(project: Path, run: Run) -> None:
    """Where it is broken, nobody waits for other tests to hear of it."""
    write_stack(project)
    (project / "tests" / "unit" / "test_zones.py").write_text("def test_zone(tap_stack):\n    pass\n")

    result = run("tests/unit", "-v")

    result.stdout.fnmatch_lines(["*test_zones.py::test_zone PASSED*", "*test_unit.py::test_it PASSED*"])
